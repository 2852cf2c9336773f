"""An import as others see it: as JSON, and its refused rows as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from app.imports.layout import Layout
from app.imports.models import Import, StagedRow
from app.lib.spreadsheets import harmless

BOM = "\ufeff"
COUNTERS = ("rows", "created", "updated", "skipped", "failed")
REFUSED = Q(outcome=StagedRow.Outcome.FAILED) | Q(undo=StagedRow.Undo.KEPT)


def as_json(made: Import) -> dict[str, Any]:
    """The import as the API shows it."""
    return {
        "id": made.pk,
        "entity": made.entity,
        "file_name": made.file_name,
        "mode": made.mode,
        "status": status_of(made),
        **{name: getattr(made, name) for name in COUNTERS},
        "error": made.error or None,
        "errors_url": f"/api/v1/imports/{made.pk}/errors",
        "mapping": made.mapping,
        "undo": undo_of(made),
        "created_at": made.created_at,
        "started_at": made.started_at,
        "finished_at": made.finished_at,
    }


def status_of(made: Import) -> str:
    """One of queued, running, done and failed, whether it comes in or goes out."""
    if made.undo in (Import.Undo.QUEUED, Import.Undo.RUNNING):
        return str(made.undo)
    return str(made.status)


def undo_of(made: Import) -> dict[str, Any] | None:
    """How far taking it back has come; None when nobody asked for it."""
    if made.undo == Import.Undo.NONE:
        return None
    left = [extra.as_json() | {"reason": extra.kept} for extra in made.extras.exclude(kept="")]
    return {"status": made.undo, "undone": made.undone, "kept": made.kept, "kept_extras": left}


def reasons(line: StagedRow) -> str:
    """Why a row was refused or kept, in one text."""
    errors: dict[str, list[str]] = line.errors or {}
    return " ".join(
        f"{header}: {message}" if header else message
        for header, messages in errors.items()
        for message in messages
    )


def error_rows(made: Import) -> Iterator[list[str]]:
    """The refused rows as they stood in the file, each with its number and the reason."""
    headers = Layout.from_json(made.layout).headers
    yield [_("Row"), *headers, _("Reason")]
    width = len(headers)
    for line in made.lines.filter(REFUSED).order_by("number").iterator(chunk_size=1_000):
        cells = [*line.cells, *[""] * (width - len(line.cells))]
        extra = [" ".join(cells[width:])] if len(cells) > width else []
        yield [str(line.number), *cells[:width], *[f"{reasons(line)} {' '.join(extra)}".strip()]]


class Echo:
    """A file that hands each line on at once."""

    def write(self, line: str) -> str:
        return line


def error_file(made: Import) -> HttpResponseBase:
    """The refused rows as CSV, ready to be corrected and imported again."""
    writer = csv.writer(Echo())
    lines = (writer.writerow([harmless(cell) for cell in row]) for row in error_rows(made))
    body = (part for source in ((BOM,), lines) for part in source)
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{made.pk}-errors.csv"'
    response["Cache-Control"] = "no-store"
    return response
