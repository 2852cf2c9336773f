"""The least valid record of every entity, and one with every field filled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from app.records import changes, registry
from app.records.entity import Entity
from app.records.fields import PEOPLE, Field, Kind
from tests.records.helpers import actor

#: Fields that the model lets be empty although a record cannot do without them.
NEEDED = {"deals": ("stage_id",)}

FILLERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.LONG_TEXT: str,
    Kind.PHONE: str,
    Kind.EMAIL: lambda stamp: f"{stamp.lower()}@example.com",
    Kind.URL: lambda stamp: f"https://example.com/{stamp}",
    Kind.INTEGER: lambda _stamp: 7,
    Kind.YEAR: lambda _stamp: 1999,
    Kind.DECIMAL: lambda _stamp: "7.5",
    Kind.MONEY: lambda _stamp: "1250.50",
    Kind.CURRENCY: lambda _stamp: "USD",
    Kind.BOOLEAN: lambda _stamp: False,
    Kind.DATE: lambda _stamp: date(2026, 3, 14),
    Kind.DATETIME: lambda _stamp: datetime(2026, 3, 14, 9, 30, tzinfo=UTC),
    Kind.JSON: lambda stamp: {"stamp": stamp},
}


def sample(slug: str, *, by: Any, owner: Any = None, stamp: str = "Sample", **given: Any) -> Any:
    """The least valid record, made by `by`; what it needs is made along with it."""
    entity = registry.get(slug)
    values = {**least(entity, by=by, stamp=stamp, given=given), **given}
    if owner is not None:
        values["owner_id"] = owner.pk
    return changes.create(entity, values, actor=actor(by))


def least(entity: Entity, *, by: Any, stamp: str, given: Any = ()) -> dict[str, Any]:
    """Values of the fields that a record cannot do without."""
    wanted = [key for key, field in entity.writable.items() if field.required]
    return {
        key: value_of(entity.by_key[key], by=by, stamp=stamp)
        for key in (*wanted, *NEEDED.get(entity.slug, ()))
        if key not in given
    }


def value_of(field: Field, *, by: Any, stamp: str) -> Any:
    """A valid value of this field; a relation's target is made."""
    if field.target == PEOPLE:
        return by.pk
    if field.is_relation:
        return sample(str(field.target), by=by, stamp=stamp).pk
    return plain_value(field, stamp)


def plain_value(field: Field, stamp: str) -> Any:
    """A valid value of a field that is no relation."""
    if field.kind is Kind.CHOICE:
        return field.choices[0][0]
    value = FILLERS[field.kind](stamp)
    return value[: field.max_length] if isinstance(value, str) and field.max_length else value


def unique(entity: Entity) -> set[str]:
    """Texts that only one live record may have: the external id, a number."""
    constraints = entity.model._meta.constraints
    single = {c.fields[0] for c in constraints if len(getattr(c, "fields", ())) == 1}
    return {key for key, field in entity.writable.items() if key in single and field.max_length}


def full(entity: Entity, *, by: Any, stamp: str, related: dict[str, int]) -> dict[str, Any]:
    """Values of every field; relations point at the rows of `related`, by slug."""
    values: dict[str, Any] = {}
    number = entity.model._default_manager.count()
    for key, field in entity.writable.items():
        if key in unique(entity):
            values[key] = f"{stamp}-{number}"
        elif not field.is_relation:
            values[key] = plain_value(field, stamp)
        elif field.target == PEOPLE:
            values[key] = by.pk
        elif field.target in related:
            values[key] = related[str(field.target)]
    return values


def dependents_last() -> list[Entity]:
    """All entities, those that others point at first."""
    left, done = {one.slug: one for one in registry.all_entities()}, dict[str, Entity]()
    while left:
        ready = [
            slug
            for slug, one in left.items()
            if {*(field.target for field in one.relations), *one.links_to} - {PEOPLE, slug}
            <= done.keys()
        ]
        assert ready, f"entities point at each other in a circle: {sorted(left)}"
        done |= {slug: left.pop(slug) for slug in ready}
    return list(done.values())


def one_of_each(*, by: Any, owner: Any = None, stamp: str) -> dict[str, Any]:
    """A record of every entity with every field filled, tied to each other, by slug."""
    rows: dict[str, Any] = {}
    for entity in dependents_last():
        related = {slug: row.pk for slug, row in rows.items()}
        values = full(entity, by=owner or by, stamp=stamp, related=related)
        ties = [
            {"entity": slug, "id": related[slug]} for slug in entity.links_to if slug in related
        ]
        if ties:
            values["links"] = ties
        rows[entity.slug] = changes.create(entity, values, actor=actor(by))
    return rows
