"""The mapping of a file's columns to fields, as the contract writes it in JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from app.imports.formats import NUMBER_FORMATS
from app.records.entity import Entity
from app.records.errors import Invalid
from app.records.fields import NUMBERS, Field, Kind

COLUMN_WORDS = frozenset({"field", "format", "currency", "values", "unknown"})
MAPPING_WORDS = frozenset({"columns", "compose", "defaults", "key", "file", "empty"})
EMPTY = ("keep", "clear")
FILE_WORDS = frozenset({"encoding", "separator", "header_row"})
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
#: Deals and activities of one name are two; companies and products of one name are one.
NATURAL_KEYS = {
    "accounts": "name",
    "products": "name",
    "contacts": "email",
    "departments": "name",
    "employees": "name",
}
KEYS = ("external_id", "email", "name")


class Unknown(StrEnum):
    """What to do with a value that nothing answers to."""

    REFUSE = "refuse"
    CREATE = "create"
    BLANK = "blank"


@dataclass(frozen=True)
class Column:
    """How one column of the file is read."""

    header: str
    key: str  #: the field, under the word by which it is written
    format: str = ""
    currency: str = ""
    values: dict[str, str] = field(default_factory=dict)
    unknown: Unknown = Unknown.REFUSE


@dataclass(frozen=True)
class Mapping:
    """How a file becomes records of one entity."""

    columns: tuple[Column, ...]
    compose: dict[str, str] = field(default_factory=dict)  #: field -> pattern over headers
    defaults: dict[str, Any] = field(default_factory=dict)  #: for new records; field -> cell
    key: str | None = None  #: the field that finds a record again
    currency: str = ""  #: for amounts whose cell and column name none
    clears: bool = False  #: whether an empty cell empties the field of a record that is updated

    def column_of(self, key: str) -> Column | None:
        """The column that fills this field."""
        return next((column for column in self.columns if column.key == key), None)


class Reader:
    """Reads a mapping's JSON against an entity and the file's headers, collecting errors."""

    def __init__(self, entity: Entity, headers: Sequence[str]) -> None:
        self.entity = entity
        self.headers = headers
        self.errors: dict[str, list[str]] = {}

    def refuse(self, place: str, message: str) -> None:
        self.errors.setdefault(place, []).append(message)

    def field(self, name: Any, *, place: str) -> Field | None:
        """The field of this name, "owner" or "owner_id"."""
        for key, candidate in self.entity.writable.items():
            if name in (key, candidate.name):
                return candidate
        words = {"field": name, "entity": self.entity.label_plural}
        self.refuse(place, _("%(entity)s have no field “%(field)s” to import into.") % words)
        return None

    def header(self, name: Any, *, place: str) -> str | None:
        """The file's header that is meant; case and blanks around it do not matter."""
        for header in self.headers:
            if header == name or header.casefold() == " ".join(str(name).split()).casefold():
                return header
        self.refuse(place, _("The file has no column “%(header)s”.") % {"header": name})
        return None

    def read(self, raw: Any) -> Mapping:
        if not isinstance(raw, dict):
            raise Invalid({"mapping": [_("The mapping is an object.")]})
        self._only(raw, MAPPING_WORDS, place="mapping")
        columns = self._columns(self._object(raw, "columns"))
        defaults, currency = self._defaults(self._object(raw, "defaults"))
        mapping = Mapping(
            columns=columns,
            compose=self._compose(self._object(raw, "compose")),
            defaults=defaults,
            key=self._key(raw, columns),
            currency=currency,
            clears=self._empty(raw) == "clear",
        )
        self._missing(mapping)
        if self.errors:
            raise Invalid(self.errors)
        return mapping

    def _object(self, raw: dict[str, Any], word: str) -> dict[str, Any]:
        value = raw.get(word) or {}
        if not isinstance(value, dict):
            self.refuse(word, _("Enter an object."))
            return {}
        return value

    def _only(self, raw: dict[str, Any], words: frozenset[str], *, place: str) -> None:
        for word in raw.keys() - words:
            self.refuse(place, _("“%(word)s” is not known here.") % {"word": word})

    def _columns(self, raw: dict[str, Any]) -> tuple[Column, ...]:
        taken: dict[str, str] = {}
        columns = []
        for name, said in raw.items():
            column = self._column(name, said)
            if column is None:
                continue
            if column.key in taken:
                words = {"field": column.key, "other": taken[column.key]}
                self.refuse(
                    f"columns.{name}", _("“%(field)s” is filled by “%(other)s” already.") % words
                )
            taken[column.key] = column.header
            columns.append(column)
        return tuple(columns)

    def _column(self, name: str, said: Any) -> Column | None:
        place = f"columns.{name}"
        header = self.header(name, place=place)
        if said in (None, ""):
            return None
        said = {"field": said} if isinstance(said, str) else said
        if not isinstance(said, dict):
            self.refuse(place, _("Enter the name of a field or an object."))
            return None
        self._only(said, COLUMN_WORDS, place=place)
        found = self.field(said.get("field"), place=place)
        if header is None or found is None:
            return None
        return Column(
            header=header,
            key=found.key,
            format=self._format(found, said.get("format") or "", place=place),
            currency=self._currency(said.get("currency") or "", place=place),
            values=self._values(said.get("values") or {}, place=place),
            unknown=self._unknown(found, said.get("unknown") or "refuse", place=place),
        )

    def _format(self, found: Field, said: Any, *, place: str) -> str:
        if not said:
            return ""
        if found.kind in NUMBERS and said in NUMBER_FORMATS:
            return str(said)
        if found.kind in (Kind.DATE, Kind.DATETIME) and isinstance(said, str) and "%" in said:
            return said
        words = {"format": said, "field": found.name}
        self.refuse(place, _("“%(format)s” is not a format of “%(field)s”.") % words)
        return ""

    def _currency(self, said: Any, *, place: str) -> str:
        code = str(said).strip().upper()
        if code and not (len(code) == 3 and code.isalpha()):
            self.refuse(place, _("“%(code)s” is not a currency.") % {"code": said})
        return code

    def _values(self, said: Any, *, place: str) -> dict[str, str]:
        if not isinstance(said, dict):
            self.refuse(place, _("“values” is an object: what stands in the file, what it means."))
            return {}
        return {str(old).strip(): "" if new is None else str(new) for old, new in said.items()}

    def _unknown(self, found: Field, said: Any, *, place: str) -> Unknown:
        try:
            unknown = Unknown(said)
        except ValueError:
            self.refuse(place, _("“unknown” is refuse, create or blank."))
            return Unknown.REFUSE
        if unknown is Unknown.CREATE and not found.is_relation:
            self.refuse(
                place, _("Values of “%(field)s” cannot be created.") % {"field": found.name}
            )
        return unknown

    def _compose(self, raw: dict[str, Any]) -> dict[str, str]:
        composed = {}
        for name, pattern in raw.items():
            place = f"compose.{name}"
            found = self.field(name, place=place)
            if found is None or not isinstance(pattern, str):
                continue
            for part in placeholders(pattern):
                self.header(part, place=place)
            composed[found.key] = pattern
        return composed

    def _defaults(self, raw: dict[str, Any]) -> tuple[dict[str, Any], str]:
        defaults, currency = {}, ""
        for name, value in raw.items():
            if name == "currency" and name not in self.entity.writable:
                currency = self._currency(value, place="defaults.currency")
                continue
            found = self.field(name, place=f"defaults.{name}")
            if found is not None:
                defaults[found.key] = value
        return defaults, currency

    def _key(self, raw: dict[str, Any], columns: tuple[Column, ...]) -> str | None:
        filled = {column.key for column in columns} | set(raw.get("compose") or {})
        if "key" not in raw:
            return default_key(self.entity, filled)
        key = raw["key"]
        if key in (None, ""):
            return None
        if key not in KEYS or key not in self.entity.writable:
            self.refuse("key", _("Records are found by external_id, email or name."))
        elif key not in filled:
            self.refuse("key", _("No column fills the key “%(key)s”.") % {"key": key})
        return str(key)

    def _empty(self, raw: dict[str, Any]) -> str:
        said = raw.get("empty") or "keep"
        if said not in EMPTY:
            self.refuse("empty", _("“empty” is keep or clear."))
        return str(said)

    def _missing(self, mapping: Mapping) -> None:
        filled = {column.key for column in mapping.columns} | mapping.compose.keys()
        if not mapping.columns:
            self.refuse("columns", _("No column is matched to a field."))
            return
        for key, required in self.entity.writable.items():
            if required.required and key not in filled | mapping.defaults.keys():
                words = {"field": required.label}
                self.refuse(key, _("“%(field)s” is required: match a column to it.") % words)


def default_key(entity: Entity, filled: set[str]) -> str | None:
    """What finds a record again, if nobody says: its external id, else its natural key."""
    if "external_id" in filled:
        return "external_id"
    natural = NATURAL_KEYS.get(entity.slug)
    return natural if natural in filled else None


def placeholders(pattern: str) -> list[str]:
    """The headers named in a pattern: "{account} - {product}"."""
    return PLACEHOLDER.findall(pattern)


def read_mapping(raw: Any, *, entity: Entity, headers: Sequence[str]) -> Mapping:
    """The mapping, or `Invalid` that names header and field of everything wrong."""
    return Reader(entity, headers).read(raw)
