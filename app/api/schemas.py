"""The shapes of JSON, told from the entities' own declarations (JSON Schema 2020-12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from app.records.actions import Action
from app.records.entity import Entity
from app.records.fields import Field, Kind

Schema = dict[str, Any]

BIGGEST_INTEGER = 2**31 - 1
TYPES: dict[Kind, Schema] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.YEAR: {"type": "integer"},
    Kind.DECIMAL: {"type": "string", "format": "decimal"},
    Kind.MONEY: {"type": "string", "format": "decimal", "examples": ["1054.00"]},
    Kind.CURRENCY: {"type": "string", "examples": ["EUR"]},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.RELATION: {"type": "integer", "minimum": 1},
    Kind.PERSON: {"type": "integer", "minimum": 1},
    Kind.EMAIL: {"type": "string", "format": "email"},
    Kind.JSON: {"type": "object"},
}
TEXT: Schema = {"type": "string"}
NUMBERS = (Kind.DECIMAL, Kind.MONEY)


def name_of(entity: Entity) -> str:
    """The entity's name among the schemas: Deal."""
    return entity.model.__name__


def ref(name: str) -> Schema:
    """A pointer to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def schemas_of(entity: Entity) -> dict[str, Schema]:
    """All schemas of an entity, by name."""
    name = name_of(entity)
    return {
        name: record_schema(entity),
        f"{name}Create": create_schema(entity),
        f"{name}Change": change_schema(entity),
        f"{name}Page": page_schema(ref(f"{name}Row" if entity.links_to else name)),
        f"{name}Bulk": bulk_schema(entity),
        **({f"{name}Row": row_schema(entity)} if entity.links_to else {}),
    }


def row_schema(entity: Entity) -> Schema:
    """A record as it stands in a list."""
    properties: dict[str, Schema] = {}
    for field in entity.fields.values():
        properties[field.key] = read_schema(field)
        if field.is_relation:
            properties[field.name] = {
                "type": ["string", "null"],
                "description": _("Its name; null where it is not visible."),
            }
    return whole(properties)


def record_schema(entity: Entity) -> Schema:
    """A record as it stands by itself, with its links."""
    schema = row_schema(entity)
    if not entity.links_to:
        return schema
    return whole({**schema["properties"], "links": {"type": "array", "items": ref("Tie")}})


def create_schema(entity: Entity) -> Schema:
    """What makes a record."""
    required = [key for key, field in entity.writable.items() if field.required]
    return {**write_schema(entity), "required": required}


def change_schema(entity: Entity) -> Schema:
    """What changes a record: any of its fields."""
    schema = write_schema(entity)
    echo: dict[str, Schema] = {
        "id": {"type": "integer", "description": _("As in the address, if given.")},
        "version": {"type": "integer", "description": _("As in If-Match, if given.")},
    }
    return {**schema, "properties": {**schema["properties"], **echo}}


def write_schema(entity: Entity) -> Schema:
    """The fields that somebody may set."""
    properties = {key: entry_schema(field) for key, field in entity.writable.items()}
    if entity.links_to:
        properties["links"] = {
            "type": "array",
            "items": link_schema(entity.links_to),
            "description": _("All links of the record; those left out are removed."),
        }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def link_schema(slugs: Iterable[str]) -> Schema:
    """One link as it is entered."""
    properties = {
        "entity": {"type": "string", "enum": list(slugs)},
        "id": {"type": "integer", "minimum": 1},
        "role": {"type": "string", "maxLength": 100},
    }
    return {"type": "object", "properties": properties, "required": ["entity", "id"]}


def page_schema(item: Schema) -> Schema:
    """A page of a list."""
    cursor: Schema = {
        "type": ["string", "null"],
        "description": _("Send it as `cursor` to read on; null at the end."),
    }
    return whole({"results": {"type": "array", "items": item}, "next": cursor})


def bulk_schema(entity: Entity) -> Schema:
    """Many records in one request."""
    fields = change_schema(entity)
    properties: dict[str, Schema] = {
        "mode": {"type": "string", "enum": ["all_or_nothing", "row_by_row"]},
        "operation": {"type": "string", "enum": ["create", "update", "upsert"]},
        "records": {"type": "array", "maxItems": 1000, "items": fields},
    }
    return whole(properties)


def read_schema(field: Field) -> Schema:
    """A field's value in an answer."""
    schema = typed(field)
    if field.kind is Kind.CHOICE:
        schema["enum"] = choices_of(field)
    if field.nullable:
        return nullable(schema)
    if field.kind in (Kind.EMAIL, Kind.DATE) and field.source.blank:
        schema.pop("format", None)
    return schema


def entry_schema(field: Field) -> Schema:
    """A field's value in a request; numbers may come as text, and money also as a number."""
    schema = typed(field)
    if field.kind is Kind.CHOICE:
        schema["enum"] = choices_of(field)
    if field.kind in NUMBERS:
        schema["type"] = ["string", "number"]
    if field.max_length and not field.is_relation and field.kind is not Kind.CHOICE:
        schema["maxLength"] = field.max_length
    if field.kind in (Kind.INTEGER, Kind.YEAR):
        schema |= {"minimum": -BIGGEST_INTEGER, "maximum": BIGGEST_INTEGER}
    return nullable(schema) if field.source.blank else schema


def typed(field: Field) -> Schema:
    """The type of a field's values, with its label."""
    words = {"title": field.label, "description": field.help_text}
    return {**TYPES.get(field.kind, TEXT), **{key: text for key, text in words.items() if text}}


def choices_of(field: Field) -> list[Any]:
    """The values that a choice may have."""
    values: list[Any] = [value for value, _label in field.choices]
    return [*values, ""] if field.source.blank and "" not in values else values


def nullable(schema: Schema) -> Schema:
    """The same, or nothing."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [*types, "null"], **more}


def whole(properties: dict[str, Schema]) -> Schema:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def action_schema(one: Action) -> Schema:
    """What an action asks for."""
    properties = {
        param.name: {**TYPES.get(param.kind, TEXT), "title": str(param.label)}
        for param in one.params
    }
    for param in one.params:
        if not param.required:
            properties[param.name] = nullable(properties[param.name])
    return {
        "type": "object",
        "properties": properties,
        "required": [param.name for param in one.params if param.required],
        "additionalProperties": False,
    }


def common_schemas() -> dict[str, Schema]:
    """Schemas that belong to no entity."""
    text, number, truth = TEXT, TYPES[Kind.INTEGER], TYPES[Kind.BOOLEAN]
    maybe = nullable(text)
    sentences: Schema = {"type": "object", "additionalProperties": {"type": "array", "items": text}}
    problem: Schema = {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": number,
            "detail": text,
            "errors": {**sentences, "description": _("Sentences by field.")},
            "current_version": {**number, "description": _("With 412: the version there is now.")},
        },
        "required": ["type", "title", "status", "detail"],
    }
    outcome: dict[str, Schema] = {
        "status": {**text, "enum": ["created", "updated", "unchanged", "failed"]},
        "id": {"type": ["integer", "null"]},
        "version": {"type": ["integer", "null"]},
        "errors": sentences,
    }
    counts = dict.fromkeys(("created", "updated", "unchanged", "failed"), number)
    me: dict[str, Schema] = {"id": number, "name": text, "email": maybe, "role": text}
    me |= {"team_id": {"type": ["integer", "null"]}, "language": text, "time_zone": text}
    person: dict[str, Schema] = {
        "id": number,
        "name": text,
        "email": maybe,
        "has_seat": truth,
        "is_active": truth,
    }
    hit = whole({"entity": text, "id": number, "name": text, "subtitle": text})
    return {
        "Problem": problem,
        "Tie": whole({"entity": text, "id": number, "name": text, "role": text}),
        "TiePage": page_schema(ref("Tie")),
        "BulkReport": whole({"results": {"type": "array", "items": whole(outcome)}, **counts}),
        "Me": whole({**me, "base_currency": text, "workspace": text}),
        "Person": whole(person),
        "PersonPage": page_schema(ref("Person")),
        "Hit": hit,
        "HitPage": page_schema(ref("Hit")),
    }
