"""An export of everything: who asked, how far it is, where it is kept and until when."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: So long it can be fetched.
KEPT = timedelta(days=7)
#: A job that was lost altogether does not stand in the way for ever.
LOST = timedelta(hours=24)


class Export(models.Model):
    """One ZIP archive with all that its asker may take along."""

    class Status(models.TextChoices):
        """How far the job has come."""

        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        GONE = "gone", _("Deleted")

    id = models.BigAutoField(primary_key=True)
    asked_by = models.ForeignKey(
        "access.User", models.PROTECT, related_name="exports", db_index=False
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    #: The name of the object; nobody outside ever says it.
    object = models.UUIDField(default=uuid.uuid4, editable=False)
    total = models.PositiveIntegerField(default=0)  #: rows and files when it began
    done = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  #: bytes of the archive
    files_left_out = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    #: When its object is deleted.
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.created_at:%F}"

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it or about to be."""
        busy = self.status in (self.Status.QUEUED, self.Status.RUNNING)
        return busy and timezone.now() - self.created_at < LOST

    @property
    def is_there(self) -> bool:
        """Whether it can be fetched."""
        kept = self.expires_at is not None and timezone.now() < self.expires_at
        return self.status == self.Status.DONE and kept

    @property
    def share(self) -> int:
        """How much of it is done, in percent."""
        return min(99, self.done * 100 // self.total) if self.total else 0
