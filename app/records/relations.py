"""Whom and what a row may point at: only what its writer can see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.records import registry
from app.records.batch import Draft
from app.records.entity import Entity
from app.records.fields import PEOPLE, Field
from tenants.context import current


def check_relations(entity: Entity, drafts: Iterable[Draft], *, actor: Actor) -> None:
    """Refuse links to rows that do not exist or that the actor cannot see."""
    for field in entity.relations:
        if not field.read_only:
            check_relation(field, [draft for draft in drafts if points(draft, field)], actor=actor)


def points(draft: Draft, field: Field) -> bool:
    """Whether this draft sets this relation anew."""
    value = getattr(draft.row, field.key)
    return value is not None and (draft.is_new or value != draft.before.get(field.key))


def check_relation(field: Field, drafts: list[Draft], *, actor: Actor) -> None:
    """One query tells which of all targets may be used, and keeps them from being deleted."""
    wanted = {getattr(draft.row, field.key) for draft in drafts}
    if not wanted:
        return
    known = visible_targets(field.target, wanted, actor=actor)
    for draft in drafts:
        if getattr(draft.row, field.key) not in known:
            draft.refuse(field.key, _("There is no such record."))


def visible_targets(target: str | None, ids: set[int], *, actor: Actor) -> set[int]:
    """Which of these rows exist and are visible; they are locked against deletion."""
    if target == PEOPLE:
        people = get_user_model()._default_manager.filter(pk__among=ids)
        return set(people.values_list("pk", flat=True))
    rows = registry.get(target or "").queryset(actor).filter(pk__among=ids).order_by()
    sql, params = rows.values_list("pk").query.sql_with_params()
    with connections[current().cell].cursor() as cursor:
        cursor.execute(f"{sql} FOR KEY SHARE", params)
        return {row[0] for row in cursor.fetchall()}


def check_owners(entity: Entity, drafts: Iterable[Draft], *, actor: Actor) -> None:
    """Giving a row to somebody else takes the right to assign, as far as that reaches."""
    for draft in drafts:
        owner = draft.row.owner_id
        kept = actor.keeper_id if draft.is_new else draft.before.get("owner_id")
        if owner == kept:
            continue
        reaches = owner_in_reach(actor, Verb.ASSIGN, entity, owner)
        if not reaches or not (draft.is_new or may_give(entity, draft, actor=actor)):
            draft.refuse("owner_id", _("You may not assign records to this person."))


def may_give(entity: Entity, draft: Draft, *, actor: Actor) -> bool:
    """Whether the row as it stands is the actor's to give away."""
    return owner_in_reach(actor, Verb.ASSIGN, entity, draft.before.get("owner_id"))


def check_loops(entity: Entity, drafts: Iterable[Draft]) -> None:
    """A row must not become its own ancestor."""
    for field in entity.relations:
        if field.target == entity.slug and not field.read_only:
            moved = [one for one in drafts if not one.is_new and points(one, field)]
            if moved:
                one_at_a_time(entity, field)
            batch = {one.row.pk: getattr(one.row, field.key) for one in moved}
            for draft in moved:
                if circles(draft.row, field, batch=batch):
                    draft.refuse(field.key, _("This would make a circle."))


def one_at_a_time(entity: Entity, field: Field) -> None:
    """Two who move rows under each other at the same moment would not see each other's move."""
    with connections[current().cell].cursor() as cursor:
        name = f"{current().schema}:{entity.slug}:{field.key}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def circles(row: Any, field: Field, *, batch: dict[int, int]) -> bool:
    """Whether following the relation from the row comes back to it, once the batch is written."""
    seen: set[int] = set()
    target = getattr(row, field.key)
    while target is not None and target not in seen:
        if target == row.pk:
            return True
        seen.add(target)
        if target in batch:
            target = batch[target]
            continue
        rows = type(row)._default_manager.filter(pk=target)
        target = rows.values_list(field.key, flat=True).first()
    return False
