"""From rows of the file to what `records.changes` is given: values, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.imports.cells import PlainColumn
from app.imports.finding import (
    Answer,
    Finder,
    Made,
    Missing,
    Trouble,
    Wanted,
    default_scope,
    narrowing,
)
from app.imports.formats import Amount, Unparsed
from app.imports.mapping import PLACEHOLDER, Column, Mapping, Unknown
from app.lib.spreadsheets import as_written
from app.records.entity import Entity
from app.records.fields import Field

Errors = dict[str, list[str]]


@dataclass
class Line:
    """One row of the file on its way to becoming a record."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)  #: for a new record only
    errors: Errors = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)  #: what an update empties
    record_id: int | None = None  #: the record that it stands for, if we know it
    deferred: bool = False  #: it points at a row of this file that is not in yet

    @property
    def good(self) -> bool:
        """Whether it can be written now."""
        return not self.errors and not self.deferred

    def refuse(self, place: str, message: str) -> None:
        """Note what is wrong under a header."""
        self.errors.setdefault(place, []).append(message)


class Relation:
    """A column under a relation: looked up, not parsed."""

    def __init__(self, column: Column, field: Field, *, entity: Entity, actor: Actor) -> None:
        pair = narrowing(entity, field)
        self.column = column
        self.field = field
        self.own_scope = pair[0] if pair else None  #: the row's field that narrows the search
        self.default_scope = default_scope(pair[0]) if pair else None
        self.finder = Finder(field, actor, scope=pair[1] if pair else None)
        self.same_entity = field.target == entity.slug

    def wanted(self, line: Line, cell: str) -> Wanted | None:
        """What the row's cell names, after the mapping of values; None for an empty cell."""
        text = as_written(cell.strip())
        text = self.column.values.get(text, text).strip()
        if not text:
            return None
        if self.own_scope is None:
            return text, None
        key = self.own_scope.key
        return text, line.values.get(key) or line.defaults.get(key) or self.default_scope


class Reader:
    """Reads lines under a mapping; keeps what it looked up for the next batch."""

    def __init__(
        self, mapping: Mapping, *, entity: Entity, headers: Sequence[str], actor: Actor
    ) -> None:
        self.mapping = mapping
        self.entity = entity
        self.places = {header: place for place, header in enumerate(headers)}
        self.plain: list[PlainColumn] = []
        self.relations: list[Relation] = []
        self.default_cells: list[PlainColumn] = []
        self.default_relations: list[Relation] = []
        self.default_ids: dict[str, int] = {}
        for column in mapping.columns:
            self._add(column, actor=actor)
        for key, cell in mapping.defaults.items():
            self._add_default(key, cell, actor=actor)

    def _add(self, column: Column, *, actor: Actor) -> None:
        found = self.entity.writable[column.key]
        if found.is_relation:
            self.relations.append(Relation(column, found, entity=self.entity, actor=actor))
        else:
            self.plain.append(PlainColumn(column, found, actor=actor))

    def _add_default(self, key: str, cell: Any, *, actor: Actor) -> None:
        """A default is a cell that stands in every new row, or the id of a row."""
        found = self.entity.writable[key]
        column = Column(header=found.name, key=key, values={"": str(cell)})
        if not found.is_relation:
            self.default_cells.append(PlainColumn(column, found, actor=actor))
        elif isinstance(cell, int):
            self.default_ids[key] = cell
        else:
            relation = Relation(column, found, entity=self.entity, actor=actor)
            self.default_relations.append(relation)

    def twin(self, actor: Actor) -> Reader:
        """Another one of the same mapping."""
        return Reader(self.mapping, entity=self.entity, headers=tuple(self.places), actor=actor)

    @property
    def rows_depend(self) -> bool:
        """Whether a row may need what another row of the file brings."""
        create = Unknown.CREATE
        return any(one.same_entity or one.column.unknown is create for one in self.relations)

    def take_made(self) -> list[Made]:
        """What was created on the way since it was asked last."""
        made = [one for relation in self.relations for one in relation.finder.made]
        for relation in self.relations:
            relation.finder.made.clear()
        return made

    def under_headers(self, errors: Errors) -> Errors:
        """Errors by field, put under the header of the column that fills the field."""
        headers = {column.key: column.header for column in self.mapping.columns}
        return {headers.get(key, key): list(messages) for key, messages in errors.items()}

    def read(self, lines: list[Line], *, last_round: bool) -> None:
        """Fill the lines' values; note errors; defer what points at rows that are not in yet."""
        for column in self.plain:
            self._read_plain(column, lines)
        for line in lines:
            self._put_defaults(line)
        for narrowed in (False, True):
            for relation in self.default_relations:
                if (relation.own_scope is not None) is narrowed:
                    self._read_relation(relation, lines, last_round=True)
            for relation in self.relations:
                if (relation.own_scope is not None) is narrowed:
                    self._read_relation(relation, lines, last_round=last_round)
        for key, pattern in self.mapping.compose.items():
            for line in lines:
                line.values.setdefault(key, self.compose(pattern, line))

    def _read_plain(self, column: PlainColumn, lines: list[Line]) -> None:
        header, key = column.column.header, column.field.key
        place, currency = self.places[header], column.column.currency or self.mapping.currency
        for line in lines:
            value = column.read(line.cells[place])
            if value is None:
                self._clear(column.field, line, place)
                continue
            if isinstance(value, Unparsed):
                line.refuse(header, str(value))
            elif isinstance(value, Amount):
                put_amount(line.values, key, value)
                line.defaults[f"{key}_currency"] = currency
            else:
                line.values.setdefault(key, value)

    def _clear(self, found: Field, line: Line, place: int) -> None:
        """Note a cell that is meant to be empty. What a record cannot do without stays."""
        kept = found.required or found.key == self.mapping.key
        if self.mapping.clears and not kept and not line.cells[place].strip():
            line.cleared.add(found.key)

    def _put_defaults(self, line: Line) -> None:
        line.defaults.update(self.default_ids)
        for default in self.default_cells:
            value, key = default.read(""), default.field.key
            if isinstance(value, Unparsed):
                line.refuse(default.column.header, str(value))
            elif isinstance(value, Amount):
                put_amount(line.defaults, key, value)
            elif value is not None:
                line.defaults[key] = value

    def _read_relation(self, relation: Relation, lines: list[Line], *, last_round: bool) -> None:
        place, finder = self.places.get(relation.column.header), relation.finder
        cells = [(line, "" if place is None else line.cells[place]) for line in lines]
        named = [(line, one) for line, cell in cells if (one := relation.wanted(line, cell))]
        if place is not None:
            for line in lines:
                self._clear(relation.field, line, place)
        if relation.same_entity:
            finder.forget_missing()
        finder.find(one for _line, one in named)
        if relation.column.unknown is Unknown.CREATE and (last_round or not relation.same_entity):
            finder.create(one for line, one in named if not line.errors)
        for line, one in named:
            answer = finder.answers[one]
            if isinstance(answer, Missing) and relation.same_entity and not last_round:
                line.deferred = True
            else:
                put(line, relation, answer, one[0], is_default=place is None)

    def compose(self, pattern: str, line: Line) -> str:
        """The pattern with the row's cells; what stands between empty cells falls away."""
        pieces = PLACEHOLDER.split(pattern)
        texts = [self._said(line, part) if odd % 2 else part for odd, part in enumerate(pieces)]
        if all(texts[1::2]):
            return "".join(texts).strip()
        kept = [(texts[i - 1], texts[i]) for i in range(1, len(texts), 2) if texts[i]]
        joined = "".join((joint if i else "") + text for i, (joint, text) in enumerate(kept))
        return re.sub(r"\s+", " ", joined).strip()

    def _said(self, line: Line, header: str) -> str:
        """The cell under a header, after the mapping of its values."""
        place = next(
            (p for name, p in self.places.items() if name.casefold() == header.casefold()), None
        )
        cell = line.cells[place].strip() if place is not None else ""
        column = next((c for c in self.mapping.columns if self.places.get(c.header) == place), None)
        return column.values.get(cell, cell) if column else cell


def put_amount(values: dict[str, Any], key: str, amount: Amount) -> None:
    """The number, and the currency where the cell names one: it beats a currency column."""
    values[key] = amount.number
    if amount.currency:
        values[f"{key}_currency"] = amount.currency


def put(line: Line, relation: Relation, answer: Answer, text: str, *, is_default: bool) -> None:
    """Put the row that was found under the relation, or say why there is none."""
    if isinstance(answer, int):
        (line.defaults if is_default else line.values).setdefault(relation.field.key, answer)
    elif isinstance(answer, Trouble):
        line.refuse(relation.column.header, answer.message)
    elif relation.column.unknown is not Unknown.BLANK:
        line.refuse(relation.column.header, _("“%(text)s” is unknown.") % {"text": text})


def values_of(line: Line, *, is_new: bool) -> dict[str, Any]:
    """What is written: an amount's currency where none was named, defaults for a new record,
    what is emptied for a known one."""
    filled = {
        k: v
        for k, v in line.defaults.items()
        if is_new or (k[:-9] in line.values and k.endswith("_currency"))
    }
    emptied = {} if is_new else dict.fromkeys(line.cleared, None)
    return emptied | {key: value for key, value in filled.items() if value != ""} | line.values
