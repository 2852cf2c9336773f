"""The one way to write records: rights, rules, version, row, event, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, may, owner_in_reach
from app.records import events, links, relations, search, uniqueness, writing
from app.records.batch import BatchResult, Draft, outcome_of
from app.records.cleaning import clean
from app.records.deletion import delete, restore
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible, Stale
from app.records.models import Record

__all__ = ["create", "create_many", "delete", "restore", "update", "update_many"]

Values = dict[str, Any]


def create(
    entity: Entity, values: Values, *, actor: Actor, links: Any = None, origin: str = "page"
) -> Any:
    """Make one record. Raises Forbidden, Invalid."""
    row = values if links is None else {**values, "links": links}
    return only(_create(entity, [row], actor=actor, origin=origin))


def create_many(
    entity: Entity, rows: Sequence[Values], *, actor: Actor, origin: str
) -> BatchResult:
    """Make many; each row succeeds or fails by itself. Raises Forbidden for the whole."""
    drafts = _create(entity, rows, actor=actor, origin=origin)
    return BatchResult([outcome_of(draft) for draft in drafts])


def update(
    entity: Entity,
    pk: int,
    values: Values,
    *,
    actor: Actor,
    version: int | None,
    links: Any = None,
    origin: str = "page",
) -> Any:
    """Change one record as it stood at `version`. Raises NotVisible, Forbidden, Stale, Invalid."""
    row = {**values, "id": pk, "version": version}
    if links is not None:
        row["links"] = links
    return only(_update(entity, [row], actor=actor, origin=origin))


def update_many(
    entity: Entity, rows: Sequence[Values], *, actor: Actor, origin: str
) -> BatchResult:
    """Change many; each row names its `id`, and its `version` where that matters."""
    drafts = _update(entity, rows, actor=actor, origin=origin)
    return BatchResult([outcome_of(draft) for draft in drafts])


def only(drafts: list[Draft]) -> Record:
    """The one row of a batch of one, or its refusal."""
    draft = drafts[0]
    if draft.error is not None:
        raise draft.error
    row: Record = draft.row
    return row


def _create(entity: Entity, rows: Sequence[Values], *, actor: Actor, origin: str) -> list[Draft]:
    if not may(actor, Verb.CREATE, entity):
        raise Forbidden
    drafts = [new_draft(entity, values, actor=actor) for values in rows]
    with writing.atomic():
        _write(entity, drafts, "created", writing.insert, actor=actor, origin=origin)
    return drafts


def new_draft(entity: Entity, values: Values, *, actor: Actor) -> Draft:
    """A row that does not exist yet; its owner is who makes it, unless given."""
    given = {key: value for key, value in values.items() if key != "links"}
    row = entity.blank_row()
    row.owner_id = actor.keeper_id
    return Draft(row, True, given, base_currency=actor.base_currency, links=values.get("links"))


def _update(entity: Entity, rows: Sequence[Values], *, actor: Actor, origin: str) -> list[Draft]:
    with writing.atomic():
        found = locked(entity, [values["id"] for values in rows], actor=actor)
        drafts = [old_draft(entity, values, found, actor=actor) for values in rows]
        _write(entity, drafts, "updated", writing.update, actor=actor, origin=origin)
    return drafts


def locked(entity: Entity, ids: list[int], *, actor: Actor) -> dict[int, Any]:
    """The visible rows of these keys, locked in the order of their keys."""
    rows = entity.queryset(actor).filter(pk__among=ids).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}


def old_draft(entity: Entity, values: Values, found: dict[int, Any], *, actor: Actor) -> Draft:
    """A stored row about to change, or the reason why it may not."""
    given = {key: value for key, value in values.items() if key not in ("id", "version", "links")}
    row = found.pop(values["id"], None)
    draft = Draft(row, False, given, base_currency=actor.base_currency, links=values.get("links"))
    if row is None:
        draft.problem = NotVisible()
        return draft
    draft.before = {
        field.attname: getattr(row, field.attname) for field in entity.model._meta.concrete_fields
    }
    version = values.get("version")
    if not owner_in_reach(actor, Verb.CHANGE, entity, row.owner_id):
        draft.problem = Forbidden()
    elif version is not None and version != row.version:
        draft.problem = Stale(row)
    return draft


def _write(
    entity: Entity,
    drafts: list[Draft],
    verb: str,
    write: Callable[[Entity, list[Draft]], None],
    *,
    actor: Actor,
    origin: str,
) -> None:
    """Judge the batch, write what is good, and tell of it."""
    check(entity, drafts, actor=actor, origin=origin)
    good = [draft for draft in drafts if draft.good]
    writing.find_changes(entity, good)
    moved = [d for d in good if d.is_new or d.changed or d.wanted_links is not None]
    if not moved:
        return
    event = events.name_of(entity, verb)
    writing.stamp(moved, actor=actor)
    events.announce(event)
    done = writing.write_or_explain(entity, moved, write)
    if not done:
        return
    links.write_links(entity, done, actor=actor)
    entity.written(done, actor=actor, origin=origin)
    search.index(entity, [draft.row for draft in done if is_searched(entity, draft)])
    details = {"given": given} if (given := given_away(done, actor=actor)) else {}
    ids = [draft.row.pk for draft in done]
    events.record(entity, event, ids, actor=actor, origin=origin, details=details)


def given_away(drafts: list[Draft], *, actor: Actor) -> dict[str, list[int]]:
    """The rows that somebody else got by this write, by the key of the new owner."""
    found: dict[str, list[int]] = {}
    for draft in drafts:
        owner = draft.row.owner_id
        is_theirs = owner is not None and owner != actor.user_id
        if is_theirs and (draft.is_new or "owner" in draft.changed):
            found.setdefault(str(owner), []).append(draft.row.pk)
    return found


def is_searched(entity: Entity, draft: Draft) -> bool:
    """Whether the write changes what global search knows of the row."""
    return draft.is_new or bool(draft.changed & {*entity.search_fields, "name", "owner"})


def check(entity: Entity, drafts: list[Draft], *, actor: Actor, origin: str) -> None:
    """All rules, from the single value to the whole batch."""
    whole = [draft for draft in drafts if draft.problem is None]
    clean(entity, whole)
    links.check_links(entity, whole, actor=actor)
    relations.check_relations(entity, good(whole), actor=actor)
    relations.check_owners(entity, good(whole), actor=actor)
    relations.check_loops(entity, good(whole))
    writing.find_changes(entity, good(whole))
    entity.prepare(good(whole), actor=actor, origin=origin)
    check_models(entity, good(whole))
    writing.find_changes(entity, good(whole))
    uniqueness.check_unique(entity, good(whole))


def good(drafts: list[Draft]) -> list[Draft]:
    """Those that nothing stands against so far."""
    return [draft for draft in drafts if draft.good]


def check_models(entity: Entity, drafts: list[Draft]) -> None:
    """Rules between fields, where the model defines any."""
    if entity.model.clean is Record.clean:
        return
    for draft in drafts:
        try:
            draft.row.clean()
        except ValidationError as error:
            note(draft, error)


def note(draft: Draft, error: ValidationError) -> None:
    """Put a model's own refusal on the draft."""
    if hasattr(error, "error_dict"):
        for key, messages in error.message_dict.items():
            for message in messages:
                draft.refuse("name" if key == NON_FIELD_ERRORS else key, message)
    else:
        for message in error.messages:
            draft.refuse("name", message or _("Enter a valid value."))
