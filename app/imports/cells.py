"""From the text of a cell to the value of a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from app.access.actors import Actor
from app.imports import formats
from app.imports.formats import Parser, Unparsed
from app.imports.mapping import Column, Unknown
from app.lib.spreadsheets import as_written
from app.records.fields import Field, Kind

LANGUAGES = ("en", "zh-hans")


def parser_of(field: Field, *, form: str, actor: Actor) -> Parser:
    """What reads the cells of a column under this field. Relations are looked up instead."""
    makers: dict[Kind, Callable[[], Parser]] = {
        Kind.DATE: lambda: formats.date_parser(form),
        Kind.DATETIME: lambda: formats.moment_parser(form, time_zone=actor.time_zone),
        Kind.INTEGER: lambda: formats.whole_parser(form),
        Kind.YEAR: lambda: formats.whole_parser(form),
        Kind.DECIMAL: lambda: formats.number_parser(form),
        Kind.MONEY: lambda: formats.money_parser(form, base_currency=actor.base_currency),
        Kind.CURRENCY: lambda: currency_parser(actor.base_currency),
        Kind.BOOLEAN: lambda: formats.boolean,
        Kind.CHOICE: lambda: choice_parser(field),
    }
    maker = makers.get(field.kind)
    return maker() if maker else as_written


def currency_parser(base_currency: str) -> Parser:
    """Codes and signs of currencies."""

    def parse(cell: str) -> str:
        code = formats.currency_code(cell.strip(), base_currency=base_currency)
        if code is None:
            raise Unparsed(_("“%(cell)s” is not a currency.") % {"cell": cell})
        return code

    return parse


def choice_words(field: Field) -> dict[str, Any]:
    """Values and labels of a choice, in every language of the pages, folded."""
    words = {str(value).casefold(): value for value, _label in field.choices}
    for language in LANGUAGES:
        with override(language):
            for value, label in field.choices:
                words.setdefault(str(label).casefold(), value)
    return words


def choice_parser(field: Field) -> Parser:
    """Values of a choice, or their labels."""
    words = choice_words(field)

    def parse(cell: str) -> Any:
        folded = cell.strip().casefold()
        if folded not in words:
            raise UnknownValue(_("“%(cell)s” is unknown.") % {"cell": cell})
        return words[folded]

    return parse


class UnknownValue(Unparsed):
    """The cell is none of the values of a choice: `unknown` of the mapping decides."""


class PlainColumn:
    """A column whose cells mean themselves; each distinct cell is read once."""

    def __init__(self, column: Column, field: Field, *, actor: Actor) -> None:
        self.column = column
        self.field = field
        self._parse = parser_of(field, form=column.format, actor=actor)
        self._seen: dict[str, Any] = {}

    def read(self, cell: str) -> Any:
        """The value, None for an empty cell, `Unparsed` (not raised) where it makes no sense."""
        if cell in self._seen:
            return self._seen[cell]
        value = self._read(cell.strip())
        if len(self._seen) < 100_000:
            self._seen[cell] = value
        return value

    def _read(self, cell: str) -> Any:
        cell = self.column.values.get(cell, cell)
        if not cell:
            return None
        try:
            return self._parse(cell)
        except UnknownValue as problem:
            return None if self.column.unknown is Unknown.BLANK else problem
        except Unparsed as problem:
            return problem
