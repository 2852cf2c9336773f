"""Start-up checks: a typo in an entity's declaration ends the start, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from app.records import registry
from app.records.entity import Entity
from app.records.fields import Field, Kind

SEARCHABLE = {Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL}


def enable() -> None:
    """Run with Django's own checks."""
    register(check_entities)


def check_entities(**_kwargs: Any) -> list[CheckMessage]:
    """Every entity's declaration against its model."""
    return [
        Error(message, obj=entity, id="records.E001")
        for entity in registry.all_entities()
        for message in faults(entity)
    ]


def faults(entity: Entity) -> Iterator[str]:
    """What is wrong with one entity."""
    yield from unknown_fields(entity)
    slugs = {one.slug for one in registry.all_entities()}
    for slug in (*entity.related_lists, *entity.links_to):
        if slug not in slugs:
            yield f"{entity.slug} names the entity {slug}, which does not exist."
    for name in entity.search_fields:
        field = entity.fields.get(name)
        if field is not None and field.kind not in SEARCHABLE:
            yield f"{entity.slug} searches in {name}, which is not a text."
    for field in entity.fields.values():
        yield from money_faults(entity, field)
    board = entity.fields.get(entity.board_field or "")
    if board is not None and board.kind not in (Kind.RELATION, Kind.CHOICE):
        yield f"{entity.slug} has a board by {board.name}, which is neither relation nor choice."


def unknown_fields(entity: Entity) -> Iterator[str]:
    """Names that are no fields, and fields that stand in two sections."""
    laid_out = [name for section in entity.layout for name in section.fields]
    places = {
        "layout": laid_out,
        "list_columns": entity.list_columns,
        "filters": entity.filters,
        "search_fields": entity.search_fields,
        "board_field": [entity.board_field] if entity.board_field else [],
        "default_sort": [entity.default_sort.removeprefix("-")],
    }
    known = {field.name for field in entity.model._meta.concrete_fields}
    for place, names in places.items():
        for name in names:
            if name not in known:
                yield f"{entity.slug}.{place} names {name}, which is not a field."
    for name in {name for name in laid_out if laid_out.count(name) > 1}:
        yield f"{entity.slug}.layout has {name} twice."
    for name in {field.name for field in entity.writable.values() if field.required} - set(
        laid_out
    ):
        yield f"{entity.slug} requires {name}, which is not in its layout."


def money_faults(entity: Entity, field: Field) -> Iterator[str]:
    """An amount without a currency beside it."""
    beside = entity.fields.get(f"{field.name}_currency")
    if field.kind is Kind.MONEY and (beside is None or beside.kind is not Kind.CURRENCY):
        yield f"{entity.slug}.{field.name} is money and has no {field.name}_currency."
