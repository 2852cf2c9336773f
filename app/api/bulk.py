"""Many records in one request: create, update, or both by external ID."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.api.answers import respond
from app.api.problems import Problem
from app.api.reading import actor_of, read_object
from app.api.records import ORIGIN
from app.records import changes, writing
from app.records.batch import Outcome
from app.records.cleaning import BIGGEST_ID
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, RecordError, Stale

MOST = 1_000
MODES = ("all_or_nothing", "row_by_row")
STATUSES = ("created", "updated", "unchanged", "failed")

Row = dict[str, Any]
Writer = Callable[..., Any]


@dataclass(frozen=True)
class Bulk:
    """What was asked for."""

    mode: str
    operation: str
    records: list[Any]


class Undone(Exception):
    """A row failed where all or nothing was asked for: roll back."""


def bulk_write(entity: Entity, request: HttpRequest) -> HttpResponse:
    """Write up to 1,000 records, all or nothing or row by row."""
    actor, wanted = actor_of(request), parse(read_object(request))
    outcomes: list[Outcome] = []
    try:
        with writing.atomic():
            outcomes = OPERATIONS[wanted.operation](entity, wanted.records, actor=actor)
            if wanted.mode == "all_or_nothing" and any(o.status == "failed" for o in outcomes):
                raise Undone
    except Undone:
        raise refusal(outcomes) from None
    return respond(report(outcomes))


def parse(values: Row) -> Bulk:
    """The order as it was given. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    for name in values.keys() - {"mode", "operation", "records"}:
        errors[name] = [_("There is no such field.")]
    for name, allowed in (("mode", MODES), ("operation", tuple(OPERATIONS))):
        if values.get(name) not in allowed:
            errors[name] = [_("Choose one of: %(words)s.") % {"words": ", ".join(allowed)}]
    records = values.get("records")
    if not isinstance(records, list):
        errors["records"] = [_("Enter a list of records.")]
    elif len(records) > MOST:
        errors["records"] = [_("At most %(most)s records in one request.") % {"most": MOST}]
    if errors:
        raise Invalid(errors)
    return Bulk(values["mode"], values["operation"], values["records"])


def create(entity: Entity, records: list[Any], *, actor: Actor) -> list[Outcome]:
    """Make each record."""
    return write(changes.create_many, entity, records, key=None, actor=actor)


def update(entity: Entity, records: list[Any], *, actor: Actor) -> list[Outcome]:
    """Change each record, found by its `id`, at its `version` where one is given."""
    return write(changes.update_many, entity, records, key="id", actor=actor)


def upsert(entity: Entity, records: list[Any], *, actor: Actor) -> list[Outcome]:
    """Change the records whose external ID is known, make the others."""
    outcomes = {i: fault for i, row in enumerate(records) if (fault := misfit(row, "external_id"))}
    refuse_repeats(records, outcomes, "external_id")
    good = [i for i in range(len(records)) if i not in outcomes]
    known = ids_of(entity, [records[i]["external_id"].strip() for i in good], actor=actor)
    place = {i: known.get(records[i]["external_id"].strip()) for i in good}
    old = [i for i in good if place[i] is not None]
    new = [i for i in good if place[i] is None]
    changed = [{**records[i], "id": place[i]} for i in old]
    outcomes |= zip_outcomes(old, changes.update_many, entity, changed, actor=actor)
    outcomes |= zip_outcomes(
        new, changes.create_many, entity, [records[i] for i in new], actor=actor
    )
    return [outcomes[i] for i in range(len(records))]


OPERATIONS: dict[str, Callable[..., list[Outcome]]] = {
    "create": create,
    "update": update,
    "upsert": upsert,
}


def write(
    writer: Writer, entity: Entity, records: list[Any], *, key: str | None, actor: Actor
) -> list[Outcome]:
    """Hand the rows that can be read to the engine; the others fail by themselves."""
    outcomes = {i: fault for i, row in enumerate(records) if (fault := misfit(row, key))}
    if key:
        refuse_repeats(records, outcomes, key)
    good = [i for i in range(len(records)) if i not in outcomes]
    outcomes |= zip_outcomes(good, writer, entity, [records[i] for i in good], actor=actor)
    return [outcomes[i] for i in range(len(records))]


def zip_outcomes(
    places: list[int], writer: Writer, entity: Entity, rows: list[Row], *, actor: Actor
) -> dict[int, Outcome]:
    """What became of these rows, by their place in the request."""
    if not rows:
        return {}
    result = writer(entity, rows, actor=actor, origin=ORIGIN)
    return dict(zip(places, result.outcomes, strict=True))


def misfit(row: Any, key: str | None) -> Outcome | None:
    """Why a row cannot even be tried."""
    if not isinstance(row, dict):
        return failed("records", _("Enter an object of fields."))
    if key == "id" and not is_id(row.get("id")):
        return failed("id", _("Enter the ID of a record."))
    if "version" in row and not is_id(row["version"]):
        return failed("version", _("Enter the version that you have read."))
    if key == "external_id" and not is_text(row.get("external_id")):
        return failed("external_id", _("Enter the external ID."))
    return None


def refuse_repeats(records: list[Any], outcomes: dict[int, Outcome], key: str) -> None:
    """The same record twice in one request: the second fails."""
    seen: set[Any] = set()
    for i, row in enumerate(records):
        if i in outcomes:
            continue
        mark = row[key].strip() if isinstance(row[key], str) else row[key]
        if mark in seen:
            outcomes[i] = failed(key, _("This record stands in the request twice."))
        seen.add(mark)


def is_id(value: Any) -> bool:
    """Whether this can be the key of a row."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= BIGGEST_ID


def is_text(value: Any) -> bool:
    """Whether this is a text that says something."""
    return isinstance(value, str) and bool(value.strip()) and "\x00" not in value


def failed(field: str, message: str) -> Outcome:
    """A row that was not tried."""
    return Outcome(None, "failed", {field: [message]})


def ids_of(entity: Entity, external_ids: list[str], *, actor: Actor) -> dict[str, int]:
    """The visible records with these external IDs."""
    rows = entity.queryset(actor).filter(external_id__in=external_ids)
    return dict(rows.values_list("external_id", "pk"))


def report(outcomes: list[Outcome]) -> dict[str, Any]:
    """What became of each row, in the order of the request, and how many of each."""
    counts = {status: sum(o.status == status for o in outcomes) for status in STATUSES}
    return {"results": [shown(outcome) for outcome in outcomes], **counts}


def shown(outcome: Outcome) -> Row:
    """One outcome as JSON."""
    return {
        "status": outcome.status,
        "id": outcome.id,
        "version": outcome.version,
        "errors": sentences(outcome),
    }


def sentences(outcome: Outcome) -> dict[str, list[str]]:
    """What stands against a row, by field; a refusal of the row as a whole stands under `id`."""
    words: dict[type[RecordError], str] = {
        NotVisible: _("There is no such record."),
        Forbidden: _("Your role does not allow this."),
        Stale: _("The record was changed in the meantime: read it again."),
    }
    whole = words.get(type(outcome.error)) if outcome.error else None
    return {"id": [whole]} if whole else outcome.errors


def refusal(outcomes: list[Outcome]) -> Problem:
    """Nothing was written: the rows that stood against it, by their place."""
    errors = {
        f"records.{i}.{field}": messages
        for i, outcome in enumerate(outcomes)
        for field, messages in sentences(outcome).items()
    }
    return Problem(422, _("Nothing was written: some records cannot be accepted."), errors=errors)
