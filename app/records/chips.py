"""Filters of a list as people read and set them: chips, and the menu that adds one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from app.access.actors import Actor
from app.lib import formats
from app.records import lookups
from app.records.entity import Entity
from app.records.fields import NUMBERS, ORDERED, PEOPLE, Field, Kind
from app.records.filters import TEXTUAL, Filter
from app.records.inputs import currencies, is_short, short_choices, without_grouping

#: Parameters that say where on the list one is, not what it is narrowed to.
PLACE = frozenset(("cursor", "columns", "page"))
OPERATOR_WORDS = {
    "exact": gettext_lazy("is"),
    "in": gettext_lazy("is any of"),
    "gte": gettext_lazy("from"),
    "lte": gettext_lazy("until"),
    "contains": gettext_lazy("contains"),
}


@dataclass(frozen=True)
class Chip:
    """One filter that is on."""

    label: str
    operator: str
    value: str
    without: str  #: the address of the list without it


def address(path: str, params: Sequence[tuple[str, str]]) -> str:
    """A path with its query."""
    return f"{path}?{urlencode(params)}" if params else path


def pairs(params: QueryDict, *, but: frozenset[str] = PLACE) -> list[tuple[str, str]]:
    """The parameters as they came, without those that are named."""
    return [(n, v) for n in params for v in params.getlist(n) if n not in but and v != ""]


def chips_of(
    filters: Sequence[Filter], params: QueryDict, *, actor: Actor, path: str
) -> list[Chip]:
    """The filters of a list in words."""
    kept = pairs(params)
    return [
        Chip(
            _label(one),
            _operator(one),
            _value(one, actor=actor),
            address(path, [pair for pair in kept if pair != (one.param, one.raw)]),
        )
        for one in filters
    ]


def _label(one: Filter) -> str:
    return str(one.field.label) if one.field else one.param.removeprefix("custom.")


def _operator(one: Filter) -> str:
    if one.operator == "isnull":
        return _("is empty") if one.value else _("is filled")
    if one.operator == "in" and len(one.value) == 1:
        return str(OPERATOR_WORDS["exact"])
    return str(OPERATOR_WORDS[one.operator])


def _value(one: Filter, *, actor: Actor) -> str:
    if one.operator == "isnull":
        return ""
    values = one.value if isinstance(one.value, list) else [one.value]
    return ", ".join(_words(one, value, actor=actor) for value in values)


def _words(one: Filter, value: Any, *, actor: Actor) -> str:
    field = one.field
    if field is None:
        return one.raw
    if field.is_relation:
        return lookups.label_of(field.target or PEOPLE, value, actor=actor) or f"#{value}"
    if field.kind is Kind.CHOICE:
        return str(dict(field.choices).get(value, value))
    return _plain_words(field, value, actor=actor)


def _plain_words(field: Field, value: Any, *, actor: Actor) -> str:
    if field.kind is Kind.BOOLEAN:
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.day(value, language=actor.language)
    if field.kind in NUMBERS and field.kind is not Kind.YEAR:
        return formats.number(value, language=actor.language)
    return str(value)


def filter_fields(entity: Entity) -> list[Field]:
    """What a list can be narrowed by: the entity's own choice first, then the rest."""
    order = dict.fromkeys((*entity.filters, *entity.fields))
    fields = [entity.fields[name] for name in order]
    return [f for f in fields if f.kind is not Kind.JSON and f.name not in ("id", "version")]


def operators(field: Field) -> list[tuple[str, str]]:
    """The conditions that fit a field."""
    empty = [("empty", _("is empty")), ("filled", _("is filled"))]
    if field.kind is Kind.BOOLEAN:
        return [("yes", _("is yes")), ("no", _("is no"))]
    if field.kind in (Kind.CHOICE, Kind.CURRENCY) or is_short(field):
        return [("in", _("is any of")), *(empty if field.nullable else ())]
    if field.is_relation:
        return [("exact", _("is")), *(empty if field.nullable else ())]
    if field.kind in ORDERED:
        return [("span", _("is between")), *(empty if field.nullable else ())]
    return [("contains", _("contains")), ("exact", _("is")), *empty]


def ticks(field: Field, *, actor: Actor) -> tuple[tuple[str, str], ...]:
    """The values to tick, where they are few and known."""
    if field.kind is Kind.CHOICE:
        return tuple((str(key), str(label)) for key, label in field.choices)
    if field.kind is Kind.CURRENCY:
        return tuple((code, code) for code in currencies(actor))
    return short_choices(field, actor=actor) if is_short(field) else ()


def as_params(field: Field, data: QueryDict) -> Iterator[tuple[str, str]]:
    """What was set in the menu, as parameters of the list."""
    op, name = data.get("op", ""), field.key
    if op in ("empty", "filled"):
        yield f"{name}__isnull", "true" if op == "empty" else "false"
    elif op in ("yes", "no"):
        yield name, "true" if op == "yes" else "false"
    elif op == "span":
        yield from _span(field, data)
    elif op == "in" and data.getlist("value"):
        yield f"{name}__in", ",".join(data.getlist("value"))
    elif op == "contains" and field.kind in TEXTUAL and data.get("value"):
        yield f"{name}__contains", data.get("value", "")
    elif op == "exact" and data.get("value"):
        yield name, data.get("value", "")


def _span(field: Field, data: QueryDict) -> Iterator[tuple[str, str]]:
    for word, operator in (("from", "gte"), ("until", "lte")):
        raw = data.get(word, "")
        if raw:
            yield (
                f"{field.key}__{operator}",
                without_grouping(raw) if field.kind in NUMBERS else raw,
            )
