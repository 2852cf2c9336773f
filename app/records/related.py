"""What hangs on a record: the rows of its related lists, and its links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from markupsafe import Markup

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.records import registry, tones
from app.records.cells import Cell, cell, trusted
from app.records.entity import Entity
from app.records.fields import Kind
from app.records.listing import select, shown
from app.records.models import Link
from app.records.pages import reader_of

SHOWN = 5
FACTS = 3
COUNTED = 1_000


@dataclass(frozen=True)
class RelatedRow:
    """A line of a related list."""

    href: str
    name: str
    facts: list[Markup]


@dataclass(frozen=True)
class RelatedList:
    """Rows of another entity that hang on this record."""

    entity: Entity
    title: str
    rows: list[RelatedRow]
    count: str
    more: str  #: the list of all of them, when that is more than is shown
    add: str


def related_lists(entity: Entity, pk: int, *, actor: Actor) -> list[RelatedList]:
    """The related lists of a record, as far as the actor sees their rows."""
    lists = []
    for slug in entity.related_lists:
        other = registry.get(slug)
        field = foreign_key(other, entity)
        if may(actor, Verb.VIEW, other) and (field or tied(other, entity)):
            lists.append(_list(entity, pk, other, field, actor=actor))
    return lists


def foreign_key(other: Entity, entity: Entity) -> str | None:
    """The relation of another entity that points at this one."""
    names = [field.name for field in other.relations if field.target == entity.slug]
    return names[0] if names else None


def tied(other: Entity, entity: Entity) -> bool:
    """Whether rows of another entity can be linked to this one."""
    return entity.slug in other.links_to


def happenings(entity: Entity) -> list[Entity]:
    """Entities whose rows are things done with this record: they belong in its timeline."""
    others = [registry.get(slug) for slug in entity.related_lists]
    return [one for one in others if tied(one, entity) and foreign_key(one, entity) is None]


def linked(other: Entity, entity: Entity, pk: int, *, actor: Actor) -> QuerySet[Any]:
    """The visible rows of another entity that are linked to this record."""
    ties = Link._default_manager.filter(source=other.slug, target=entity.slug, target_id=pk)
    return other.queryset(actor).filter(pk__in=ties.values("source_id"))


def owned_by(
    person_id: int, slugs: Iterable[str], *, actor: Actor, back: str
) -> dict[str, RelatedList]:
    """What a person owns of each kind, as far as the actor sees it; `back` is the page of it."""
    others = [registry.get(slug) for slug in slugs]
    return {
        other.slug: _shown(
            other,
            other.queryset(actor).filter(owner_id=person_id),
            field="owner",
            pk=person_id,
            add=f"owner_id={person_id}",
            back=back,
            actor=actor,
        )
        for other in others
        if may(actor, Verb.VIEW, other)
    }


def _list(
    entity: Entity, pk: int, other: Entity, field: str | None, *, actor: Actor
) -> RelatedList:
    if field:
        rows, add = other.queryset(actor).filter(**{f"{field}_id": pk}), f"{field}_id={pk}"
    else:
        rows, add = linked(other, entity, pk, actor=actor), f"link={entity.slug}:{pk}"
    back = f"/{entity.slug}/{pk}/"
    return _shown(other, rows, field=field, pk=pk, add=add, back=back, actor=actor)


def _shown(
    other: Entity,
    rows: QuerySet[Any],
    *,
    field: str | None,
    pk: int,
    add: str,
    back: str,
    actor: Actor,
) -> RelatedList:
    found = _rows(other, rows, but=field, actor=actor)
    count = len(found)
    if count > SHOWN:
        count = rows.order_by().values("pk")[: COUNTED + 1].count()
    more = f"/{other.slug}/?{field}_id={pk}" if count > SHOWN and field else ""
    return RelatedList(
        other,
        str(other.label_plural),
        found[:SHOWN],
        f"{COUNTED}+" if count > COUNTED else str(count),
        more,
        f"/{other.slug}/new/?{add}&next={back}" if may(actor, Verb.CREATE, other) else "",
    )


def _rows(other: Entity, rows: QuerySet[Any], *, but: str | None, actor: Actor) -> list[RelatedRow]:
    names = facts_of(other, but=but)
    cells = fact_cells(other, names, actor=actor)
    found = dicts(rows.order_by("-pk")[: SHOWN + 1], other, names, actor=actor)
    return [
        RelatedRow(f"/{other.slug}/{row['id']}/", row["name"], facts(cells, row)) for row in found
    ]


def dicts(
    rows: QuerySet[Any], entity: Entity, names: list[str], *, actor: Actor
) -> list[dict[str, Any]]:
    """The rows with their names and these columns."""
    places, selected = select(rows, shown(entity, ("name", *names)), actor=actor)
    return [dict(zip(places, row, strict=True)) for row in selected]


def facts_of(other: Entity, *, but: str | None) -> list[str]:
    """The few columns that say most of a row."""
    skipped = {"name", but, "owner"}
    return [name for name in other.list_columns if name not in skipped][:FACTS]


def fact_cells(other: Entity, names: list[str], *, actor: Actor) -> list[Cell]:
    """The functions that write those columns, as plain text where a link would stand in a link."""
    colours = tones.of_columns(other, names)
    reader = reader_of(actor)
    cells: list[Cell] = []
    for name in names:
        field = other.fields[name]
        if field.kind in (Kind.EMAIL, Kind.PHONE, Kind.URL) or (
            field.is_relation and name not in colours
        ):
            cells.append(_plain(name))
        else:
            cells.append(cell(field, reader=reader, tones=colours.get(name)))
    return cells


def _plain(name: str) -> Cell:
    return lambda row: str(Markup.escape(row.get(name) or ""))


def facts(cells: list[Cell], row: dict[str, Any]) -> list[Markup]:
    """What is known of a row, without the empty columns."""
    return [trusted(text) for one in cells if (text := one(row))]
