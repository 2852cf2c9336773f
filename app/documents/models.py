"""Files, their versions, and how much room they take."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PERSON = "access.User"
NAME_LENGTH = 255


class File(models.Model):
    """A file on a record of any kind; what it holds is its current version."""

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    #: The version that people get; none until the first one is ready.
    current = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", db_index=False)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = (
            models.Index(fields=["entity", "record_id", "id"], name="file_record"),
            models.Index(
                fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="file_deleted"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Reason(models.TextChoices):
    """Why a version was not taken."""

    OTHER_SIZE = "other_size", _("What arrived has another size than was announced.")
    OTHER_TYPE = (
        "other_type",
        _("What is in it does not fit its name: it seems to be %(it)s."),
    )
    PROGRAM = "program", _("The file is a program.")
    TWO_KINDS = "two_kinds", _("The file is of two kinds at once, as disguised files are.")
    MACROS = "macros", _("The document holds macros.")
    BROKEN = "broken", _("The archive cannot be read.")
    BOMB = "bomb", _("The archive would unpack to far more than it is.")
    TOO_LARGE = "too_large", _("The file is larger than the virus scanner takes.")
    INFECTED = "infected", _("The virus scanner found %(it)s.")
    REPLACED = "replaced", _("The file was replaced while it was being checked.")
    VANISHED = "vanished", _("The file was gone before it could be checked.")


class FileVersion(models.Model):
    """One upload of a file, from the announcement until it can be had."""

    class State(models.TextChoices):
        """How far it has come."""

        PENDING = "pending"
        CHECKING = "checking"
        READY = "ready"
        REJECTED = "rejected"

    class Preview(models.TextChoices):
        """Whether there are pictures of it."""

        NONE = ""
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE, related_name="versions", db_index=False)
    #: 1, 2, 3 in the order in which they became ready.
    number = models.PositiveIntegerField(null=True)
    #: The name of the object; nobody outside ever says it.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    etag = models.CharField(max_length=100, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")
    #: The store's name of an upload in parts; empty when it comes in one piece.
    parts = models.CharField(max_length=1000, blank=True, default="")
    preview = models.CharField(max_length=10, choices=Preview.choices, blank=True, default="")
    #: The objects of the pictures: a small one, then one a page.
    pictures = ArrayField(models.UUIDField(), default=list)
    uploaded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["file", "number"], name="file_version_number"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(number__isnull=False), name="file_version_ready"
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "started_at"],
                condition=~Q(state="ready"),
                name="file_version_under_way",
            ),
        )

    def __str__(self) -> str:
        return f"version {self.number} of file {self.file_id}"

    @property
    def sentence(self) -> str:
        """Why it was not taken, in words."""
        return str(Reason(self.reason).label) % {"it": self.detail} if self.reason else ""

    @property
    def pages(self) -> int:
        """How many pages there are pictures of."""
        return max(0, len(self.pictures) - 1) if self.preview == self.Preview.READY else 0


class StorageUse(models.Model):
    """The one row that counts bytes; whoever adds or removes some holds it."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    ready = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="storage_use_single"),
            models.CheckConstraint(
                condition=Q(ready__gte=0) & Q(reserved__gte=0), name="storage_use_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.ready} + {self.reserved}"


class LeftObject(models.Model):
    """An object that no row names any more: it is removed until it is gone for sure."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    left_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.key)
