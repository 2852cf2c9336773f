"""Paging by the last row seen: page 1,000 costs what page 1 costs, and nothing is skipped.

A sort has two segments, first the rows that have a value, then those that have none, whatever
the direction; each is read from one plain index (column, id), never by an OR.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from app.records.entity import Entity
from app.records.fields import Kind

SALT = "keyset"
TYPES: dict[str, Any] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


class BadCursor(ValueError):
    """The cursor was not made here."""


@dataclass(frozen=True)
class Sort:
    """An order of rows: the columns that make it, and its direction."""

    param: str  #: as it stands in the address: "-amount"
    columns: tuple[str, ...]  #: ORM paths, the key last
    descending: bool
    nullable: bool

    @property
    def lead(self) -> str:
        """The column that is sorted by."""
        return self.columns[0]


@dataclass(frozen=True)
class Cursor:
    """A place between two rows of a sort, and the side to read on."""

    sort: str
    values: tuple[Any, ...]  #: of the row at this place; without the lead where it is NULL
    empty: bool  #: whether the row stands in the segment without values
    back: bool


def sort_of(entity: Entity, param: str) -> Sort:
    """The sort that this parameter names. Raises KeyError for one that does not exist."""
    name, descending = param.removeprefix("-"), param.startswith("-")
    field = entity.fields[name]
    if field.kind is Kind.JSON:
        raise KeyError(name)
    if name == "id":
        return Sort(param, ("pk",), descending, False)
    if name == "name":
        return Sort(param, ("sort_key", "pk"), descending, False)
    if field.is_relation:
        columns = (f"{name}__sort_key", field.key, "pk")
        return Sort(param, columns, descending, field.nullable)
    return Sort(param, (field.key, "pk"), descending, field.nullable)


def encode(cursor: Cursor) -> str:
    """The cursor as signed text."""
    values = [[kind_of(value), str(value) if kind_of(value) else value] for value in cursor.values]
    return signing.dumps([cursor.sort, values, cursor.empty, cursor.back], salt=SALT)


def kind_of(value: Any) -> str:
    """The name of a type that JSON does not know."""
    if isinstance(value, Decimal):
        return "decimal"
    if isinstance(value, datetime):
        return "datetime"
    return "date" if isinstance(value, date) else ""


def decode(text: str) -> Cursor:
    """The cursor that this text stands for. Raises BadCursor."""
    try:
        sort, values, empty, back = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        raise BadCursor from None
    return Cursor(sort, tuple(TYPES.get(kind, as_is)(value) for kind, value in values), empty, back)


def as_is(value: Any) -> Any:
    """A value that JSON kept."""
    return value


def segments(sort: Sort, cursor: Cursor | None) -> list[tuple[Q, tuple[str, ...], Any]]:
    """The parts to read in turn: condition, order, and the place to start from, if any."""
    back = cursor is not None and cursor.back
    with_value = (Q(**{f"{sort.lead}__isnull": False}) if sort.nullable else Q(), sort.columns)
    parts = [with_value]
    if sort.nullable:
        parts.append((Q(**{f"{sort.lead}__isnull": True}), ("pk",)))
    if back:
        parts.reverse()
    if cursor is not None and len(parts) == 2 and cursor.empty is not back:
        parts = parts[1:]
    places = [cursor.values if cursor else None] + [None] * (len(parts) - 1)
    return [(q, columns, place) for (q, columns), place in zip(parts, places, strict=True)]


def after(columns: tuple[str, ...], values: tuple[Any, ...], *, descending: bool) -> Q:
    """Rows beyond this place; the second condition lets a related column use its own index."""
    compare = TupleLessThan if descending else TupleGreaterThan
    if len(columns) == 1:
        return Q(**{f"{columns[0]}__{'lt' if descending else 'gt'}": values[0]})
    beyond = Q(compare(Tuple(*(F(name) for name in columns)), values))
    return beyond & Q(**{f"{columns[0]}__{'lte' if descending else 'gte'}": values[0]})


def read(
    rows: QuerySet[Any], sort: Sort, cursor: Cursor | None, *, limit: int
) -> list[tuple[Any, ...]]:
    """At most `limit` rows of a values_list queryset, in reading order from the cursor."""
    back = cursor is not None and cursor.back
    descending = sort.descending is not back
    found: list[tuple[Any, ...]] = []
    for condition, columns, place in segments(sort, cursor):
        part = rows.filter(condition) if condition else rows
        if place is not None:
            part = part.filter(after(columns, place, descending=descending))
        order = [f"-{name}" if descending else name for name in columns]
        found += list(part.order_by(*order)[: limit - len(found)])
        if len(found) >= limit:
            break
    return found
