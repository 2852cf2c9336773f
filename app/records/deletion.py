"""Into the recycle bin and back."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.records import events, registry, search, writing
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible, Refused, Stale
from app.records.models import LIVE


def delete(
    entity: Entity,
    pk: int,
    *,
    actor: Actor,
    version: int | None,
    with_children: bool = False,
    origin: str = "page",
) -> None:
    """Put a row into the recycle bin; refused while live rows depend on it.

    With `with_children` these go along, as far as the actor may delete them.
    Raises NotVisible, Forbidden, Stale, Refused.
    """
    with writing.atomic():
        row = entity.queryset(actor).filter(pk=pk).select_for_update(of=("self",)).first()
        if row is None:
            raise NotVisible
        if not owner_in_reach(actor, Verb.DELETE, entity, row.owner_id):
            raise Forbidden
        if version is not None and version != row.version:
            raise Stale(row)
        entity.check_deletion(row)
        bury(entity, row, actor=actor, origin=origin)
        for other, name in registry.referring_to(entity):
            release(other, name, row, actor=actor, with_children=with_children, origin=origin)


def release(
    other: Entity, name: str, row: Any, *, actor: Actor, with_children: bool, origin: str
) -> None:
    """See to it that no live row of another entity depends on the row."""
    children = other.model._default_manager.filter(LIVE, **{f"{name}_id": row.pk})
    if not with_children and children.exists():
        count = other.queryset(actor).filter(**{f"{name}_id": row.pk}).count()
        raise Refused(dependents(other, count))
    for child in children.values_list("pk", flat=True):
        try:
            delete(other, child, actor=actor, version=None, with_children=True, origin=origin)
        except (NotVisible, Forbidden):
            raise Refused(dependents(other, 0)) from None


def dependents(other: Entity, count: int) -> str:
    """Why a row stays: so many rows that the actor sees depend on it, or none of those."""
    facts = {"count": count, "what": str(other.label_plural).lower()}
    if not count:
        return _("Some %(what)s depend on it that you may not delete.") % facts
    return _("%(count)s %(what)s depend on it: delete them first, or along with it.") % facts


def bury(entity: Entity, row: Any, *, actor: Actor, origin: str) -> None:
    """Mark the row as deleted."""
    row.deleted_at = timezone.now()
    mark(entity, row, "deleted", actor=actor, origin=origin)
    search.remove(entity, [row.pk])


def restore(entity: Entity, pk: int, *, actor: Actor, origin: str = "page") -> Any:
    """Take a row out of the recycle bin. Raises NotVisible, Refused."""
    with writing.atomic():
        row = entity.deleted(actor).filter(pk=pk).select_for_update(of=("self",)).first()
        if row is None:
            raise NotVisible
        check_parents(entity, row)
        row.deleted_at = None
        try:
            with writing.atomic():
                mark(entity, row, "restored", actor=actor, origin=origin)
        except IntegrityError:
            raise Refused(_("Another record has taken its place meanwhile.")) from None
        search.index(entity, [row])
        return row


def check_parents(entity: Entity, row: Any) -> None:
    """What the row depends on must be there again before it."""
    for field in entity.relations:
        target = getattr(row, field.key)
        if field.target == "people" or target is None:
            continue
        parent = registry.get(field.target or "")
        if not parent.model._default_manager.filter(LIVE, pk=target).exists():
            words = _("Its %(what)s is deleted: restore that first.")
            raise Refused(words % {"what": str(field.label).lower()})


def mark(entity: Entity, row: Any, verb: str, *, actor: Actor, origin: str) -> None:
    """Write the row's state with version and event."""
    event = events.name_of(entity, verb)
    events.announce(event)
    row.version += 1
    row.updated_at, row.updated_by_id = timezone.now(), actor.user_id
    row.save(update_fields=["deleted_at", "version", "updated_at", "updated_by"])
    events.record(entity, event, [row.pk], actor=actor, origin=origin)
