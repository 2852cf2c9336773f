"""Imports and the rows that they stage: what came in, what became of it, how to undo it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

PERSON = "access.User"


class Import(models.Model):
    """One file on its way into one kind of record."""

    class Mode(models.TextChoices):
        """Whether the rows are only checked or written too."""

        DRY_RUN = "dry_run", _("Check only")
        APPLY = "apply", _("Import")

    class Status(models.TextChoices):
        """How far the job has come."""

        DRAFT = "draft", _("Not started")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Undo(models.TextChoices):
        """How far taking it back has come."""

        NONE = "", _("Not undone")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being undone")
        DONE = "done", _("Undone")
        FAILED = "failed", _("Undo failed")

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    layout = models.JSONField()
    mapping = models.JSONField(default=dict)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.DRY_RUN)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    undo = models.CharField(max_length=10, choices=Undo.choices, blank=True, default=Undo.NONE)
    round = models.PositiveSmallIntegerField(default=1)  #: rows that point at others come later
    last_round = models.BooleanField(default=False)
    waiting = models.PositiveIntegerField(default=0)  #: rows put off when the round began
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)  #: rows that undo left, as they were edited since
    error = models.TextField(blank=True, default="")
    actor = models.ForeignKey(PERSON, models.PROTECT, related_name="+", db_index=False)
    undo_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["actor", "id"], name="import_actor"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def dealt_with(self) -> int:
        """Rows whose outcome is known."""
        return self.created + self.updated + self.skipped + self.failed

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it or about to be."""
        busy = (self.Status.QUEUED, self.Status.RUNNING)
        return self.status in busy or self.undo in (self.Undo.QUEUED, self.Undo.RUNNING)

    @property
    def is_over(self) -> bool:
        """Whether it has been imported for good, or tried: a dry run may be repeated."""
        return self.mode == self.Mode.APPLY and self.status != self.Status.DRAFT

    @property
    def can_resume(self) -> bool:
        """Whether it stopped before its last row and may go on from there."""
        stopped = self.status == self.Status.FAILED and self.mode == self.Mode.APPLY
        return stopped and not self.undo and self.dealt_with < self.rows

    @property
    def can_undo(self) -> bool:
        """Whether it wrote anything that can be taken back now."""
        wrote = self.mode == self.Mode.APPLY and (self.created or self.updated)
        ended = self.status in (self.Status.DONE, self.Status.FAILED)
        return bool(wrote) and ended and self.undo in (self.Undo.NONE, self.Undo.FAILED)


class StagedChunk(models.Model):
    """A piece of the file as it was uploaded."""

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey(Import, models.CASCADE, related_name="chunks", db_index=False)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["parent", "number"], name="staged_chunk"),)


class StagedRow(models.Model):
    """A row of the file as it was read, and what became of it. Staging: never audited."""

    class Outcome(models.IntegerChoices):
        """What became of the row."""

        PENDING = 0
        DEFERRED = 1
        CREATED = 2
        UPDATED = 3
        SKIPPED = 4
        FAILED = 5

    class Undo(models.IntegerChoices):
        """What undo did with it."""

        PENDING = 0
        UNDONE = 1
        KEPT = 2

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey(Import, models.CASCADE, related_name="lines", db_index=False)
    number = models.IntegerField()  #: as a spreadsheet counts: the file's first line is 1
    cells = models.JSONField()
    outcome = models.SmallIntegerField(choices=Outcome.choices, default=Outcome.PENDING)
    errors = models.JSONField(null=True)  #: messages by header
    record_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(null=True)  #: of the record once it was written
    before = models.JSONField(null=True)  #: what an updated record held
    undo = models.SmallIntegerField(choices=Undo.choices, default=Undo.PENDING)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["parent", "number"], name="staged_row"),)


class ImportExtra(models.Model):
    """Something that an import made on its way, because a cell named it: a person, a product."""

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey(Import, models.CASCADE, related_name="extras")
    target = models.CharField(max_length=40)  #: slug of the entity, or "people"
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField(null=True)
    kept = models.TextField(blank=True, default="")  #: why undo left it

    def as_json(self) -> dict[str, Any]:
        return {"entity": self.target, "id": self.record_id}
