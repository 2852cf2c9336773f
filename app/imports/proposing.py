"""What the importer proposes: a field for each header, formats, and what unknown values mean."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.utils.translation import gettext as _

from app.access.actors import Actor, load_actor
from app.imports.cells import choice_words
from app.imports.finding import (
    Finder,
    Missing,
    Trouble,
    Wanted,
    likely_scope,
    narrowing,
    visible,
)
from app.imports.formats import NUMBER_FORMATS, Guess, guess_date, guess_number
from app.imports.layout import Layout
from app.imports.mapping import Column, read_mapping
from app.imports.matching import match_headers
from app.imports.models import Import
from app.imports.staging import distinct
from app.imports.synonyms import fold_header
from app.records import registry
from app.records.entity import Entity
from app.records.errors import Invalid
from app.records.fields import NUMBERS, PEOPLE, Field, Kind

MOST_UNKNOWN = 100  #: unknown values shown for a column
MOST_GUESSED = 30  #: of them, those for which a likely row is looked for
LIKELY = 0.6
DATES = (Kind.DATE, Kind.DATETIME)
#: What a record without a name is named after, in this order.
NAMING = ("account_id", "contact_id", "product_id", "email", "external_id")


@dataclass(frozen=True)
class UnknownValue:
    """A cell that nothing answers to, how often it occurs, and what it may mean."""

    text: str
    count: int
    offer: str
    problem: str = ""


def propose(made: Import) -> dict[str, Any]:
    """A mapping from the headers alone; a name is composed where no column holds one."""
    entity, headers = registry.get(made.entity), Layout.from_json(made.layout).headers
    matched = match_headers(headers, entity=entity)
    columns = {header: entity.writable[key].name for header, key in matched.items()}
    mapping: dict[str, Any] = {"columns": columns}
    if "name" not in matched.values() and columns:
        mapping["compose"] = {"name": composed_name(headers, matched)}
    return with_scopes(made, mapping)


def composed_name(headers: tuple[str, ...], matched: dict[str, str]) -> str:
    """A pattern for a name: what it is about, then the external id that makes it unique."""
    by_key = {key: header for header, key in matched.items()}
    telling = [by_key[key] for key in NAMING if key in by_key]
    return " - ".join(f"{{{header}}}" for header in telling or list(headers[:2]))


def complete(made: Import, mapping: dict[str, Any]) -> dict[str, Any]:
    """The mapping with the formats filled in that it leaves open and the cells make plain.

    Raises Invalid where dates can be read two ways: nobody but the user can know.
    """
    entity, headers = registry.get(made.entity), Layout.from_json(made.layout).headers
    read = read_mapping(mapping, entity=entity, headers=headers)
    said_by = {" ".join(name.split()).casefold(): name for name in mapping["columns"]}
    columns, questions = dict(mapping["columns"]), {}
    for column in read.columns:
        field = entity.writable[column.key]
        guess = (
            Guess(()) if column.format else guess_format(made, headers.index(column.header), field)
        )
        name = said_by[column.header.casefold()]
        if guess.is_ambiguous and field.kind in DATES:
            questions[f"columns.{column.header}"] = [ambiguous_dates(guess)]
        elif guess.best:
            columns[name] = as_object(columns[name]) | {"format": guess.best}
    if questions:
        raise Invalid(questions)
    return with_scopes(made, {**mapping, "columns": columns})


def with_scopes(made: Import, mapping: dict[str, Any]) -> dict[str, Any]:
    """The mapping with the pipeline to which the file's stages belong, where it names none."""
    entity, headers = registry.get(made.entity), Layout.from_json(made.layout).headers
    read = read_mapping(mapping, entity=entity, headers=headers)
    defaults = dict(mapping.get("defaults") or {})
    actor = load_actor(made.actor_id)
    for column in read.columns:
        field = entity.writable[column.key]
        pair = narrowing(entity, field)
        if pair is None or actor is None or read.column_of(pair[0].key):
            continue
        if not {pair[0].name, pair[0].key} & defaults.keys():
            cells = distinct(made, headers.index(column.header))
            texts = [column.values.get(cell, cell) for cell in cells]
            scope = likely_scope(pair[0], field, pair[1], texts, actor=actor)
            defaults |= {pair[0].key: scope} if scope else {}
    return {**mapping, "defaults": defaults} if defaults else mapping


def ambiguous_dates(guess: Guess) -> str:
    """The question that only the user can answer."""
    words = {"formats": ", ".join(guess.formats)}
    return _("These dates can be read in several ways: say which “format” (%(formats)s).") % words


def as_object(said: Any) -> dict[str, Any]:
    """A column of the mapping in its long form."""
    return {"field": said} if isinstance(said, str) else dict(said)


def guess_format(made: Import, place: int, field: Field) -> Guess:
    """The formats in which the cells of a column may be written under this field."""
    if field.kind in DATES:
        return guess_date(distinct(made, place))
    if field.kind in NUMBERS:
        guess = guess_number(distinct(made, place))
        return Guess(()) if guess.formats[:1] == (next(iter(NUMBER_FORMATS)),) else guess
    return Guess(())


def unknown_values(made: Import, column: Column, *, actor: Actor) -> list[UnknownValue]:
    """The cells of a column that mean nothing yet, the commonest first, with what is offered."""
    entity, headers = registry.get(made.entity), Layout.from_json(made.layout).headers
    field = entity.writable[column.key]
    cells = distinct(made, headers.index(column.header))
    cells = {text: count for text, count in cells.items() if text not in column.values}
    if field.kind is Kind.CHOICE:
        return unknown_choices(field, cells)
    if field.is_relation and field.target != entity.slug:
        return unknown_rows(entity, field, cells, actor=actor)
    return []


def unknown_choices(field: Field, cells: dict[str, int]) -> list[UnknownValue]:
    """Cells that are none of a choice's values or labels."""
    words = choice_words(field)
    labels = {str(value): str(label) for value, label in field.choices}
    found = []
    for text, count in cells.items():
        if text.casefold() not in words:
            close = get_close_matches(text.casefold(), words, n=1, cutoff=LIKELY)
            found.append(UnknownValue(text, count, labels[str(words[close[0]])] if close else ""))
    return found[:MOST_UNKNOWN]


def unknown_rows(
    entity: Entity, field: Field, cells: dict[str, int], *, actor: Actor
) -> list[UnknownValue]:
    """Cells that name no row that the importer sees, or more than one."""
    pair = narrowing(entity, field)
    scope = likely_scope(pair[0], field, pair[1], cells, actor=actor) if pair else None
    finder = Finder(field, actor, scope=pair[1] if pair else None)
    wanted: dict[Wanted, int] = {(text, scope): count for text, count in cells.items()}
    finder.find(wanted)
    found = []
    for one, count in wanted.items():
        answer = finder.answers[one]
        if isinstance(answer, Trouble):
            found.append(UnknownValue(one[0], count, "", answer.message))
        elif isinstance(answer, Missing):
            offer = likely_row(one[0], finder) if len(found) < MOST_GUESSED else ""
            found.append(UnknownValue(one[0], count, offer))
    return found[:MOST_UNKNOWN]


def likely_row(text: str, finder: Finder) -> str:
    """The name of the visible row that looks most like the text, if it looks like it at all."""
    target = finder.field.target or ""
    rows, _model = visible(target, actor=finder.actor)
    near = rows.annotate(likeness=TrigramSimilarity("name", text)).filter(likeness__gt=0.2)
    names = near.order_by("-likeness").values_list("name", flat=True)[:10]
    best = max(names, key=lambda name: likeness(text, name), default="")
    return best if best and likeness(text, best) >= likely_for(target) else ""


def likely_for(target: str) -> float:
    """People are not offered for each other as easily as products."""
    return 0.85 if target == PEOPLE else 0.75


def likeness(text: str, name: str) -> float:
    """How much two names look alike, blanks and case aside, from 0 to 1."""
    return SequenceMatcher(None, squeezed(text), squeezed(name)).ratio()


def squeezed(text: str) -> str:
    return fold_header(text).replace(" ", "")


def all_unknown(
    made: Import, mapping: dict[str, Any], *, actor: Actor
) -> dict[str, list[UnknownValue]]:
    """The unknown cells of every column that has some."""
    headers = Layout.from_json(made.layout).headers
    read = read_mapping(mapping, entity=registry.get(made.entity), headers=headers)
    found = {column.header: unknown_values(made, column, actor=actor) for column in read.columns}
    return {header: values for header, values in found.items() if values}
