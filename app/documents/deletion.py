"""Deleting a file, bringing it back, and the end of it: all versions, all pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb
from app.documents import leaving, quota
from app.documents.files import find_file, held_shelf, tell
from app.documents.models import File, FileVersion
from app.records.entity import Entity
from app.records.errors import Refused
from app.records.writing import atomic

State = FileVersion.State
#: Days for which a deleted file can be brought back.
KEPT_DAYS = 30


def delete(pk: int, *, actor: Actor, origin: str = "page") -> File:
    """Put a file among the deleted ones of its record. Raises NotVisible, Forbidden."""
    with atomic():
        file, shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
        held_shelf(shelf.entity, shelf.pk, actor=actor)
        file.deleted_at, file.deleted_by_id = timezone.now(), actor.user_id
        file.save(update_fields=["deleted_at", "deleted_by"])
        tell(shelf, "deleted", file, actor=actor, origin=origin)
    return file


def restore(pk: int, *, actor: Actor, origin: str = "page") -> File:
    """Bring a deleted file back. Raises NotVisible, Forbidden."""
    with atomic():
        file, shelf = find_file(pk, actor=actor, verb=Verb.CHANGE, deleted=True)
        held_shelf(shelf.entity, shelf.pk, actor=actor)
        file.deleted_at = file.deleted_by_id = None
        file.save(update_fields=["deleted_at", "deleted_by"])
        tell(shelf, "restored", file, actor=actor, origin=origin)
    return file


def purge_deleted(pk: int, *, actor: Actor, origin: str = "page") -> File:
    """Take a deleted file away for good and free its room. Raises NotVisible, Forbidden."""
    with atomic():
        file, shelf = find_file(pk, actor=actor, verb=Verb.DELETE, deleted=None)
        if file.deleted_at is None:
            raise Refused(_("Delete the file first."))
        tell(shelf, "purged", file, actor=actor, origin=origin)
        purge([file.pk])
    return file


def purge(ids: Iterable[int]) -> None:
    """Take files away for good: rows and room now, objects by a job that does not give up."""
    with atomic():
        rows = FileVersion._default_manager.filter(file__in=list(ids)).select_for_update(
            of=("self",)
        )
        versions = list(rows)
        stored = sum(v.size for v in versions if v.state == State.READY)
        held = sum(v.size for v in versions if v.state in (State.PENDING, State.CHECKING))
        if stored:
            quota.free(stored)
        if held:
            quota.release(held)
        leaving.leave(key for v in versions for key in (v.key, *v.pictures))
        rows.delete()
        File._default_manager.filter(pk__in=list(ids)).delete()


def purge_files_of(entity: Entity, ids: Sequence[int]) -> None:
    """Records are purged: their files go with them."""
    files = File._default_manager.filter(entity=entity.slug, record_id__in=list(ids))
    found = list(files.values_list("pk", flat=True))
    if found:
        purge(found)
