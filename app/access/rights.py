"""Who may do what with which rows: the only code that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

from app.access.actors import Actor
from app.access.models import Role
from app.access.scopes import EVERYTHING, Scope, Verb

__all__ = [
    "Audience",
    "Scope",
    "Verb",
    "looks_after",
    "may",
    "owner_in_reach",
    "row_rule",
    "scope_of",
    "visible_rows",
]

M = TypeVar("M", bound=Model)


class Audience(StrEnum):
    """For whom an entity's rows are meant."""

    OWNED = "owned"  #: rows belong to a person; scopes decide
    SHARED = "shared"  #: a catalogue: everybody sees it, managers keep it
    SETTINGS = "settings"  #: everybody sees it, administrators keep it


class Guarded(Protocol):
    """What rights need to know of an entity."""

    audience: Audience


#: What stays possible in a workspace that is read only.
READING = frozenset((Verb.VIEW, Verb.EXPORT))
#: Whoever helps out takes nothing along and brings nothing in.
NOT_FOR_SUPPORT = frozenset((Verb.EXPORT, Verb.IMPORT))
VIEW_ALL: Mapping[Verb, Scope] = {Verb.VIEW: Scope.ALL}
READ_ALL: Mapping[Verb, Scope] = {Verb.VIEW: Scope.ALL, Verb.EXPORT: Scope.ALL}

#: Rows that belong to everybody; on owned rows each actor's own scopes decide.
MATRIX: dict[Audience, dict[str, Mapping[Verb, Scope]]] = {
    Audience.SHARED: {
        "owner": EVERYTHING,
        "administrator": EVERYTHING,
        "manager": EVERYTHING,
        "sales": READ_ALL,
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


def looks_after(actor: Actor, role: str) -> bool:
    """Whether people of this role are the actor's to look after: owners look after everybody,
    administrators after all but owners."""
    return actor.role == Role.OWNER or (actor.administers and role != Role.OWNER)


def scope_of(actor: Actor, verb: Verb, entity: Guarded) -> Scope:
    """How far the actor's right of this verb reaches on this entity."""
    if actor.read_only and verb not in READING:
        return Scope.NONE
    if actor.support and verb in NOT_FOR_SUPPORT:
        return Scope.NONE
    if entity.audience is Audience.OWNED:
        return actor.scopes.get(verb, Scope.NONE)
    return MATRIX[entity.audience].get(actor.role, {}).get(verb, Scope.NONE)


def may(actor: Actor, verb: Verb, entity: Guarded) -> bool:
    """Whether the actor has any right of this verb on this entity."""
    return scope_of(actor, verb, entity) > Scope.NONE


def row_rule(actor: Actor, verb: Verb, entity: Guarded, *, prefix: str = "") -> Q | None:
    """The condition that rows must meet; None when all do. `prefix` follows a relation."""
    scope = scope_of(actor, verb, entity)
    if scope is Scope.ALL:
        return None
    if scope is Scope.NONE:
        return Q(pk__in=[])
    if scope is Scope.OWN:
        return Q(**{f"{prefix}owner_id": actor.user_id})
    # `among` sends one array; with `in` a thousand people cost 10 ms a statement.
    return Q(**{f"{prefix}owner_id__among": actor.reach[scope]})


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
    return scope is not Scope.NONE and owner_id in actor.reach[scope]
