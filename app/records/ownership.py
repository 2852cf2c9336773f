"""Whose records are whose, and handing many of them over at once, the recycle bin included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.records import events, relations, writing
from app.records.batch import BatchResult, Draft, Outcome, outcome_of
from app.records.changes import update_many
from app.records.entity import Entity
from app.records.errors import Forbidden

NOTHING = Q(pk__in=[])


def owned_by(entity: Entity, person: int, *, history: bool) -> QuerySet[Any]:
    """What somebody owns, deleted rows too: what is under way, or what tells of the past."""
    told = NOTHING if entity.history is None else entity.history
    rows = entity.model._default_manager.filter(owner_id=person)
    return rows.filter(told) if history else rows.exclude(told)


def hand_over(
    entity: Entity, ids: Sequence[int], *, to: int, actor: Actor, origin: str
) -> BatchResult:
    """Give rows to somebody else; each goes or stays by itself. One event, and one for the bin."""
    with writing.atomic(), events.named(entity, f"{entity.event_name}.handed_over"):
        live = set(entity.queryset(actor).filter(pk__among=ids).values_list("pk", flat=True))
        rows = [{"id": pk, "owner_id": to} for pk in ids if pk in live]
        written = update_many(entity, rows, actor=actor, origin=origin).outcomes if rows else []
        rest = [pk for pk in ids if pk not in live]
        binned = _from_the_bin(entity, rest, to=to, actor=actor, origin=origin) if rest else []
    return BatchResult([*written, *binned])


def _from_the_bin(
    entity: Entity, ids: Sequence[int], *, to: int, actor: Actor, origin: str
) -> list[Outcome]:
    """The same for deleted rows, which no other write reaches."""
    found = entity.deleted(actor).filter(pk__among=ids).order_by("pk")
    rows = found.select_for_update(no_key=True, of=("self",))
    drafts = [_draft(entity, row, to=to, actor=actor) for row in rows]
    good = [draft for draft in drafts if draft.good]
    relations.check_owners(entity, good, actor=actor)
    good = [draft for draft in good if draft.good]
    writing.find_changes(entity, good)
    moved = [draft for draft in good if draft.changed]
    if moved:
        event = events.name_of(entity, "updated")
        writing.stamp(moved, actor=actor)
        events.announce(event)
        writing.update(entity, moved)
        events.record(entity, event, [one.row.pk for one in moved], actor=actor, origin=origin)
    return [outcome_of(draft) for draft in drafts]


def _draft(entity: Entity, row: Any, *, to: int, actor: Actor) -> Draft:
    columns = [field.attname for field in entity.model._meta.concrete_fields]
    before = {column: getattr(row, column) for column in columns}
    given = {"owner_id": to}
    draft = Draft(row, False, given, base_currency=actor.base_currency, before=before)
    if not owner_in_reach(actor, Verb.CHANGE, entity, row.owner_id):
        draft.problem = Forbidden()
    row.owner_id = to
    return draft
