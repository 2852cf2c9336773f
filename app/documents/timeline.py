"""Files in the timeline of their record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.documents.models import FileVersion
from app.records.cells import ago_html
from app.records.entity import Entity
from app.records.pages import reader_of
from app.records.timeline import Moment

COLUMNS = (
    *("number", "ready_at", "uploaded_by__name", "file__id", "file__name"),
    *("file__deleted_at", "file__deleted_by__name", "file__current"),
)


def moments(entity: Entity, pk: int, *, actor: Actor, limit: int) -> Iterable[Moment]:
    """Versions that came, files that were deleted."""
    rows = FileVersion._default_manager.filter(file__entity=entity.slug, file__record_id=pk)
    ready = rows.filter(state=FileVersion.State.READY).order_by("-ready_at")
    for row in ready.values(*COLUMNS)[:limit]:
        yield _came(row, actor=actor)
        if row["file__deleted_at"] and row["number"] == row["file__current"]:
            yield _went(row, actor=actor)


def _came(row: dict[str, Any], *, actor: Actor) -> Moment:
    at, gone = row["ready_at"], row["file__deleted_at"]
    first = row["number"] == 1
    what = _("added the file") if first else _("added version %(n)s of") % {"n": row["number"]}
    return Moment(
        at,
        ago_html(at, reader=reader_of(actor), now=timezone.now()),
        "paperclip",
        row["uploaded_by__name"],
        what,
        # What is deleted is named, but cannot be had.
        href="" if gone else f"/files/{row['file__id']}/download/?version={row['number']}",
        title=row["file__name"],
    )


def _went(row: dict[str, Any], *, actor: Actor) -> Moment:
    at = row["file__deleted_at"]
    return Moment(
        at,
        ago_html(at, reader=reader_of(actor), now=timezone.now()),
        "trash-2",
        row["file__deleted_by__name"] or _("Somebody"),
        _("deleted the file"),
        "bad",
        title=row["file__name"],
    )
