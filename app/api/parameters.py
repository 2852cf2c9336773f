"""What may stand in an address: paging, sorting, one filter for each field and operator."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from app.api.schemas import TEXT, TYPES, Schema, choices_of
from app.records.entity import Entity
from app.records.fields import Field, Kind
from app.records.filters import OPERATORS, fits
from app.records.listing import MOST, PAGE

Parameter = dict[str, Any]

LISTED = {"type": "array", "items": {"type": "string"}, "maxItems": 1000}
TRUTH = {"type": "boolean"}


def query(name: str, schema: Schema, description: Any = "", **more: Any) -> Parameter:
    """A parameter of the address."""
    made = {"name": name, "in": "query", "required": False, "schema": schema, **more}
    return {**made, "description": description} if description else made


def header(name: str, description: Any, *, required: bool = False) -> Parameter:
    """A header of the request."""
    schema = {"type": "string"}
    where = {"name": name, "in": "header", "required": required}
    return {**where, "schema": schema, "description": description}


def limit(most: int = MOST, usual: int = PAGE) -> Parameter:
    """How many at once."""
    return query("limit", {"type": "integer", "minimum": 1, "maximum": most, "default": usual})


def paging() -> list[Parameter]:
    """What every list takes."""
    return [limit(), query("cursor", TEXT, _("`next` of the page before."))]


def if_match(*, required: bool) -> Parameter:
    """The version that a change is about."""
    words = _('The version that you have read, as in its ETag: "3".')
    return header("If-Match", words, required=required)


def idempotency_key() -> Parameter:
    """The name of one intent."""
    words = _("Any text of your own: a repeat with the same key gets the first answer again.")
    return header("Idempotency-Key", words)


def list_parameters(entity: Entity) -> list[Parameter]:
    """Everything that a list of the entity's records takes."""
    names = [field.name for field in entity.fields.values() if field.kind is not Kind.JSON]
    sorts = [*names, *(f"-{name}" for name in names)]
    found = [
        query("q", TEXT, _("Words that the record holds, as in search.")),
        query("sort", {"type": "string", "enum": sorts, "default": entity.default_sort}),
        *paging(),
    ]
    for field in entity.fields.values():
        found += filter_parameters(field)
    return found


def filter_parameters(field: Field) -> list[Parameter]:
    """The filters that a field has."""
    if field.kind is Kind.JSON:
        return []
    one = filter_schema(field)
    found = [query(field.key, one, field.label)]
    for operator in OPERATORS:
        if not fits(field, operator):
            continue
        name = f"{field.key}__{operator}"
        if operator == "in":
            found.append(query(name, LISTED, field.label, style="form", explode=False))
        else:
            schema = TRUTH if operator == "isnull" else TEXT if operator == "contains" else one
            found.append(query(name, schema, field.label))
    return found


def filter_schema(field: Field) -> Schema:
    """The value that a filter compares with."""
    if field.kind is Kind.PERSON:
        return {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "me"}]}
    if field.kind is Kind.CHOICE:
        return {"type": "string", "enum": choices_of(field)}
    schema = {key: TYPES.get(field.kind, TEXT).get(key) for key in ("type", "format", "minimum")}
    return {key: value for key, value in schema.items() if value is not None}
