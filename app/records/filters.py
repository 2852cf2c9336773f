"""What a list is narrowed to: parsed from the address, checked, turned into a query."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.lib.text import has_han
from app.records.cleaning import BIGGEST_ID, TRUTHS, to_utc
from app.records.entity import Entity
from app.records.fields import ORDERED, Field, Kind
from app.records.models import SearchEntry
from app.records.search import SHORTEST_PART, matching
from app.records.tokens import normal

OPERATORS = ("in", "gte", "lte", "contains", "isnull")
CUSTOM = "custom."
MOST_VALUES = 1_000
TEXTUAL = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.CURRENCY)


@dataclass(frozen=True)
class Filter:
    """One condition: a field, an operator, a parsed value."""

    param: str  #: as it stands in the address
    field: Field | None  #: None for a custom field
    operator: str
    value: Any
    raw: str


def parse_filter(entity: Entity, param: str, raw: str, *, actor: Actor) -> Filter:
    """One parameter of the address. Raises ValidationError."""
    if "\x00" in raw or "\x00" in param:
        raise ValidationError(_("Null characters are not allowed."))
    if param.startswith(CUSTOM):
        return Filter(param, None, "exact", raw, raw)
    name, _sep, operator = param.partition("__")
    field = entity.fields.get(name) or entity.by_key.get(name)
    if field is None or field.kind is Kind.JSON:
        raise ValidationError(_("There is no such filter."))
    check_operator(field, operator)
    return Filter(param, field, operator or "exact", parse_value(field, operator, raw, actor), raw)


def check_operator(field: Field, operator: str) -> None:
    """Refuse an operator that the field's kind does not have."""
    if not fits(field, operator):
        raise ValidationError(_("There is no such filter."))


def fits(field: Field, operator: str) -> bool:
    """Whether the field's kind has this operator; the empty one is equality."""
    ordered = field.kind in ORDERED or field.name == "id"
    return {
        "": True,
        "in": True,
        "isnull": True,
        "gte": ordered,
        "lte": ordered,
        "contains": field.kind in TEXTUAL,
    }.get(operator, False)


def parse_value(field: Field, operator: str, raw: str, actor: Actor) -> Any:
    """The value that the operator compares with."""
    if operator == "isnull":
        return to_truth(raw)
    if operator == "contains":
        return raw.strip()
    if operator == "in":
        parts = [part for part in raw.split(",") if part.strip()]
        if len(parts) > MOST_VALUES:
            raise ValidationError(_("Too many values."))
        return [to_comparable(field, part.strip(), actor) for part in parts]
    return to_comparable(field, raw.strip(), actor)


def to_truth(raw: str) -> bool:
    """Yes or no."""
    try:
        return TRUTHS[raw.strip().lower()]
    except KeyError:
        raise ValidationError(_("Enter true or false.")) from None


def to_comparable(field: Field, raw: str, actor: Actor) -> Any:
    """One value of the field's type."""
    if field.kind is Kind.PERSON and raw == "me":
        return actor.user_id
    if field.is_relation or field.name == "id":
        return to_key(raw)
    if field.kind is Kind.BOOLEAN:
        return to_truth(raw)
    try:
        if field.kind is Kind.DATETIME and (day := parse_date(raw)):
            day + timedelta(days=2)  # the calendar's last days have no end to compare with
            return day
        value = field.source.to_python(raw)
        field.source.run_validators(value)
        return to_utc(value) if isinstance(value, datetime) else value
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        raise ValidationError(_("Enter a valid value.")) from None


def to_key(raw: str) -> int:
    """The key of a row."""
    if not raw.isascii() or not raw.isdigit() or int(raw) > BIGGEST_ID:
        raise ValidationError(_("Enter the ID of a record."))
    return int(raw)


def conditions(entity: Entity, filters: Iterable[Filter]) -> list[Q]:
    """The filters as conditions of a query."""
    return [condition(entity, one) for one in filters]


def condition(entity: Entity, one: Filter) -> Q:
    """One filter as a condition."""
    if one.field is None:
        return custom_condition(one)
    if type(one.value) is date and one.field.kind is Kind.DATETIME:
        return day_condition(one.field.key, one)
    key = one.field.key
    if one.operator == "isnull":
        return empty_condition(one.field, one.value)
    if one.operator == "contains":
        return contains_condition(entity, one)
    if one.operator == "exact":
        return Q(**{key: one.value})
    return Q(**{f"{key}__{one.operator}": one.value})


def custom_condition(one: Filter) -> Q:
    """A custom field that holds this text, number or truth."""
    key = one.param.removeprefix(CUSTOM)
    found = Q(custom__contains={key: one.raw})
    if one.raw in ("true", "false"):
        found |= Q(custom__contains={key: one.raw == "true"})
    try:
        number = float(one.raw)
    except ValueError:
        return found
    if math.isfinite(number):
        found |= Q(custom__contains={key: int(number) if number.is_integer() else number})
    return found


def empty_condition(field: Field, empty: bool) -> Q:
    """The field holds nothing; for a text that is the empty one."""
    test = Q(**{f"{field.key}__isnull": True}) if field.nullable else Q(**{field.key: ""})
    if not field.nullable and not field.source.empty_strings_allowed:
        test = Q(pk__in=[])
    return test if empty else ~test


def contains_condition(entity: Entity, one: Filter) -> Q:
    """The text occurs in the field; the search table's index narrows down where it may."""
    field = one.field
    assert field is not None
    found = Q(**{f"{field.key}__has": one.value})
    hits = matching(one.value) if field.name in entity.search_fields else None
    if hits is not None and narrows(one.value):
        entries = SearchEntry._default_manager.filter(hits, entity=entity.slug)
        found &= Q(pk__in=entries.values("record_id"))
    return found


def narrows(text: str) -> bool:
    """Whether search finds every place where the text stands, within words too."""
    return has_han(text) or len(normal(text).strip()) >= SHORTEST_PART


def day_condition(key: str, one: Filter) -> Q:
    """A moment compared with a day means the whole day in the reader's time zone."""
    start = timezone.make_aware(datetime.combine(one.value, time.min))
    end = timezone.make_aware(datetime.combine(one.value + timedelta(days=1), time.min))
    if one.operator == "gte":
        return Q(**{f"{key}__gte": start})
    if one.operator == "lte":
        return Q(**{f"{key}__lt": end})
    return Q(**{f"{key}__gte": start, f"{key}__lt": end})
