"""The box of files on a record's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from markupsafe import Markup

from app.access.actors import Actor
from app.access.rights import Verb
from app.documents import kinds
from app.documents.files import Shelf, versions_of
from app.documents.models import File, FileVersion
from app.documents.uploads import largest
from app.lib.formats import file_size
from app.records.cells import ago_html
from app.records.pages import reader_of
from app.records.panels import Place

State, Preview = FileVersion.State, FileVersion.Preview


@dataclass(frozen=True, slots=True)
class Line:
    """A file as the panel shows it."""

    file: File
    shown: FileVersion | None  #: what people get
    under_way: tuple[FileVersion, ...]  #: newer ones that are being checked or were refused
    icon: str
    size: str
    ago: Markup


def files_panel(request: HttpRequest, place: Place) -> Markup:
    """The whole box, with what it needs to take files."""
    return _drawn(request, "documents/panel.html", place)


def files_list(request: HttpRequest, place: Place) -> Markup:
    """What changes in it."""
    return _drawn(request, "documents/_list.html", place, fresh=True)


def _drawn(request: HttpRequest, template: str, place: Place, *, fresh: bool = False) -> Markup:
    shelf = Shelf(place.entity, place.pk)
    lines, deleted = lines_of(versions_of(shelf), actor=place.actor)
    context: dict[str, Any] = {
        "entity": place.entity,
        "pk": place.pk,
        "may_change": place.can[Verb.CHANGE],
        "may_delete": place.can[Verb.DELETE],
        "lines": lines,
        "deleted": deleted if place.can[Verb.CHANGE] else [],
        "busy": any(is_busy(line) for line in lines),
        "accept": ",".join(f".{ending}" for ending in kinds.KINDS),
        "largest": largest(),
        "largest_text": file_size(largest()),
        "fresh": fresh,
    }
    return Markup(render_to_string(template, context, request=request))  # noqa: S704


def lines_of(versions: Iterable[FileVersion], *, actor: Actor) -> tuple[list[Line], list[Line]]:
    """Versions as lines of their files: those that are there, those that are deleted."""
    of_file: dict[int, list[FileVersion]] = defaultdict(list)
    for version in versions:
        of_file[version.file_id].append(version)
    lines = [line_of(found, actor=actor) for found in of_file.values()]
    live = [line for line in lines if not line.file.deleted_at]
    return live, [line for line in lines if line.file.deleted_at and line.shown]


def line_of(versions: list[FileVersion], *, actor: Actor) -> Line:
    """One file with what is to be said of it."""
    file = versions[0].file
    shown = next((v for v in versions if v.state == State.READY), None)
    newest = shown or versions[0]
    kind = kinds.of_name(file.name)
    when = file.deleted_at or newest.ready_at or newest.started_at
    return Line(
        file,
        shown,
        tuple(v for v in versions if v.state != State.READY),
        kind.icon if kind else "file",
        file_size(newest.size),
        ago_html(when, reader=reader_of(actor), now=timezone.now()),
    )


def is_busy(line: Line) -> bool:
    """Whether something of it will change by itself."""
    waiting = line.shown is not None and line.shown.preview == Preview.WAITING
    return waiting or any(v.state == State.CHECKING for v in line.under_way)
