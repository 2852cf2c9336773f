"""Values of records as HTML: rows of lists, facts of a record page, cards of a board.

A renderer is made once per list (entity, columns, reader) from one small function per column, so
that a row costs a few string joins and no template call.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from app.lib import formats
from app.lib.formats import Reader
from app.lib.people import initials, picture_url, tone
from app.records.entity import Entity
from app.records.fields import PEOPLE, Field

Row = Mapping[str, Any]
Cell = Callable[[Row], str]

#: Columns that stand right.
NUMERIC = frozenset(("integer", "decimal", "money"))
_SAFE_SCHEMES = ("http://", "https://")


def escape(value: Any) -> str:
    """The value as text of HTML; plain strings, for a third of what marked ones cost."""
    return html.escape(str(value))


def row_renderer(
    entity: Entity,
    columns: Iterable[str],
    *,
    reader: Reader,
    tones: Mapping[str, Mapping[Any, int]],
) -> Cell:
    """The function that writes one table row of this list."""
    cells = [_table_cell(entity, name, reader, tones) for name in columns]
    slug, select = entity.slug, escape(_("Select"))

    def row_html(row: Row) -> str:
        key, name = row["id"], escape(row["name"])
        return (
            f'<tr data-row tabindex="-1" data-edit="/{slug}/{key}/edit/"><td><label class="hit">'
            '<input type="checkbox" class="tick" data-choose form="bulk-form" name="id"'
            f' value="{key}" aria-label="{select} {name}"></label></td>'
            f"{''.join([c(row) for c in cells])}</tr>"
        )

    return row_html


def _table_cell(
    entity: Entity, name: str, reader: Reader, tones: Mapping[str, Mapping[Any, int]]
) -> Cell:
    if name == "name":
        return _name_cell(entity)
    field = entity.fields[name]
    show = cell(field, reader=reader, tones=tones.get(name))
    opening = f'<td class="num" data-label="{escape(field.label)}">'
    if field.kind not in NUMERIC:
        opening = f'<td data-label="{escape(field.label)}">'

    def table_cell(row: Row) -> str:
        text = show(row)
        return f"{opening}{text}</td>" if text else '<td class="void"></td>'

    return table_cell


def _name_cell(entity: Entity) -> Cell:
    slug, face = entity.slug, entity.portrait or ""
    square = " sq" if not face and slug != "contacts" else ""

    def name_cell(row: Row) -> str:
        name = row["name"]
        picture = _face(name, row.get(f"{face}_id"), row.get(f"{face}_picture"), square)
        return (
            f'<td class="main"><a href="/{slug}/{row["id"]}/">{picture}'
            f"<span>{escape(name)}</span></a></td>"
        )

    return name_cell


def _face(name: str, pk: int | None, picture: str | None, css: str = "") -> str:
    """The picture of a person, else initials."""
    if pk is not None and picture:
        return f'<img class="av{css}" src="{picture_url(pk, picture)}" alt="" loading="lazy">'
    letters = escape(initials(name))
    return f'<span class="av t{tone(name)}{css}" aria-hidden="true">{letters}</span>'


def cell(field: Field, *, reader: Reader, tones: Mapping[Any, int] | None = None) -> Cell:
    """The function that writes the value of one field of a row; empty text for no value."""
    name = field.name
    if field.kind == "money":
        return _money(name, reader)
    if field.kind in ("relation", "person"):
        return _relation(field, tones)
    if field.kind == "choice":
        return _choice(field)
    if field.kind == "datetime":
        return _moment(name, reader)
    show = _PLAIN[field.kind](reader) if field.kind in _PLAIN else _text

    def plain(row: Row) -> str:
        value = row.get(name)
        return "" if value is None or value == "" else show(value)

    return plain


def _text(value: Any) -> str:
    return escape(value)


def _money(name: str, reader: Reader) -> Cell:
    currency, language = f"{name}_currency", reader.language

    def money(row: Row) -> str:
        value = row.get(name)
        if value is None:
            return ""
        return escape(formats.money(value, currency=row.get(currency) or "USD", language=language))

    return money


def _relation(field: Field, tones: Mapping[Any, int] | None) -> Cell:
    name, key, target = field.name, f"{field.name}_id", field.target
    if tones is not None:
        return lambda row: _pill(row.get(name), tones.get(row.get(key), 0) if tones else 0)
    if field.kind == "person":
        return lambda row: _person(row.get(name), row.get(key), row.get(f"{name}_picture"))
    if target in (None, "people"):
        return lambda row: _text(row.get(name) or "")

    def relation(row: Row) -> str:
        label, pk = row.get(name), row.get(key)
        return f'<a class="link hit" href="/{target}/{pk}/">{escape(label)}</a>' if label else ""

    return relation


def _pill(label: Any, colour: int) -> str:
    return f'<span class="pill t{colour}">{escape(label)}</span>' if label else ""


def _person(name: str | None, pk: int | None, picture: str | None) -> str:
    if not name:
        return ""
    return (
        f'<a class="row person" href="/{PEOPLE}/{pk}/">{_face(name, pk, picture)}{escape(name)}</a>'
    )


def _choice(field: Field) -> Cell:
    name = field.name
    pills = {value: _pill(label, 1 + n % 8) for n, (value, label) in enumerate(field.choices or ())}

    def choice(row: Row) -> str:
        value = str(row.get(name) or "")
        return pills.get(value) or _pill(value, 0)

    return choice


def _moment(name: str, reader: Reader) -> Cell:
    now = timezone.now()

    def moment(row: Row) -> str:
        value = row.get(name)
        return "" if value is None else ago_html(value, reader=reader, now=now)

    return moment


def ago_html(when: datetime, *, reader: Reader, now: datetime) -> Markup:
    """A moment as "2 hours ago", the exact time behind it."""
    exact = formats.moment(when, language=reader.language, time_zone=reader.time_zone)
    near = formats.ago(when, now=now, language=reader.language)
    return trusted(
        f'<time datetime="{when.isoformat()}" title="{escape(exact)}">{escape(near)}</time>'
    )


def _day(reader: Reader) -> Callable[[date], str]:
    language = reader.language
    return lambda value: (
        f'<time datetime="{value.isoformat()}">{formats.day(value, language=language)}</time>'
    )


def _number(reader: Reader) -> Callable[[Any], str]:
    language = reader.language
    return lambda value: formats.number(value, language=language)


def _yes(_reader: Reader) -> Callable[[Any], str]:
    yes, no = escape(_("Yes")), escape(_("No"))
    return lambda value: yes if value else no


def _email(_reader: Reader) -> Callable[[Any], str]:
    return lambda value: f'<a class="link hit" href="mailto:{escape(value)}">{escape(value)}</a>'


def _phone(_reader: Reader) -> Callable[[Any], str]:
    return lambda value: f'<a class="link hit" href="tel:{escape(value)}">{escape(value)}</a>'


def _address(_reader: Reader) -> Callable[[Any], str]:
    def address(value: Any) -> str:
        if not str(value).lower().startswith(_SAFE_SCHEMES):
            return _text(value)
        shown = escape(str(value).split("://", 1)[1].rstrip("/"))
        return f'<a class="link hit" href="{escape(value)}" rel="noopener noreferrer">{shown}</a>'

    return address


_PLAIN: dict[str, Callable[[Reader], Callable[[Any], str]]] = {
    "date": _day,
    "integer": _number,
    "decimal": _number,
    "boolean": _yes,
    "email": _email,
    "phone": _phone,
    "url": _address,
}


def trusted(html: str) -> Markup:
    """HTML that the functions here made: every value in it is escaped already."""
    return Markup(html)  # noqa: S704


def rows_html(rows: Iterable[Row], render: Cell) -> Markup:
    """The body of a table."""
    return trusted("".join([render(row) for row in rows]))
