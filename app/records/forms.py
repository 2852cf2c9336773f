"""What a form of a record holds, sends and shows again after a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.lib import formats
from app.records import inputs, lookups, registry
from app.records.entity import Entity
from app.records.fields import PEOPLE, Field, Kind
from app.records.inputs import Input, as_text
from app.records.links import targets_of

Values = dict[str, Any]
#: Prefix of the hidden inputs that say what the form showed when it was opened.
WAS = "was."
#: Prefix of the choices of the conflict page.
KEEP = "keep."


@dataclass(frozen=True)
class FormSection:
    """A box of the form."""

    label: str
    inputs: list[Input]
    first: bool
    closed: bool


@dataclass(frozen=True)
class LinkRow:
    """One linked record in the form."""

    n: str
    kind: str
    id: str
    name: str
    role: str


@dataclass(frozen=True)
class Difference:
    """A field that two people gave different values."""

    name: str
    label: str
    mine: str
    theirs: str


def blank_values(entity: Entity, query: Mapping[str, str], *, actor: Actor) -> Values:
    """What a new form begins with: defaults, then what the address asks for."""
    values: Values = {
        key: field.source.get_default()
        for key, field in entity.writable.items()
        if field.kind is not Kind.JSON
    }
    values["owner_id"] = actor.keeper_id
    return values | {key: query[key] for key in entity.writable if query.get(key)}


def stored_values(entity: Entity, row: Any) -> Values:
    """What the record holds, by the word under which it is written."""
    return {key: getattr(row, key) for key in entity.writable}


def as_shown(values: Mapping[str, Any], *, actor: Actor) -> dict[str, str]:
    """Values as controls hold them."""
    return {key: as_text(value, actor=actor) for key, value in values.items() if key != "custom"}


def touched(entity: Entity, data: QueryDict, stored: Values, *, actor: Actor) -> Values:
    """What somebody changed in the form; all of it when the form did not say how it began."""
    sent = without_unshown(entity, inputs.entered(entity, data), stored, actor=actor)
    return {
        key: value
        for key, value in sent.items()
        if data.get(f"{WAS}{key}") != value and data.get(f"{KEEP}{key}") != "theirs"
    }


def without_unshown(entity: Entity, sent: Values, stored: Values, *, actor: Actor) -> Values:
    """What was sent, but for empty controls of related rows that the form could not show."""
    return {
        key: value
        for key, value in sent.items()
        if value != "" or not unshown(entity.writable[key], stored[key], actor=actor)
    }


def unshown(field: Field, value: Any, *, actor: Actor) -> bool:
    """Whether the value is a row that the actor does not see."""
    if not field.is_relation or value is None:
        return False
    return lookups.label_of(field.target or PEOPLE, value, actor=actor) is None


def sections(
    entity: Entity, values: Values, *, actor: Actor, errors: Mapping[str, list[str]]
) -> list[FormSection]:
    """The boxes of the form; a closed one opens for an error."""
    made = []
    for place, section in enumerate(entity.layout):
        controls = inputs.inputs_for(entity, section.fields, values, actor=actor, errors=errors)
        wrong = any(control.errors for control in controls)
        filled = any(control.value for control in controls if control.kind != "boolean")
        if controls:
            closed = section.collapsed and not (wrong or filled)
            made.append(FormSection(str(section.label), controls, place == 0, closed))
    return made


def labels(entity: Entity) -> dict[str, str]:
    """The labels of all fields, for the summary of errors."""
    return {key: str(field.label) for key, field in entity.by_key.items()}


def differences(
    entity: Entity, mine: Values, current: Any, was: QueryDict, *, actor: Actor
) -> list[Difference]:
    """The fields that both changed, each to another value."""
    found = []
    for key, value in mine.items():
        field = entity.writable[key]
        stored = as_text(getattr(current, key), actor=actor)
        sent = as_text(value, actor=actor)
        if stored not in (sent, was.get(f"{WAS}{key}")):
            pair = (in_words(field, sent, actor=actor), in_words(field, stored, actor=actor))
            found.append(Difference(key, str(field.label), *pair))
    return found


def in_words(field: Field, text: str, *, actor: Actor) -> str:
    """A control's value as a person reads it."""
    if not text:
        return ""
    if field.is_relation:
        pk = inputs.as_id(text)
        return lookups.label_of(field.target or PEOPLE, pk, actor=actor) or ""
    if field.kind is Kind.CHOICE:
        return str(dict(field.choices).get(text, text))
    return text


def who_and_when(row: Any, *, actor: Actor) -> dict[str, str]:
    """Who saved the record last, and how long ago."""
    saved: datetime = row.updated_at
    name = lookups.label_of(PEOPLE, row.updated_by_id, actor=actor)
    return {
        "who": name or "",
        "when": formats.ago(saved, now=timezone.now(), language=actor.language),
    }


def links_sent(data: QueryDict) -> list[dict[str, Any]] | None:
    """The linked records of the form; None when it has no such part."""
    if "links" not in data:
        return None
    rows = [key.split(".")[1] for key in data if key.startswith("link.") and key.endswith(".id")]
    return [
        {
            "entity": data.get(f"link.{n}.kind", ""),
            "id": data[f"link.{n}.id"],
            "role": data.get(f"link.{n}.role", ""),
        }
        for n in rows
        if data[f"link.{n}.id"]
    ]


def link_rows(
    entity: Entity, pk: int | None, query: QueryDict, sent: Any, *, actor: Actor
) -> list[LinkRow]:
    """The rows of linked records: as sent, as stored, or as the address asks for."""
    if sent is not None:
        wanted = [(one["entity"], inputs.as_id(one["id"]), one["role"]) for one in sent]
    elif pk is not None:
        return [
            LinkRow(str(n), tie.entity, str(tie.id), tie.name, tie.role)
            for n, tie in enumerate(targets_of(entity, pk, actor=actor))
        ]
    else:
        asked = (raw.partition(":") for raw in query.getlist("link"))
        wanted = [(slug, inputs.as_id(key), "") for slug, _colon, key in asked]
    return [
        LinkRow(str(n), slug, str(key), name, role)
        for n, (slug, key, role) in enumerate(wanted)
        if slug in entity.links_to and (name := lookups.label_of(slug, key, actor=actor))
    ]


def link_kinds(entity: Entity, *, actor: Actor) -> Sequence[tuple[str, str]]:
    """The kinds of records that this one can be linked to, as far as the actor sees any."""
    others = [registry.get(slug) for slug in entity.links_to]
    return [(one.slug, str(one.label)) for one in others if may(actor, Verb.VIEW, one)]
