"""Taking an import back: records as they were, except those that somebody edited since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from django.utils.translation import override

from app.access import people
from app.access.actors import Actor, load_actor
from app.access.restriction import ReadOnly, need_writable
from app.imports.models import Import, ImportExtra, StagedRow
from app.imports.outcomes import as_json
from app.imports.staging import ADMINISTRATORS
from app.records import changes, registry
from app.records.batch import Outcome
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible, Stale
from app.records.fields import PEOPLE
from app.records.purging import purge_many
from app.records.writing import atomic, cursor
from tenants.context import bind_actor

BATCH = 1_000
State, Undo = StagedRow.Outcome, StagedRow.Undo
NOTE = """
UPDATE imports_stagedrow AS r SET undo = v.undo, errors = v.errors,
    version = coalesce(v.version, r.version)
FROM json_to_recordset(%s::json) AS v(id bigint, undo smallint, errors jsonb, version int)
WHERE r.id = v.id
"""
#: What an earlier import left is there again: its own undo must know the new version.
FOLLOW = """
UPDATE imports_stagedrow AS r SET version = o.now
FROM (SELECT record_id, (before ->> 'version')::int AS was, version AS now
      FROM imports_stagedrow WHERE parent_id = %s AND outcome = %s AND undo = %s) AS o
WHERE r.record_id = o.record_id AND r.version = o.was AND r.parent_id IN (
    SELECT id FROM imports_import WHERE entity = %s AND id <> %s AND undo = '')
"""


def undo(import_id: int) -> None:
    """Do what is left of taking the import back; safe to call again after any crash."""
    made = Import._default_manager.get(pk=import_id)
    if made.undo not in (Import.Undo.QUEUED, Import.Undo.RUNNING):
        return
    actor = load_actor(made.undo_by_id or made.actor_id)
    with bind_actor(actor.user_id if actor else None), override(actor.language if actor else "en"):
        if actor is None:
            end(made, Import.Undo.FAILED, _("You may no longer sign in."))
            return
        made.undo = Import.Undo.RUNNING
        made.save(update_fields=["undo"])
        try:
            take_back(made, actor=actor)
        except ReadOnly as problem:
            end(made, Import.Undo.FAILED, str(problem))
            return
        except Exception:
            end(made, Import.Undo.FAILED, _("The undo stopped by a fault of ours."))
            raise
        end(made, Import.Undo.DONE, "")


def end(made: Import, state: Import.Undo, error: str) -> None:
    """Note how it ended."""
    made.undo, made.error = state, error or made.error
    made.save(update_fields=["undo", "error"])


def take_back(made: Import, *, actor: Actor) -> None:
    """Rows in batches, the changed ones first; then what was made on the way."""
    entity = registry.get(made.entity)
    for step in (restore_batch, remove_batch):
        more = True
        while more:
            with atomic():
                need_writable()
                hold(made)
                more = step(made, entity, actor=actor)
                made.save(update_fields=["undone", "kept"])
    with atomic():
        hold(made)
        follow(made)
        remove_extras(made, actor=actor)


def hold(made: Import) -> None:
    """Two workers at one undo wait for each other and read the counts anew."""
    fresh = Import._default_manager.select_for_update().get(pk=made.pk)
    made.undone, made.kept = fresh.undone, fresh.kept


def restore_batch(made: Import, entity: Entity, *, actor: Actor) -> bool:
    """Give changed records their former values."""
    lines = list(made.lines.filter(outcome=State.UPDATED, undo=Undo.PENDING).order_by("id")[:BATCH])
    if not lines:
        return False
    rows = [former(line) for line in lines]
    result = changes.update_many(entity, rows, actor=actor, origin="undo")
    note(made, lines, result.outcomes)
    return True


def former(line: StagedRow) -> dict[str, Any]:
    """What the record held, to be written back over what the import left."""
    held = {key: value for key, value in (line.before or {}).items() if key != "version"}
    return {**held, "id": line.record_id, "version": line.version}


def follow(made: Import) -> None:
    """Tell earlier imports that what they left is there again, under a new version."""
    with cursor() as handle:
        # Fresh staging rows have no statistics: a nested loop would take hours.
        handle.execute("SET LOCAL enable_nestloop = off")
        handle.execute(FOLLOW, [made.pk, State.UPDATED, Undo.UNDONE, made.entity, made.pk])
        handle.execute("SET LOCAL enable_nestloop = DEFAULT")


def remove_batch(made: Import, entity: Entity, *, actor: Actor) -> bool:
    """Take out created records, the youngest first: what points at others came after them."""
    waiting = made.lines.filter(outcome=State.CREATED, undo=Undo.PENDING)
    lines = list(waiting.order_by("-record_id")[:BATCH])
    if not lines:
        return False
    pairs = [(line.record_id or 0, line.version or 0) for line in lines]
    result = purge_many(entity, pairs, actor=actor, origin="undo")
    note(made, lines, result.outcomes)
    return True


def note(made: Import, lines: Sequence[StagedRow], outcomes: Sequence[Outcome]) -> None:
    """Write beside each row what became of it."""
    rows = []
    for line, outcome in zip(lines, outcomes, strict=True):
        failed = outcome.status == "failed"
        errors = {"": [reason(outcome)]} if failed else None
        undo = Undo.KEPT if failed else Undo.UNDONE
        version = None if failed else outcome.version
        rows.append({"id": line.pk, "undo": int(undo), "errors": errors, "version": version})
        made.kept += failed
        made.undone += not failed
    with cursor() as handle:
        handle.execute(NOTE, [as_json(rows)])


def reason(outcome: Outcome) -> str:
    """Why a record stays as it is."""
    if isinstance(outcome.error, Stale):
        return _("Kept: it was changed since.")
    if isinstance(outcome.error, NotVisible):
        return _("Kept: it was deleted since, or you may not see it.")
    if isinstance(outcome.error, Forbidden):
        return _("Kept: you may not change it.")
    words = [message for some in outcome.errors.values() for message in some]
    return _("Kept: %(reason)s") % {"reason": " ".join(words)}


def remove_extras(made: Import, *, actor: Actor) -> None:
    """What the import made on the way goes too, where nothing else came to use it."""
    for extra in made.extras.filter(kept="").order_by("-id"):
        problem = (
            remove_person(extra, actor=actor)
            if extra.target == PEOPLE
            else remove_one(extra, actor=actor)
        )
        if problem:
            ImportExtra._default_manager.filter(pk=extra.pk).update(kept=problem)
        else:
            extra.delete()


def remove_one(extra: ImportExtra, *, actor: Actor) -> str:
    """Remove a record; answers why not."""
    pair = (extra.record_id, extra.version or 0)
    result = purge_many(registry.get(extra.target), [pair], actor=actor, origin="undo")
    outcome = result.outcomes[0]
    return reason(outcome) if outcome.status == "failed" else ""


def remove_person(extra: ImportExtra, *, actor: Actor) -> str:
    """Remove a person who still has no seat and owns nothing; answers why not."""
    if actor.role not in ADMINISTRATORS:
        return _("Kept: you may not change it.")
    person = get_user_model()._default_manager.filter(pk=extra.record_id).first()
    if person is None:
        return ""
    if person.has_seat:
        return _("Kept: it was changed since.")
    try:
        with atomic():
            people.remove_person(person, by=actor)
    except (ProtectedError, RestrictedError):
        return _("Kept: other records depend on it.")
    return ""
