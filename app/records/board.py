"""A board: the rows of an entity in the columns of one relation, with counts and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.templatetags.static import static
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from app.access.actors import Actor
from app.access.models import Currency
from app.access.rights import Verb, may
from app.lib import formats
from app.lib.money import round_money
from app.records import actions, registry, tones
from app.records.cells import Cell, Row, cell, trusted
from app.records.entity import Entity
from app.records.fields import Field, Kind
from app.records.inputs import is_short
from app.records.listing import select, shown
from app.records.models import LIVE
from app.records.pages import reader_of

CARDS = 20
#: What asks for an action instead of a plain move, by the kind of the column.
CLOSING = {"won": "win", "lost": "lose"}


@dataclass
class Lane:
    """A column of the board."""

    id: int | str  #: key of the row behind, or the choice
    label: str
    tone: int
    action: str
    count: int = 0
    shown: str = "0"  #: the count as the reader writes it
    sum: str = ""
    cards: list[str] = field(default_factory=list)

    @property
    def more(self) -> bool:
        """Whether there are more cards than are shown."""
        return self.count > len(self.cards)

    @property
    def html(self) -> Markup:
        """The cards as they stand in the page."""
        return trusted("".join(self.cards))


def switch(entity: Entity, *, actor: Actor) -> tuple[Field | None, list[tuple[int, str]]]:
    """The relation that the columns belong to (a pipeline), and its rows in order."""
    if not column_field(entity).is_relation:
        return None, []
    target = column_entity(entity)
    parent = next((one for one in target.relations if is_short(one) and one.required), None)
    if parent is None:
        return None, []
    above = registry.get(parent.target or "")
    order = ["-is_default"] if "is_default" in above.fields else []
    order += ["position"] if "position" in above.fields else ["sort_key"]
    rows = above.queryset(actor).order_by(*order, "pk").values_list("pk", "name")
    return parent, list(rows)


def column_field(entity: Entity) -> Field:
    """The field that a card's column stands for."""
    return entity.fields[entity.board_field or ""]


def column_entity(entity: Entity) -> Entity:
    """The entity whose rows are the columns."""
    return registry.get(column_field(entity).target or "")


def lanes(entity: Entity, parent: Field | None, chosen: int | None) -> list[Lane]:
    """The columns without their cards."""
    about = column_field(entity)
    if about.kind is Kind.CHOICE:
        named = enumerate(about.choices)
        return [Lane(key, str(label), 1 + place % 8, "") for place, (key, label) in named]
    target = column_entity(entity)
    rows = target.model._default_manager.filter(LIVE)
    if parent is not None:
        rows = rows.filter(**{parent.key: chosen})
    order = "position" if "position" in target.fields else "sort_key"
    kind = "kind" if "kind" in target.fields else "version"
    found = list(rows.order_by(order, "pk").values_list("pk", "name", kind))
    return [
        Lane(pk, name, tones.tone(kind_, place), _action(entity, kind_))
        for place, (pk, name, kind_) in enumerate(found)
    ]


def _action(entity: Entity, kind: Any) -> str:
    name = CLOSING.get(kind, "")
    return name if name and actions.get(entity, name) else ""


def money_field(entity: Entity) -> Field | None:
    """What the columns are summed by: the entity's first amount."""
    return next((one for one in entity.fields.values() if one.kind is Kind.MONEY), None)


def fill_totals(
    entity: Entity, board: Sequence[Lane], rows: QuerySet[Any], *, actor: Actor
) -> None:
    """Count and sum every column in one query; other currencies at their rate.

    Rows are counted, not keys: an index that holds the amounts then answers alone.
    """
    key = column_field(entity).key
    money = money_field(entity)
    grouped = rows.order_by().values(key).annotate(n=Count("*"))
    if money is not None:
        grouped = grouped.values(key, f"{money.key}_currency").annotate(
            n=Count("*"), total=Sum(money.key)
        )
    rates = rates_to_base(actor) if money is not None else {}
    by_id = {lane.id: lane for lane in board}
    sums: dict[int | str, Decimal] = {}
    for group in grouped.filter(**{f"{key}__in": list(by_id)}):
        lane = by_id[group[key]]
        lane.count += group["n"]
        if money is not None and group["total"] is not None:
            rate = rates.get(group[f"{money.key}_currency"], Decimal(1))
            sums[lane.id] = sums.get(lane.id, Decimal(0)) + group["total"] * rate
    for pk, total in sums.items():
        by_id[pk].sum = in_base(total, actor=actor)
    for lane in board:
        lane.shown = formats.number(lane.count, language=actor.language)


def rates_to_base(actor: Actor) -> dict[str, Decimal]:
    """What one unit of each currency is worth in the base currency."""
    rates = dict(Currency.objects.values_list("code", "rate"))
    return rates | {actor.base_currency: Decimal(1)}


def in_base(total: Decimal, *, actor: Actor) -> str:
    """A sum in whole units of the base currency."""
    whole = round_money(total, currency=actor.base_currency).quantize(Decimal(1))
    return formats.money(whole, currency=actor.base_currency, language=actor.language)


def fill_cards(entity: Entity, board: Sequence[Lane], rows: QuerySet[Any], *, actor: Actor) -> None:
    """The first cards of all columns in one query: their keys column by column, the rest once."""
    if not board:
        return
    key, order = column_field(entity).key, (entity.default_sort, "-pk")
    parts = [rows.filter(**{key: lane.id}).order_by(*order).values("pk")[:CARDS] for lane in board]
    first = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    names = card_names(entity, actor=actor)
    whole = _selected(entity, entity.model._default_manager.filter(pk__in=first), actor=actor)
    by_id = {lane.id: lane for lane in board}
    write = card_writer(entity, actor=actor)
    for values in whole:
        row = dict(zip(names, values, strict=True))
        by_id[row[key]].cards.append(write(row))


def more_cards(
    entity: Entity, rows: QuerySet[Any], lane: int | str, start: int, *, actor: Actor
) -> list[str]:
    """The next cards of one column."""
    key = column_field(entity).key
    names = card_names(entity, actor=actor)
    part = _selected(entity, rows.filter(**{key: lane}), actor=actor)[start : start + CARDS]
    write = card_writer(entity, actor=actor)
    return [write(dict(zip(names, values, strict=True))) for values in part]


def card_columns(entity: Entity) -> list[str]:
    """What a card shows: name, amount, one relation, one date, the owner."""
    columns = [name for name in entity.list_columns if name != entity.board_field]
    return list(dict.fromkeys(("name", *columns, entity.board_field or "", "owner")))


def card_names(entity: Entity, *, actor: Actor) -> list[str]:
    """The places of a card's columns."""
    fields = shown(entity, card_columns(entity))
    return select(entity.queryset(actor), fields, actor=actor)[0]


def _selected(entity: Entity, rows: QuerySet[Any], *, actor: Actor) -> QuerySet[Any]:
    fields = shown(entity, card_columns(entity))
    order = entity.default_sort
    return select(rows, fields, actor=actor)[1].order_by(order, "-pk")


def card_writer(entity: Entity, *, actor: Actor) -> Cell:
    """The function that writes a row as a card."""
    reader, slug, tail = reader_of(actor), entity.slug, card_tail(entity, actor=actor)
    names = [n for n in card_columns(entity) if n not in ("name", "owner", entity.board_field)]
    fields = [entity.fields[name] for name in names]
    amounts = [cell(f, reader=reader) for f in fields if f.kind is Kind.MONEY][:1]
    dates = [cell(f, reader=reader) for f in fields if f.kind in (Kind.DATE, Kind.DATETIME)][:1]
    related = [f.name for f in fields if f.kind is Kind.RELATION][:1]

    def write(row: Row) -> str:
        name, path = escape(row["name"]), f"/{slug}/{row['id']}/"
        others = [
            f'<div class="small muted clip">{escape(v)}</div>' for n in related if (v := row.get(n))
        ]
        others += [f'<div class="amt">{text}</div>' for one in amounts if (text := one(row))]
        owner = f'<span class="clip">{escape(row["owner"])}</span>' if row.get("owner") else ""
        return (
            f'<article class="kcard" tabindex="0" data-version="{row["version"]}"'
            f' data-record="{path}" data-move="{path}move/" aria-label="{name}">'
            f'<a href="{path}" draggable="false">{name}</a>{"".join(others)}'
            f'<div class="meta">{owner}{"".join([one(row) for one in dates])}</div>{tail}</article>'
        )

    return write


def card_tail(entity: Entity, *, actor: Actor) -> str:
    """The menu of a card; the page fills it with the columns when it is opened."""
    if not may(actor, Verb.CHANGE, entity):
        return ""
    words, icon = escape(_("Move to…")), static("icons.svg")
    return (
        '<details class="menu" data-move-menu><summary class="btn" data-variant="ghost"'
        f' data-size="icon-xs" aria-label="{words}" title="{words}"><svg class="ic"'
        f' aria-hidden="true"><use href="{icon}#ellipsis"/></svg></summary>'
        '<div class="menu-box"></div></details>'
    )
