"""Fields as controls of a form: what a template needs to draw them, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.access.actors import Actor
from app.access.models import Currency
from app.access.rights import Audience
from app.records import lookups, registry
from app.records.entity import Entity
from app.records.fields import NUMBERS, PEOPLE, Field, Kind

_GROUPING = re.compile(r"[\s,\u00a0\u202f\uff0c]")


@dataclass(frozen=True)
class Input:
    """One control with its label, its value as text and its errors."""

    name: str
    label: str
    kind: str
    value: str = ""
    shown: str = ""  #: what a picker shows for its value
    required: bool = False
    help: str = ""
    errors: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    lookup: str = ""  #: where a picker looks
    max_length: int | None = None
    currency_name: str = ""
    currency: str = ""
    currencies: tuple[str, ...] = ()
    wide: bool = False


def inputs_for(
    entity: Entity,
    names: Iterable[str],
    values: Mapping[str, Any],
    *,
    actor: Actor,
    errors: Mapping[str, list[str]],
) -> list[Input]:
    """The controls of these fields; a currency stands beside its amount."""
    money = {f"{f.key}_currency" for f in entity.fields.values() if f.kind is Kind.MONEY}
    fields = [entity.fields[name] for name in names if name not in money]
    return [
        make(entity, field, values, actor=actor, errors=errors)
        for field in fields
        if field.key in entity.writable and field.kind is not Kind.JSON
    ]


def make(
    entity: Entity,
    field: Field,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    errors: Mapping[str, list[str]],
) -> Input:
    """The control of one field."""
    value = values.get(field.key)
    found = tuple(errors.get(field.key, ())) + tuple(errors.get(f"{field.key}_currency", ()))
    basis: dict[str, Any] = {
        "name": field.key,
        "label": str(field.label),
        "kind": str(field.kind),
        "value": as_text(value, actor=actor),
        "required": field.required,
        "help": str(field.help_text or ""),
        "errors": found,
        "max_length": field.max_length,
    }
    return Input(**basis | _special(entity, field, values, actor=actor))


def _special(
    entity: Entity, field: Field, values: Mapping[str, Any], *, actor: Actor
) -> dict[str, Any]:
    if field.kind is Kind.MONEY:
        return _money(field, values, actor=actor)
    if field.kind is Kind.CHOICE:
        return {"choices": tuple((str(key), str(label)) for key, label in field.choices)}
    if field.kind is Kind.CURRENCY:
        return {"choices": tuple((code, code) for code in currencies(actor))}
    if is_short(field):
        return {"kind": "choice", "choices": short_choices(field, actor=actor)}
    if field.is_relation:
        return _picker(entity, field, values, actor=actor)
    return {}


def _money(field: Field, values: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    name = f"{field.key}_currency"
    chosen = str(values.get(name) or actor.base_currency)
    codes = currencies(actor)
    return {
        "currency_name": name,
        "currency": chosen,
        "currencies": codes if chosen in codes else (*codes, chosen),
    }


def currencies(actor: Actor) -> tuple[str, ...]:
    """The currencies in use, the base currency first."""
    codes = Currency.objects.filter(active=True).values_list("code", flat=True)
    return tuple(dict.fromkeys((actor.base_currency, *codes)))


def _picker(
    entity: Entity, field: Field, values: Mapping[str, Any], *, actor: Actor
) -> dict[str, Any]:
    pk = as_id(values.get(field.key))
    shown = lookups.label_of(field.target or PEOPLE, pk, actor=actor) if pk else None
    return {
        "lookup": f"/{entity.slug}/lookup/?field={field.name}",
        "shown": shown or "",
        "value": str(pk) if shown else "",
    }


def is_short(field: Field) -> bool:
    """Whether the rows behind a relation are a short list of settings."""
    if field.kind is not Kind.RELATION or field.target is None:
        return False
    return registry.get(field.target).audience is Audience.SETTINGS


def short_choices(field: Field, *, actor: Actor) -> tuple[tuple[str, str], ...]:
    """The rows of a short list, in their own order; named with their parent when they have one."""
    target = registry.get(field.target or "")
    parent = next((f for f in target.relations if is_short(f) and f.required), None)
    order = ["position"] if "position" in target.fields else ["sort_key"]
    rows = target.queryset(actor)
    if parent is None:
        return tuple(
            (str(pk), name) for pk, name in rows.order_by(*order, "pk").values_list("pk", "name")
        )
    found = rows.order_by(f"{parent.name}_id", *order, "pk").values_list(
        "pk", "name", f"{parent.name}__name"
    )
    several = len({above for _, _, above in found}) > 1
    return tuple((str(pk), f"{above} · {name}" if several else name) for pk, name, above in found)


def as_id(value: Any) -> int | None:
    """A key out of a form or a record."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def as_text(value: Any, *, actor: Actor) -> str:
    """A value as a control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(actor.time_zone)).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def entered(entity: Entity, data: Mapping[str, Any], *, only: Iterable[str] = ()) -> dict[str, Any]:
    """What a form sent, by the word under which it is written; numbers without separators."""
    wanted = set(only) or set(entity.writable)
    values = {}
    for key, field in entity.writable.items():
        if key in wanted and key in data and field.kind is not Kind.JSON:
            values[key] = without_grouping(data[key]) if field.kind in NUMBERS else data[key]
    return values


def without_grouping(raw: str) -> str:
    """1,234.50 as 1234.50: the separators of thousands in our languages are no part of a number."""
    return _GROUPING.sub("", raw)
