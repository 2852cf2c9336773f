"""A hand-over: what one person owned goes to others, batch by batch; it can be taken back."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

PERSON = "access.User"


class HandOver(models.Model):
    """Who hands over what to whom, and how far that has come."""

    class Status(models.TextChoices):
        """How far the job has come."""

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
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="hand_overs")
    ended_access = models.BooleanField(default=False)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", db_index=False)
    #: What goes to whom: {"entity", "history", "to"}, in the order in which it is done.
    parts = models.JSONField(default=list)
    #: Who reported to the person: [id, manager after it].
    reports = models.JSONField(default=list)
    withdrawn = models.PositiveIntegerField(default=0)  #: open invitations of the person
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    undo = models.CharField(max_length=10, choices=Undo.choices, blank=True, default=Undo.NONE)
    undo_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    rows = models.PositiveIntegerField(default=0)  #: how many there were when it began
    moved = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)  #: rows that undo left, as they went on since
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.person_id}"

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it or about to be."""
        busy = (self.Status.QUEUED, self.Status.RUNNING)
        return self.status in busy or self.undo in (self.Undo.QUEUED, self.Undo.RUNNING)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back now."""
        return not self.is_busy and self.undo != self.Undo.DONE and bool(self.moved or self.reports)

    @property
    def share(self) -> int:
        """How much of it is done, in percent."""
        total = self.moved if self.undo else self.rows
        done = self.returned + self.kept if self.undo else self.moved + self.refused
        return min(100, done * 100 // total) if total else 100


class HandOverBatch(models.Model):
    """Rows that went to somebody together, and those that were refused."""

    id = models.BigAutoField(primary_key=True)
    parent = models.ForeignKey(HandOver, models.CASCADE, related_name="batches")
    entity = models.CharField(max_length=40)
    to_id = models.BigIntegerField()
    moved_ids = ArrayField(models.BigIntegerField(), default=list)
    refused_ids = ArrayField(models.BigIntegerField(), default=list)
    reason = models.TextField(blank=True, default="")  #: of the first that was refused
    is_undone = models.BooleanField(default=False)
