"""Taking rows out for good that nothing came to depend on: what an undo does with new rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import CASCADE, ForeignObjectRel
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.records import events, search, writing
from app.records.batch import BatchResult, Outcome
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible, RecordError, Refused, Stale
from app.records.models import Link

Companion = Callable[[Entity, Sequence[int]], None]
_companions: list[Companion] = []


def along(companion: Companion) -> Companion:
    """Let another app take away what hangs on purged rows, in the same transaction."""
    if companion not in _companions:
        _companions.append(companion)
    return companion


def purge_many(
    entity: Entity, rows: Sequence[tuple[int, int]], *, actor: Actor, origin: str
) -> BatchResult:
    """Remove live rows as they stood at their version; each is kept for a reason of its own.

    `rows` are pairs of id and version. An outcome is "purged" or "failed".
    """
    with writing.atomic():
        problems = refusals(entity, dict(rows), actor=actor)
        good = {pk for pk, _version in rows if pk not in problems}
        used = in_use(entity, good)
        good -= used
        problems |= {pk: Refused(_("Other records depend on it.")) for pk in used}
        remove(entity, good, actor=actor, origin=origin)
    return BatchResult([outcome(pk, problems.get(pk)) for pk, _version in rows])


def outcome(pk: int, problem: RecordError | None) -> Outcome:
    """What became of one row."""
    if problem is None:
        return Outcome(pk, "purged", {})
    return Outcome(pk, "failed", {"id": [str(problem)]}, error=problem)


def refusals(entity: Entity, versions: dict[int, int], *, actor: Actor) -> dict[int, RecordError]:
    """Rows that are gone, not the actor's to delete, or changed since."""
    rows = entity.queryset(actor).filter(pk__among=versions).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",))}
    problems: dict[int, RecordError] = {}
    for pk, version in versions.items():
        row = found.get(pk)
        if row is None:
            problems[pk] = NotVisible()
        elif not owner_in_reach(actor, Verb.DELETE, entity, row.owner_id):
            problems[pk] = Forbidden()
        elif row.version != version:
            problems[pk] = Stale(row)
        elif reason := must_stay(entity, row):
            problems[pk] = reason
    return problems


def must_stay(entity: Entity, row: Any) -> Refused | None:
    """Why the entity keeps the row, if it does."""
    try:
        entity.check_deletion(row)
    except Refused as refusal:
        return refusal
    return None


def in_use(entity: Entity, ids: set[int]) -> set[int]:
    """Those that something points at which does not go along, deleted rows included."""
    used: set[int] = set()
    while left := ids - used:
        found = referred(entity, left)
        if not found:
            break
        used |= found
    return used


def referred(entity: Entity, ids: set[int]) -> set[int]:
    """Those that rows outside of the set point at."""
    found: set[int] = set()
    for relation in pointing_at(entity.model, cascading=False):
        column = relation.field.attname
        rows = relation.related_model._default_manager.filter(**{f"{column}__among": ids})
        if relation.related_model is entity.model:
            rows = rows.exclude(pk__among=ids)
        found.update(rows.values_list(column, flat=True))
    links = Link._default_manager.filter(target=entity.slug, target_id__among=ids)
    found.update(links.values_list("target_id", flat=True))
    return found


def pointing_at(model: Any, *, cascading: bool) -> Iterator[Any]:
    """The foreign keys to the model whose rows go along with it, or those that hold it."""
    for relation in model._meta.get_fields(include_hidden=True):
        is_key = isinstance(relation, ForeignObjectRel) and not relation.many_to_many
        if is_key and (relation.on_delete is CASCADE) is cascading:
            yield relation


def remove(entity: Entity, ids: Iterable[int], *, actor: Actor, origin: str) -> None:
    """Delete the rows, their parts, their links and what search knows of them."""
    gone = sorted(ids)
    if not gone:
        return
    event = events.name_of(entity, "purged")
    events.announce(event)
    for relation in pointing_at(entity.model, cascading=True):
        parts = relation.related_model._default_manager
        parts.filter(**{f"{relation.field.attname}__among": gone})._raw_delete(parts.db)
    Link._default_manager.filter(source=entity.slug, source_id__among=gone).delete()
    search.remove(entity, gone)
    for companion in _companions:
        companion(entity, gone)
    rows = entity.model._default_manager.filter(pk__among=gone)
    rows._raw_delete(rows.db)
    events.record(entity, event, gone, actor=actor, origin=origin)
