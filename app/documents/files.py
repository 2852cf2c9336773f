"""Who may see and change which file: whoever may see and change its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.documents.models import File, FileVersion
from app.records import changes, events, registry
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible
from app.records.registry import UnknownEntity

State = FileVersion.State


@dataclass(frozen=True, slots=True)
class Shelf:
    """A record that files hang on."""

    entity: Entity
    pk: int


def shelf_of(entity: Entity, pk: int, *, actor: Actor, verb: Verb = Verb.VIEW) -> Shelf:
    """The record, if the actor sees it and has this right on it. Raises NotVisible, Forbidden."""
    found = entity.queryset(actor).filter(pk=pk).values_list("owner_id", flat=True)[:1]
    if not found:
        raise NotVisible
    if verb is not Verb.VIEW and not owner_in_reach(actor, verb, entity, found[0]):
        raise Forbidden
    return Shelf(entity, pk)


def held_shelf(entity: Entity, pk: int, *, actor: Actor) -> Shelf:
    """The same for a change, the record locked against being purged meanwhile."""
    row = changes.locked(entity, [pk], actor=actor).get(pk)
    if row is None:
        raise NotVisible
    if not owner_in_reach(actor, Verb.CHANGE, entity, row.owner_id):
        raise Forbidden
    return Shelf(entity, pk)


def find_file(
    pk: int, *, actor: Actor, verb: Verb = Verb.VIEW, deleted: bool | None = False
) -> tuple[File, Shelf]:
    """A file and its record; `deleted` says whether it is in the bin, None either way.

    Raises NotVisible, Forbidden.
    """
    file = File._default_manager.filter(pk=pk).first()
    if file is None or (deleted is not None and bool(file.deleted_at) is not deleted):
        raise NotVisible
    try:
        entity = registry.get(file.entity)
    except UnknownEntity:
        raise NotVisible from None
    return file, shelf_of(entity, file.record_id, actor=actor, verb=verb)


def find_version(file: File, number: int | None) -> FileVersion:
    """A version that can be had, the current one unless a number is given. Raises NotVisible."""
    wanted = file.current if number is None else number
    found = file.versions.filter(number=wanted, state=State.READY).first() if wanted else None
    if found is None:
        raise NotVisible
    return found


def own_upload(pk: int, *, file: File, actor: Actor) -> FileVersion:
    """An upload that the actor began himself. Raises NotVisible."""
    found = file.versions.filter(pk=pk, uploaded_by_id=actor.user_id).first()
    if found is None:
        raise NotVisible
    return found


def versions_of(shelf: Shelf) -> list[FileVersion]:
    """What a record's page shows: current versions, those being checked and those refused."""
    rows = FileVersion._default_manager.filter(
        file__entity=shelf.entity.slug, file__record_id=shelf.pk
    )
    shown = Q(number=F("file__current")) | Q(state__in=(State.CHECKING, State.REJECTED))
    found = rows.filter(shown).select_related("file", "uploaded_by")
    return list(found.order_by("-file_id", "-id"))


def tell(shelf: Shelf, verb: str, file: File, *, actor: Actor, origin: str, **details: Any) -> None:
    """Record what happened to a file as an event of its record: file.added."""
    facts = {"file": file.pk, "name": file.name, **details}
    ids = [shelf.pk]
    events.record(shelf.entity, f"file.{verb}", ids, actor=actor, origin=origin, details=facts)
