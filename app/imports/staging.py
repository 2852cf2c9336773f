"""The file and its rows in the database, until the import is over and may still be undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.db import models
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.imports.layout import Layout
from app.imports.models import Import, StagedChunk, StagedRow
from app.imports.reading import MAX_BYTES, Unreadable, look_at, read_rows
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible
from app.records.writing import atomic, cursor

CHUNK = 1024 * 1024
COPY = "COPY imports_stagedrow (parent_id, number, cells, outcome, errors, undo) FROM STDIN"
#: COPY's text format: what stands for itself must be escaped.
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
ADMINISTRATORS = ("owner", "administrator")


def visible_imports(actor: Actor) -> models.QuerySet[Import]:
    """One's own imports; administrators see all."""
    rows = Import._default_manager.order_by("-id")
    return rows if actor.role in ADMINISTRATORS else rows.filter(actor_id=actor.user_id)


def find_import(pk: int, *, actor: Actor) -> Import:
    """The import. Raises NotVisible."""
    found = visible_imports(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def store(
    pieces: Iterable[bytes],
    *,
    entity: Entity,
    file_name: str,
    actor: Actor,
    wanted: dict[str, Any] | None = None,
) -> Import:
    """Take a file in: keep it, find out how it is written, stage its rows.

    Raises Forbidden, Unreadable.
    """
    if not may(actor, Verb.IMPORT, entity):
        raise Forbidden
    chunks = bounded(pieces)
    layout = look_at(chunks, wanted=wanted)
    with atomic():
        made = Import._default_manager.create(
            entity=entity.slug,
            file_name=file_name.replace("\x00", "")[-200:] or _("without a name"),
            size=sum(map(len, chunks)),
            layout=layout.as_json(),
            actor_id=actor.user_id,
        )
        StagedChunk._default_manager.bulk_create(
            (StagedChunk(parent=made, number=n, data=data) for n, data in enumerate(chunks)),
            batch_size=16,
        )
        stage(made, chunks, layout)
    return made


def bounded(pieces: Iterable[bytes]) -> list[bytes]:
    """The file in chunks of one size; refused when it is too big or empty."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > MAX_BYTES:
            words = {"size": MAX_BYTES // 1024 // 1024}
            raise Unreadable(_("The file is bigger than %(size)s MB: split it.") % words)
    if not whole:
        raise Unreadable(_("The file is empty."))
    return [bytes(whole[start : start + CHUNK]) for start in range(0, len(whole), CHUNK)]


def chunks_of(made: Import) -> Iterator[bytes]:
    """The file again, piece by piece."""
    for data in made.chunks.order_by("number").values_list("data", flat=True).iterator(4):
        yield bytes(data)


def read_again(made: Import, wanted: dict[str, Any]) -> None:
    """Stage the rows anew under what somebody says of encoding, separator or header."""
    chunks = list(chunks_of(made))
    layout = look_at(chunks, wanted=wanted)
    if layout == Layout.from_json(made.layout):
        return
    with atomic():
        made.layout = layout.as_json()
        made.mapping = {}
        stage(made, chunks, layout)


def stage(made: Import, chunks: Iterable[bytes], layout: Layout) -> None:
    """Copy the file's rows into staging. What cannot be a row is failed already."""
    made.lines.all()._raw_delete(made.lines.db)
    count = 0
    with cursor() as handle, handle.copy(COPY) as copy:
        for row in read_rows(chunks, layout):
            count += 1
            copy.write(staged_line(made.pk, row.number, row.cells, row.error))
    made.rows = count
    made.save(update_fields=["rows", "layout", "mapping"])


def staged_line(pk: int, number: int, cells: list[str], error: str) -> str:
    """One line of COPY's text format."""
    text = orjson.dumps(cells).decode().translate(ESCAPES)
    outcome = StagedRow.Outcome.FAILED if error else StagedRow.Outcome.PENDING
    errors = orjson.dumps({"": [error]}).decode().translate(ESCAPES) if error else "\\N"
    return f"{pk}\t{number}\t{text}\t{int(outcome)}\t{errors}\t0\n"


def reset(made: Import, *, mode: str) -> None:
    """Forget what an earlier run found, so that the rows can be dealt with anew."""
    lines = made.lines.exclude(errors__has_key="").exclude(outcome=StagedRow.Outcome.PENDING)
    lines.update(
        outcome=StagedRow.Outcome.PENDING, errors=None, record_id=None, version=None, before=None
    )
    unreadable = made.lines.filter(outcome=StagedRow.Outcome.FAILED).count()
    made.created = made.updated = made.skipped = 0
    made.failed = unreadable
    made.round, made.last_round, made.waiting = 1, False, 0
    made.error, made.mode, made.status = "", mode, Import.Status.QUEUED
    made.started_at = made.finished_at = None
    made.save()


def sample(made: Import, *, count: int = 5) -> list[list[str]]:
    """The first rows, for the preview."""
    lines = made.lines.order_by("number").values_list("cells", flat=True)
    return list(lines[:count])


def distinct(made: Import, place: int, *, most: int = 2_000) -> dict[str, int]:
    """The different cells of a column and how often each occurs, the commonest first."""
    with cursor() as handle:
        handle.execute(
            "SELECT btrim(cells ->> %s) AS cell, count(*) FROM imports_stagedrow"
            " WHERE parent_id = %s GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s",
            [place, made.pk, most],
        )
        return {cell: count for cell, count in handle.fetchall() if cell}
