"""What became of each row of the file, written beside the records themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.utils.translation import gettext as _

from app.imports.models import Import, StagedRow
from app.imports.rows import Line, Reader
from app.records.batch import Outcome
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible
from app.records.writing import cursor

State = StagedRow.Outcome
SAVE = """
UPDATE imports_stagedrow AS r SET outcome = v.outcome, errors = v.errors,
    record_id = v.record_id, version = v.version, before = v.before
FROM json_to_recordset(%s::json) AS v(number int, outcome smallint, errors jsonb,
    record_id bigint, version int, before jsonb)
WHERE r.parent_id = %s AND r.number = v.number
"""
AT_ONCE = 5_000


@dataclass
class Result:
    """The outcome of one row."""

    number: int
    state: State
    errors: dict[str, list[str]] | None = None
    record_id: int | None = None
    version: int | None = None
    before: dict[str, Any] | None = None

    def without_record(self) -> Result:
        """As it is kept of a dry run: there is no record."""
        record = self.record_id if self.state in (State.UPDATED, State.SKIPPED) else None
        return replace(self, record_id=record, version=None, before=None)


def of_line(line: Line) -> Result:
    """A row that is not written, now or at all."""
    if line.errors:
        return Result(line.number, State.FAILED, line.errors)
    return Result(line.number, State.DEFERRED)


def of_outcome(line: Line, outcome: Outcome, state: State, reader: Reader) -> Result:
    """What the engine says of a row; its errors are put under the file's headers."""
    if state is State.FAILED:
        errors = reader.under_headers(outcome.errors)
        if isinstance(outcome.error, (NotVisible, Forbidden)):
            errors = {"": [_("It names a record that you may not change.")]}
        return Result(line.number, state, errors)
    return Result(line.number, state, None, outcome.id, outcome.version)


def save(made: Import, results: Iterable[Result]) -> None:
    """Write the outcomes of many rows."""
    results = list(results)
    with cursor() as handle:
        for start in range(0, len(results), AT_ONCE):
            part = results[start : start + AT_ONCE]
            rows = [
                {
                    "number": one.number,
                    "outcome": int(one.state),
                    "errors": one.errors or None,
                    "record_id": one.record_id,
                    "version": one.version,
                    "before": one.before or None,
                }
                for one in part
            ]
            handle.execute(SAVE, [as_json(rows), made.pk])


def as_json(value: Any) -> str | None:
    """JSON as the database stores it; dates and decimals become texts."""
    return orjson.dumps(value, default=str).decode() if value else None


def collect(made: Import) -> list[Result]:
    """All outcomes as they stand in the open transaction."""
    columns = ("number", "outcome", "errors", "record_id")
    rows = made.lines.values_list(*columns).iterator(chunk_size=AT_ONCE)
    return [Result(number, State(state), errors, record) for number, state, errors, record in rows]


def snapshot(entity: Entity, ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """What records hold in every field that somebody may set, and their version."""
    columns = list(entity.writable)
    rows = entity.model._default_manager.filter(pk__among=list(ids)).values(
        "pk", "version", *columns
    )
    return {row.pop("pk"): row for row in rows}
