"""Who may do what with which rows: the only code that decides it."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

from app.access.actors import Actor

M = TypeVar("M", bound=Model)


class Verb(StrEnum):
    """What somebody wants to do with a record."""

    VIEW = "view"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    IMPORT = "import"
    EXPORT = "export"
    ASSIGN = "assign"


class Scope(IntEnum):
    """Which rows a verb reaches, from none to all of the workspace."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Audience(StrEnum):
    """For whom an entity's rows are meant."""

    OWNED = "owned"  #: rows belong to a person; scopes decide
    SHARED = "shared"  #: a catalogue: everybody sees it, managers keep it
    SETTINGS = "settings"  #: everybody sees it, administrators keep it


class Guarded(Protocol):
    """What rights need to know of an entity."""

    audience: Audience


EVERYTHING = dict.fromkeys(Verb, Scope.ALL)
VIEW_ALL = {Verb.VIEW: Scope.ALL}

MATRIX: dict[Audience, dict[str, dict[Verb, Scope]]] = {
    Audience.OWNED: {
        "owner": EVERYTHING,
        "administrator": EVERYTHING,
        "manager": dict.fromkeys(Verb, Scope.TEAM),
        "sales": {
            Verb.VIEW: Scope.TEAM,
            Verb.CREATE: Scope.OWN,
            Verb.CHANGE: Scope.OWN,
            Verb.DELETE: Scope.OWN,
            Verb.EXPORT: Scope.OWN,
        },
        "read-only": {Verb.VIEW: Scope.TEAM},
    },
    Audience.SHARED: {
        "owner": EVERYTHING,
        "administrator": EVERYTHING,
        "manager": EVERYTHING,
        "sales": {Verb.VIEW: Scope.ALL, Verb.EXPORT: Scope.ALL},
        "read-only": VIEW_ALL,
    },
    Audience.SETTINGS: {
        "owner": EVERYTHING,
        "administrator": EVERYTHING,
        "manager": VIEW_ALL,
        "sales": VIEW_ALL,
        "read-only": VIEW_ALL,
    },
}


def scope_of(actor: Actor, verb: Verb, entity: Guarded) -> Scope:
    """How far the actor's right of this verb reaches on this entity."""
    return MATRIX[entity.audience].get(actor.role, {}).get(verb, Scope.NONE)


def may(actor: Actor, verb: Verb, entity: Guarded) -> bool:
    """Whether the actor has any right of this verb on this entity."""
    return scope_of(actor, verb, entity) > Scope.NONE


def row_rule(actor: Actor, verb: Verb, entity: Guarded, *, prefix: str = "") -> Q | None:
    """The condition that rows must meet; None when all do. `prefix` follows a relation."""
    scope = scope_of(actor, verb, entity)
    if scope is Scope.ALL:
        return None
    if scope is Scope.TEAM:
        return Q(**{f"{prefix}owner_id__in": actor.team_member_ids})
    if scope is Scope.OWN:
        return Q(**{f"{prefix}owner_id": actor.user_id})
    return Q(pk__in=[])


def visible_rows(
    queryset: QuerySet[M], *, actor: Actor, verb: Verb, entity: Guarded
) -> QuerySet[M]:
    """The rows of the queryset that the actor's right of this verb reaches."""
    rule = row_rule(actor, verb, entity)
    return queryset if rule is None else queryset.filter(rule)


def owner_in_reach(actor: Actor, verb: Verb, entity: Guarded, owner_id: Any) -> bool:
    """Whether a row of this owner lies within the actor's right of this verb."""
    scope = scope_of(actor, verb, entity)
    if scope is Scope.ALL:
        return True
    if scope is Scope.TEAM:
        return owner_id in actor.team_member_ids
    return scope is Scope.OWN and owner_id == actor.user_id
