"""All entities, by slug and by model. Filled when the apps load, never changed after."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model

from app.records.entity import Entity

E = TypeVar("E", bound=type[Entity])

_by_slug: dict[str, Entity] = {}
_by_model: dict[type[Model], Entity] = {}


class UnknownEntity(LookupError):
    """No entity has this name."""


def register(cls: E) -> E:
    """Make the one instance of an entity and enter it."""
    entity = cls()
    if entity.slug in _by_slug:
        raise ValueError(f"Two entities are called {entity.slug}.")
    _by_slug[entity.slug] = entity
    _by_model[entity.model] = entity
    return cls


def get(slug: str) -> Entity:
    """The entity of this slug. Raises UnknownEntity."""
    try:
        return _by_slug[slug]
    except KeyError:
        raise UnknownEntity(slug) from None


def of_model(model: type[Model]) -> Entity:
    """The entity of this model. Raises UnknownEntity."""
    try:
        return _by_model[model]
    except KeyError:
        raise UnknownEntity(model.__name__) from None


def all_entities() -> list[Entity]:
    """Every entity, in the order of registration."""
    return list(_by_slug.values())


def referring_to(entity: Entity) -> list[tuple[Entity, str]]:
    """Entities with a relation to this one, and the relation's name."""
    return [
        (other, field.name)
        for other in all_entities()
        for field in other.relations
        if field.target == entity.slug
    ]
