"""The mapping as a form: what the page shows for each column, and what comes back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.models import Currency
from app.access.rights import Verb, may
from app.imports.finding import narrowing, visible
from app.imports.formats import DATE_FORMATS, NUMBER_FORMATS, Guess
from app.imports.layout import Layout
from app.imports.mapping import KEYS, Column, Unknown, placeholders
from app.imports.models import Import
from app.imports.proposing import DATES, UnknownValue, guess_format, unknown_values
from app.imports.staging import sample
from app.records import registry
from app.records.entity import Entity
from app.records.fields import NUMBERS, PEOPLE, Field, Kind

Choice = tuple[str, str]
MOST_CHOICES = 300


@dataclass(frozen=True)
class ColumnRow:
    """A column of the file on the page."""

    place: int
    header: str
    cells: list[str]
    key: str
    field: Field | None
    format: str
    formats: list[Choice]
    must_choose: bool
    currency: str
    unknown: str
    unknown_choices: list[Choice]
    offered: list[tuple[UnknownValue, str]]
    without_offer: list[tuple[UnknownValue, str]]
    errors: list[str]

    @property
    def is_money(self) -> bool:
        """Whether the column holds amounts."""
        return self.field is not None and self.field.kind is Kind.MONEY


def rows_of(
    made: Import, mapping: dict[str, Any], *, actor: Actor, errors: dict[str, list[str]]
) -> list[ColumnRow]:
    """Every column of the file with what is set for it."""
    headers = Layout.from_json(made.layout).headers
    cells = sample(made)
    return [
        row_of(made, place, header, mapping, [_at(row, place) for row in cells], actor, errors)
        for place, header in enumerate(headers)
    ]


def _at(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def row_of(
    made: Import,
    place: int,
    header: str,
    mapping: dict[str, Any],
    cells: list[str],
    actor: Actor,
    errors: dict[str, list[str]],
) -> ColumnRow:
    """One column with what is set for it."""
    entity, said = registry.get(made.entity), said_of(mapping, header)
    field = field_of(entity, said.get("field"))
    guess = guess_format(made, place, field) if field else Guess(())
    unknown = unknown_of(made, header, field, said, actor=actor)
    return ColumnRow(
        place=place,
        header=header,
        cells=list(dict.fromkeys(cell for cell in cells if cell))[:3],
        key=field.key if field else "",
        field=field,
        format=said.get("format") or ("" if guess.is_ambiguous else guess.best),
        formats=formats_of(field, guess, said.get("format") or ""),
        must_choose=guess.is_ambiguous and field is not None and field.kind in DATES,
        currency=said.get("currency") or "",
        unknown=said.get("unknown") or Unknown.REFUSE,
        unknown_choices=unknown_choices_of(field, actor=actor),
        offered=[pair for pair in unknown if pair[1] or pair[0].offer],
        without_offer=[pair for pair in unknown if not (pair[1] or pair[0].offer)],
        errors=errors.get(f"columns.{header}", []),
    )


def said_of(mapping: dict[str, Any], header: str) -> dict[str, Any]:
    """What the mapping says of a column, in the long form."""
    said = mapping.get("columns", {}).get(header) or {}
    return {"field": said} if isinstance(said, str) else said


def field_of(entity: Entity, name: Any) -> Field | None:
    """The field of this name or key."""
    fields = entity.writable.items()
    return next((field for key, field in fields if name in (key, field.name)), None)


def unknown_of(
    made: Import, header: str, field: Field | None, said: dict[str, Any], *, actor: Actor
) -> list[tuple[UnknownValue, str]]:
    """Unknown cells, each with what it is taken for or what is offered."""
    if field is None or not (field.is_relation or field.kind is Kind.CHOICE):
        return []
    values, declined = said.get("values") or {}, "unknown" in said
    found = unknown_values(made, Column(header, field.key), actor=actor)
    return [(one, values.get(one.text, "" if declined else one.offer)) for one in found]


def formats_of(field: Field | None, guess: Guess, chosen: str) -> list[Choice]:
    """The formats to choose from, those that fit first."""
    if field is None:
        return []
    if field.kind in NUMBERS:
        return [(form, form) for form in NUMBER_FORMATS] if guess.formats or chosen else []
    if field.kind not in DATES:
        return []
    known = dict.fromkeys([*guess.formats, *([chosen] if chosen else []), *DATE_FORMATS])
    return [("", _("2026-12-31 (ISO 8601)")), *((form, example(form)) for form in known)]


def example(form: str) -> str:
    """The last day of a year as it is written in a format."""
    from datetime import datetime

    return datetime(2026, 12, 31, 17, 45).strftime(form)  # noqa: DTZ001 (an example has no zone)


def unknown_choices_of(field: Field | None, *, actor: Actor) -> list[Choice]:
    """What can be done with values that nothing answers to."""
    if field is None or not (field.is_relation or field.kind is Kind.CHOICE):
        return []
    choices = [
        (str(Unknown.REFUSE), _("Refuse the row")),
        (str(Unknown.BLANK), _("Leave it empty")),
    ]
    if may_create(field, actor=actor):
        choices.insert(1, (str(Unknown.CREATE), _("Create it")))
    return choices


def may_create(field: Field, *, actor: Actor) -> bool:
    """Whether the importer may add what a cell names."""
    if field.target == PEOPLE:
        return actor.role in ("owner", "administrator")
    return field.is_relation and may(actor, Verb.CREATE, registry.get(field.target or ""))


def field_choices(entity: Entity) -> list[Choice]:
    """The fields that a column can fill."""
    return [(key, str(field.label)) for key, field in entity.writable.items() if key != "custom"]


def default_choices(entity: Entity, *, actor: Actor) -> list[tuple[str, str, list[Choice]]]:
    """Fields for which every new record may get the same value: key, label, values."""
    found: list[tuple[str, str, list[Choice]]] = []
    if any(field.kind is Kind.MONEY for field in entity.writable.values()):
        codes = Currency.objects.filter(active=True).values_list("code", flat=True)
        found.append(("currency", _("Currency"), [(code, code) for code in codes]))
    narrowed = {pair[0].key for one in entity.relations if (pair := narrowing(entity, one))}
    for key, field in entity.writable.items():
        if key in narrowed or field.target == PEOPLE:
            rows, _model = visible(field.target or "", actor=actor)
            names = rows.order_by("sort_key").values_list("pk", "name")[:MOST_CHOICES]
            found.append((key, str(field.label), [(str(pk), name) for pk, name in names]))
        elif field.kind is Kind.CHOICE:
            values = [(str(value), str(label)) for value, label in field.choices]
            found.append((key, str(field.label), values))
    return found


def key_choices(entity: Entity) -> list[Choice]:
    """What may find a record again."""
    known = [key for key in KEYS if key in entity.writable]
    return [
        ("", _("Nothing: each row is new")),
        *((k, str(entity.writable[k].label)) for k in known),
    ]


def mapping_from(post: QueryDict, *, made: Import) -> dict[str, Any]:
    """The mapping that the form says."""
    headers = Layout.from_json(made.layout).headers
    columns = {
        header: column
        for place, header in enumerate(headers)
        if (column := column_from(post, place))
    }
    mapping: dict[str, Any] = {"columns": columns, "key": post.get("key", "") or None}
    if "empty" in post:
        mapping["empty"] = "clear"
    pattern = post.get("compose-name", "").strip()
    if pattern and not any(column.get("field") == "name" for column in columns.values()):
        mapping["compose"] = {"name": pattern}
    defaults = defaults_from(post, registry.get(made.entity))
    return mapping | ({"defaults": defaults} if defaults else {})


def column_from(post: QueryDict, place: int) -> dict[str, Any]:
    """What the form says of one column."""
    field = post.get(f"field-{place}", "")
    if not field:
        return {}
    column: dict[str, Any] = {"field": field}
    if post.get(f"was-{place}", "") == field:
        for word in ("format", "currency", "unknown"):
            if post.get(f"{word}-{place}"):
                column[word] = post[f"{word}-{place}"]
        values = values_from(post, place)
        if values:
            column["values"] = values
    return column


def values_from(post: QueryDict, place: int) -> dict[str, str]:
    """What unknown values are taken for; those without an answer stay unknown."""
    old, new = post.getlist(f"old-{place}"), post.getlist(f"new-{place}")
    return {a: b.strip() for a, b in zip(old, new, strict=False) if b.strip()}


def defaults_from(post: QueryDict, entity: Entity) -> dict[str, Any]:
    """What new records get where the file says nothing."""
    found: dict[str, Any] = {}
    for name, value in post.items():
        key = name.removeprefix("default-")
        if key == name or not value:
            continue
        field = entity.writable.get(key)
        is_id = field is not None and field.is_relation and str(value).isdigit()
        found[key] = int(str(value)) if is_id else value
    return found


def previews(
    mapping: dict[str, Any], rows: Sequence[list[str]], headers: Sequence[str]
) -> list[str]:
    """The composed name of the first rows."""
    pattern = (mapping.get("compose") or {}).get("name", "")
    if not pattern:
        return []
    shown = []
    for row in rows[:3]:
        text = pattern
        for header in placeholders(pattern):
            cell = row[headers.index(header)] if header in headers else f"{{{header}}}"
            values = said_of(mapping, header).get("values") or {}
            cell = values.get(cell, cell)
            text = text.replace(f"{{{header}}}", cell)
        shown.append(text)
    return shown
