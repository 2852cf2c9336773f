"""All rows of an entity that somebody may take along, with every field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.records.entity import Entity
from app.records.fields import Field, Kind
from app.records.listing import MOST, page, parse_query, rows_of
from app.records.views_export import further, heads, values


def counted(entity: Entity, *, actor: Actor) -> int:
    """How many rows that are."""
    if not may(actor, Verb.EXPORT, entity):
        return 0
    return int(rows_of(entity, _all(entity, actor), actor=actor).count())


def whole(entity: Entity, *, actor: Actor) -> Iterator[list[str]]:
    """The heads, then row after row; a relation by its name and its number."""
    fields = [field for field in entity.fields.values() if not _is_beside(entity, field)]
    yield ["id", *(head for field in fields for head in _heads(field))]
    if not may(actor, Verb.EXPORT, entity):
        return
    names = [field.name for field in fields]
    zone, query = ZoneInfo(actor.time_zone), _all(entity, actor)
    while True:
        found = page(entity, query, actor=actor, columns=names, verb=Verb.EXPORT)
        for row in found.rows:
            yield [str(row["id"]), *(cell for one in fields for cell in _cells(one, row, zone))]
        if found.next is None:
            return
        query = further(query, found.next)


def _all(entity: Entity, actor: Actor) -> Any:
    return parse_query(entity, QueryDict(f"limit={MOST}&sort=id"), actor=actor)


def _is_beside(entity: Entity, field: Field) -> bool:
    """The number that comes first anyway, and currencies, which stand beside their amounts."""
    money = {f"{one.key}_currency" for one in entity.fields.values() if one.kind is Kind.MONEY}
    return field.name == "id" or field.name in money


def _heads(field: Field) -> list[str]:
    return [*heads(field), field.key] if field.is_relation else heads(field)


def _cells(field: Field, row: dict[str, Any], zone: ZoneInfo) -> list[str]:
    if field.kind is Kind.JSON:
        value = row.get(field.name)
        return [json.dumps(value, ensure_ascii=False) if value else ""]
    if field.is_relation:
        number = row.get(field.key)
        return [*values(field, row, zone), "" if number is None else str(number)]
    return values(field, row, zone)
