"""What the engine says about one field: derived from the model, used by every channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models

from app.records.modelfields import CurrencyField, MoneyField, PhoneField, YearField


class Kind(StrEnum):
    """How a field is entered, shown, filtered and written in JSON."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    YEAR = "year"
    DECIMAL = "decimal"
    MONEY = "money"
    CURRENCY = "currency"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    RELATION = "relation"
    PERSON = "person"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    JSON = "json"


#: The target name of a relation to a person of the workspace.
PEOPLE = "people"

KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (MoneyField, Kind.MONEY),
    (CurrencyField, Kind.CURRENCY),
    (PhoneField, Kind.PHONE),
    (YearField, Kind.YEAR),
    (models.EmailField, Kind.EMAIL),
    (models.URLField, Kind.URL),
    (models.CharField, Kind.TEXT),
    (models.TextField, Kind.LONG_TEXT),
    (models.BooleanField, Kind.BOOLEAN),
    (models.DateTimeField, Kind.DATETIME),
    (models.DateField, Kind.DATE),
    (models.DecimalField, Kind.DECIMAL),
    (models.IntegerField, Kind.INTEGER),
    (models.JSONField, Kind.JSON),
)

RELATIONS = (Kind.RELATION, Kind.PERSON)
NUMBERS = (Kind.INTEGER, Kind.YEAR, Kind.DECIMAL, Kind.MONEY)
ORDERED = (*NUMBERS, Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True)
class Field:
    """One field of an entity, as pages, API, import and search see it."""

    name: str  #: the word in URLs and JSON: "account", "amount"
    key: str  #: the word under which it is written: "account_id", "amount"
    label: Any  #: lazy, translated
    kind: Kind
    required: bool
    read_only: bool
    choices: tuple[tuple[str, Any], ...]
    target: str | None  #: slug of the entity behind a relation, "people" for a person
    max_length: int | None
    help_text: Any
    source: models.Field[Any, Any]  #: the model's own field

    @property
    def is_relation(self) -> bool:
        """Whether the value is another row."""
        return self.kind in RELATIONS

    @property
    def nullable(self) -> bool:
        """Whether the column may be NULL."""
        return bool(self.source.null)


def kind_of(source: models.Field[Any, Any]) -> Kind:
    """The kind that a model field stands for."""
    if source.is_relation:
        target = source.related_model
        label = getattr(target, "_meta", None) and target._meta.label  # type: ignore[union-attr]
        return Kind.PERSON if label == "access.User" else Kind.RELATION
    if source.choices:
        return Kind.CHOICE
    for cls, kind in KINDS:
        if isinstance(source, cls):
            return kind
    raise TypeError(f"{source} has no kind: the engine cannot show a {type(source).__name__}")


def describe(source: models.Field[Any, Any], *, target: str | None) -> Field:
    """The engine's word on a model field."""
    return Field(
        name=source.name,
        key=source.attname,
        label=source.verbose_name,
        kind=kind_of(source),
        required=not source.blank and source.editable and not source.has_default(),
        read_only=not source.editable,
        choices=tuple(source.choices or ()),
        target=target,
        max_length=source.max_length,
        help_text=source.help_text,
        source=source,
    )
