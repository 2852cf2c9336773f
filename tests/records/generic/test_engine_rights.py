"""Who may do what, for every entity, role and verb, in the engine itself."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.rights import Audience, Verb, may
from app.records import changes
from app.records.errors import Forbidden, Invalid, NotVisible
from tests.factories import least, sample
from tests.records.generic.matrix import PEOPLE, reach
from tests.records.helpers import actor


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("name", PEOPLE)
def test_a_verb_reaches_these_rows_and_no_others(entity, rows, request, name, verb):
    who = actor(request.getfixturevalue(name))
    found = set(entity.queryset(who, verb).values_list("pk", flat=True))
    reached = {owner for owner, row in rows.items() if row.pk in found}
    assert reached == reach(entity, name, verb)
    assert may(who, verb, entity) == bool(reached)


@pytest.mark.parametrize("name", PEOPLE)
def test_creating_takes_the_right_to_create(entity, workspace, alice, request, name):
    user = request.getfixturevalue(name)
    values = least(entity, by=alice, stamp="Zebra")
    if entity.audience is Audience.OWNED and name == "charlie":
        values = theirs(entity, alice, user)
    if reach(entity, name, Verb.CREATE):
        row = changes.create(entity, values, actor=actor(user))
        assert row.owner_id == user.pk
    else:
        with pytest.raises(Forbidden):
            changes.create(entity, values, actor=actor(user))


def theirs(entity: Any, alice: Any, user: Any) -> dict[str, Any]:
    """Least values whose related rows belong to this person."""
    values = least(entity, by=alice, stamp="Zebra")
    for field in entity.relations:
        if field.key in values and field.target != "people":
            values[field.key] = sample(field.target, by=alice, owner=user).pk
    return values


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("verb", [Verb.CHANGE, Verb.DELETE])
def test_writing_answers_by_what_is_seen_and_what_is_allowed(entity, rows, request, name, verb):
    who = actor(request.getfixturevalue(name))
    for owner, row in rows.items():
        if owner not in reach(entity, name, Verb.VIEW):
            expected: Any = NotVisible
        elif owner not in reach(entity, name, verb):
            expected = Forbidden
        else:
            expected = None
        act(entity, row, verb, who, expected)


def act(entity: Any, row: Any, verb: Verb, who: Any, expected: Any) -> None:
    def run() -> None:
        if verb is Verb.CHANGE:
            changes.update(entity, row.pk, {"name": "Okapi"}, actor=who, version=None)
        else:
            changes.delete(entity, row.pk, actor=who, version=None)

    if expected is None:
        run()
    else:
        with pytest.raises(expected):
            run()


@pytest.mark.parametrize("name", PEOPLE)
def test_the_recycle_bin_shows_what_one_might_have_deleted(entity, rows, alice, request, name):
    for row in rows.values():
        changes.delete(entity, row.pk, actor=actor(alice), version=None)
    who = actor(request.getfixturevalue(name))
    found = set(entity.deleted(who).values_list("pk", flat=True))
    assert {o for o, row in rows.items() if row.pk in found} == reach(entity, name, Verb.DELETE)
    for owner, row in rows.items():
        if owner not in reach(entity, name, Verb.DELETE):
            with pytest.raises(NotVisible):
                changes.restore(entity, row.pk, actor=who)


@pytest.mark.parametrize("name", PEOPLE)
def test_giving_a_row_away_takes_the_right_to_assign(entity, rows, request, charlie, bob, name):
    who = actor(request.getfixturevalue(name))
    for owner, row in rows.items():
        for target in (charlie, bob):
            if row.owner_id == target.pk or owner not in reach(entity, name, Verb.CHANGE):
                continue
            near = reach(entity, name, Verb.ASSIGN)
            allowed = owner in near and target.name.split()[0].lower() in near
            give(entity, row, target, who, allowed=allowed)


def give(entity: Any, row: Any, target: Any, who: Any, *, allowed: bool) -> None:
    values = {"owner_id": target.pk}
    if allowed:
        changes.update(entity, row.pk, values, actor=who, version=None)
        entity.model._default_manager.filter(pk=row.pk).update(owner_id=row.owner_id)
        return
    with pytest.raises((Invalid, NotVisible)):
        changes.update(entity, row.pk, values, actor=who, version=None)


def test_a_relation_cannot_point_at_a_row_that_its_writer_does_not_see(
    entity, workspace, alice, bob, charlie
):
    hidden = [f for f in entity.relations if not f.read_only and is_owned(f)]
    for field in hidden:
        secret = sample(field.target, by=alice, owner=bob, stamp="Secret")
        values = {**theirs(entity, alice, charlie), field.key: secret.pk}
        with pytest.raises(Invalid) as caught:
            changes.create(entity, values, actor=actor(charlie))
        assert field.key in caught.value.errors
        own = changes.create(entity, theirs(entity, alice, charlie), actor=actor(charlie))
        with pytest.raises(Invalid):
            changes.update(entity, own.pk, {field.key: secret.pk}, actor=actor(charlie), version=1)
    for slug in entity.links_to:
        links = [{"entity": slug, "id": sample(slug, by=alice, owner=bob, stamp="Secret").pk}]
        if slug != "products":
            values = theirs(entity, alice, charlie)
            with pytest.raises(Invalid):
                changes.create(entity, values, actor=actor(charlie), links=links)


def is_owned(field: Any) -> bool:
    from app.records import registry

    return field.target != "people" and registry.get(field.target).audience is Audience.OWNED


def test_the_test_above_saw_relations():
    from app.records import registry

    seen = [f for one in registry.all_entities() for f in one.relations if is_owned(f)]
    assert len(seen) >= 5
