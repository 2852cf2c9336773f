"""What people do with customers: tasks, calls, meetings, visits, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.access.actors import Actor
from app.records.batch import Draft
from app.records.entity import Entity, Section
from app.records.models import LIVE, Record
from app.records.registry import register


class Activity(Record):
    """A thing done or to be done, tied to any number of records."""

    class Type(models.TextChoices):
        """The form that it takes."""

        TASK = "task", _("Task")
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        VISIT = "visit", _("Visit")
        NOTE = "note", _("Note")

    class Status(models.TextChoices):
        """How far it has come."""

        OPEN = "open", pgettext_lazy("activity", "Open")
        RUNNING = "running", _("In progress")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Priority(models.TextChoices):
        """How much it presses."""

        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")

    name = models.CharField(_("Subject"), max_length=200)
    type = models.CharField(_("Type"), max_length=20, choices=Type.choices, default=Type.TASK)
    status = models.CharField(
        _("Status"), max_length=20, choices=Status.choices, default=Status.OPEN
    )
    priority = models.CharField(
        _("Priority"), max_length=20, choices=Priority.choices, default=Priority.NORMAL
    )
    due_at = models.DateTimeField(_("Due"), null=True, blank=True)
    starts_at = models.DateTimeField(_("Starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("Ends"), null=True, blank=True)
    location = models.CharField(_("Location"), max_length=200, blank=True)
    plan = models.TextField(_("Plan"), blank=True)
    progress = models.PositiveSmallIntegerField(
        _("Progress in %"), default=0, validators=[MaxValueValidator(100)]
    )
    result = models.TextField(_("Result"), blank=True)
    completed_at = models.DateTimeField(_("Completed"), null=True, editable=False)
    completed_by = models.ForeignKey(
        "access.User",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("Completed by"),
    )

    class Meta(Record.Meta):
        verbose_name = _("Activity")
        verbose_name_plural = _("Activities")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | Q(starts_at__isnull=True)
                | Q(ends_at__gte=models.F("starts_at")),
                name="activity_ends_after_start",
                violation_error_message=_("It cannot end before it starts."),
            ),
        )
        indexes: ClassVar[tuple[models.Index, ...]] = (
            *Record.Meta.indexes,
            models.Index(fields=["owner", "status", "due_at"], name="activity_due", condition=LIVE),
        )


@register
class ActivityEntity(Entity):
    """Activities: one table of everything that is done with customers."""

    model = Activity
    icon = "calendar-check"
    history = Q(status__in=(Activity.Status.DONE, Activity.Status.CANCELLED))
    menu = _("Sales")
    layout = (
        Section(
            _("Activity"),
            (
                "name",
                "type",
                "status",
                "priority",
                "owner",
                "due_at",
                "starts_at",
                "ends_at",
                "location",
            ),
        ),
        Section(_("Plan and result"), ("plan", "progress", "result")),
    )
    list_columns = ("name", "type", "status", "due_at", "priority", "owner")
    filters = ("type", "status", "owner", "due_at", "priority")
    search_fields = ("name", "location", "external_id")
    default_sort = "due_at"
    links_to = ("accounts", "contacts", "deals", "products")

    def prepare(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Note who completed it and when; a reopened one forgets it."""
        for draft in drafts:
            note_completion(draft.row, is_new=draft.is_new, actor=actor)


def note_completion(row: Any, *, is_new: bool, actor: Actor) -> None:
    """Keep completed_at, completed_by and progress in step with the status."""
    if is_new and row.type == Activity.Type.NOTE and row.status == Activity.Status.OPEN:
        row.status = Activity.Status.DONE
    if row.status != Activity.Status.DONE:
        row.completed_at, row.completed_by_id = None, None
    elif row.completed_at is None:
        row.completed_at, row.completed_by_id = timezone.now(), actor.user_id
        row.progress = 100
