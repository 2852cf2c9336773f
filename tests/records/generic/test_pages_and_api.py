"""The same rows, the same refusals, in every channel, for every entity and every role."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from app.access.rights import Audience, Verb
from app.records import actions, changes, registry
from tenants.context import Ref, use_tenant
from tests.factories import dependents_last, sample
from tests.isolation.fixtures import undone
from tests.isolation.surface import text_of
from tests.isolation.world import json_body, page_form, token_of
from tests.records.generic.channels import Desk, seen_in, shown
from tests.records.generic.matrix import PEOPLE, reach
from tests.records.helpers import actor


@pytest.fixture
def rows(entity: Any, two: Any, alice: Any, bob: Any, charlie: Any, dora: Any) -> dict[str, int]:
    """A row of each of four people, by first name."""
    people = {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora}
    with use_tenant(two[0]):
        return {
            name: sample(entity.slug, by=alice, owner=person, name=f"Zq{name}").pk
            for name, person in people.items()
        }


@pytest.fixture(params=PEOPLE)
def desk(request: Any, two: Any, browser: Any) -> Desk:
    """Each of the five people in turn."""
    user = request.getfixturevalue(request.param)
    return Desk(two[0], browser(user), token_of(user, ref=two[0]), user)


@pytest.fixture
def name(desk: Desk) -> str:
    """The first name of whoever sits there."""
    return str(desk.user.name.split()[0].lower())


def test_every_way_to_read_shows_the_same_rows(entity, rows, desk, name):
    found = seen_in(entity, rows, desk)
    assert found == dict.fromkeys(found, reach(entity, name, Verb.VIEW))


def test_one_row_is_there_or_not_in_every_channel(entity, rows, desk, name):
    for owner, pk in rows.items():
        expected = 200 if owner in reach(entity, name, Verb.VIEW) else 404
        answers = {
            "page": desk.page(f"/{entity.slug}/{pk}/"),
            "API": desk.api("GET", f"{entity.slug}/{pk}"),
            "API links": desk.api("GET", f"{entity.slug}/{pk}/links"),
        }
        for way, answer in answers.items():
            assert answer.status_code == expected, (way, owner)
            if expected == 404:
                assert not shown(text_of(answer), rows), (way, owner)


def test_the_file_holds_what_one_may_export(entity, rows, desk, name):
    allowed = reach(entity, name, Verb.EXPORT)
    every = {"do": "export", "id": list(rows.values())}
    for answer in (
        desk.page(f"/{entity.slug}/export/?limit=200"),
        desk.page(f"/{entity.slug}/bulk/", every),
    ):
        if answer.status_code == 200:
            assert shown(text_of(answer), rows) == allowed
        else:
            assert answer.status_code == 403
            assert not allowed


def test_acts_on_chosen_rows_take_their_right(entity, rows, two, desk, name):
    path, chosen = f"/{entity.slug}/bulk/", {"id": list(rows.values())}
    for act, verb in (("assign", Verb.ASSIGN), ("delete", Verb.DELETE)):
        allowed = bool(reach(entity, name, verb))
        sent = {**chosen, "do": act, "owner_id": desk.user.pk}
        assert desk.page(path, sent).status_code == (302 if allowed else 403), act
    for act in ("", "nonsense"):
        assert desk.page(path, {**chosen, "do": act}).status_code == 400
    with use_tenant(two[0]):
        assert entity.model._default_manager.filter(deleted_at=None).count() >= len(rows)


def test_the_recycle_bin_is_for_who_may_delete(entity, rows, two, alice, desk, name):
    with use_tenant(two[0]):
        for pk in rows.values():
            changes.delete(entity, pk, actor=actor(alice), version=None)
    allowed = reach(entity, name, Verb.DELETE)
    answer = desk.page(f"/{entity.slug}/recycle-bin/")
    assert answer.status_code == (200 if allowed else 403)
    assert shown(text_of(answer), rows) == allowed
    for owner, pk in rows.items():
        back = desk.page(f"/{entity.slug}/{pk}/restore/", {})
        expected = 302 if owner in allowed else 404
        assert back.status_code in ({302} if owner in allowed else {403, 404}), owner
        api = desk.api("POST", f"{entity.slug}/{pk}/restore", {})
        assert api.status_code == (200 if expected == 302 else 404), owner


def answer_for(entity: Any, name: str, owner: str, verb: Verb, good: int) -> int:
    """404 for what is not seen, 403 for what may not be done, else the good answer."""
    if owner not in reach(entity, name, Verb.VIEW):
        return 404
    return good if owner in reach(entity, name, verb) else 403


def test_changing_is_refused_alike_in_every_channel(entity, rows, desk, name):
    new = {"name": "Okapi"}
    for owner, pk in rows.items():
        page, api = f"/{entity.slug}/{pk}/", f"{entity.slug}/{pk}"
        expect = partial(answer_for, entity, name, owner, Verb.CHANGE)
        assert desk.page(f"{page}edit/").status_code == expect(200), owner
        sent = {**new, "version": "1"}
        assert desk.page(f"{page}edit/", sent).status_code == expect(302), owner
        assert desk.page(f"{page}field/name/", sent).status_code == expect(302), owner
        assert desk.api("PATCH", api, new, If_Match="1").status_code == expect(200), owner
        assert desk.api("PATCH", api, new).status_code == expect(428), owner
        bulk = desk.api("POST", f"{entity.slug}/bulk", bulk_of(pk))
        assert bulk.status_code == (200 if expect(200) == 200 else 422), owner
        for act in actions.of(entity):
            body = {param.name: "x" for param in act.params if param.required}
            done = desk.api("POST", f"{api}/{act.name}", body).status_code
            assert done in ({200, 409} if expect(200) == 200 else {expect(200)}), (owner, act)
            ask = desk.page(f"{page}actions/{act.name}/").status_code
            assert ask == expect(200), (owner, act)


def bulk_of(pk: int) -> dict[str, Any]:
    """A change of one row in the form of many."""
    rows = [{"id": pk, "name": "Okapi"}]
    return {"mode": "all_or_nothing", "operation": "update", "records": rows}


def test_deleting_is_refused_alike_in_every_channel(entity, rows, desk, name):
    for owner, pk in rows.items():
        page, api = f"/{entity.slug}/{pk}/delete/", f"{entity.slug}/{pk}"
        good = answer_for(entity, name, owner, Verb.DELETE, 200)
        assert desk.page(page).status_code == good, owner
        sent = desk.page(page, {"version": "1"}).status_code
        assert sent == (302 if good == 200 else good), owner
        gone = desk.api("DELETE", api, If_Match="1").status_code
        assert gone == (204 if good == 200 else good), owner


def test_making_takes_the_right_in_every_channel(entity, two, alice, desk, name):
    """Also the empty form: rita gets 403, where a prototype showed it."""
    allowed = bool(reach(entity, name, Verb.CREATE))
    related = related_of(entity, two[0], alice, desk.user)
    form = page_form(entity.slug, related, stamp="Okapi", owner=desk.user.pk)
    body = json_body(entity.slug, related, stamp="Okapi", owner=desk.user.pk)
    assert desk.page(f"/{entity.slug}/new/").status_code == (200 if allowed else 403)
    assert desk.page(f"/{entity.slug}/new/", form).status_code == (302 if allowed else 403)
    assert desk.api("POST", entity.slug, body).status_code == (201 if allowed else 403)
    many = {"mode": "row_by_row", "operation": "create", "records": [body]}
    assert desk.api("POST", f"{entity.slug}/bulk", many).status_code == (200 if allowed else 403)


def related_of(entity: Any, ref: Ref, alice: Any, user: Any) -> dict[str, int]:
    """Rows of this person's that the entity's relations and links can point at."""
    rows: dict[str, int] = {}
    with use_tenant(ref):
        for other in dependents_last():
            given = {
                f.key: rows[str(f.target)] for f in other.writable.values() if f.target in rows
            }
            if entity.slug not in {other.slug, *(field.target for field in other.relations)}:
                rows[other.slug] = sample(other.slug, by=alice, owner=user, **given).pk
    return rows


def test_importing_takes_the_right(entity, desk, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    allowed = bool(reach(entity, name, Verb.IMPORT))
    file = SimpleUploadedFile("rows.csv", b"id,name\n1,Okapi\n")
    with undone(desk.ref):
        answer = desk.client.post(
            "/api/v1/imports",
            {"entity": entity.slug, "mode": "apply", "file": file},
            headers={"authorization": f"Bearer {desk.token}"},
        )
    assert answer.status_code in ({202, 422} if allowed else {403})
    assert desk.page("/settings/imports/new/").status_code == (
        200 if may_import_anything(name) else 403
    )


def may_import_anything(name: str) -> bool:
    """Whether this person may import any kind of record."""
    return any(reach(one, name, Verb.IMPORT) for one in registry.all_entities())


def test_a_filter_by_a_relation_offers_only_what_is_seen(entity, two, desk, name, alice, bob):
    """The choices of filters, forms and pickers: hidden rows leaked there in a prototype."""
    owned = [
        field
        for field in entity.relations
        if field.target != "people" and registry.get(field.target).audience is Audience.OWNED
    ]
    visible = "bob" in reach(registry.get("accounts"), name, Verb.VIEW)
    for field in owned:
        with use_tenant(two[0]):
            secret = sample(field.target, by=alice, owner=bob, name="Zqbob")
        ways = {
            "picker": f"/{entity.slug}/lookup/?field={field.name}&q=Zqb",
            "chip": f"/{entity.slug}/?{field.key}={secret.pk}",
        }
        if field.key in entity.writable and reach(entity, name, Verb.CREATE):
            ways["form"] = f"/{entity.slug}/new/?{field.key}={secret.pk}"
        for way, path in ways.items():
            assert ("Zqbob" in text_of(desk.page(path))) == visible, (way, field.name)
        menu = text_of(desk.page(f"/{entity.slug}/filter/?field={field.name}"))
        assert visible or "Zqbob" not in menu


def test_a_related_list_shows_the_rows_that_are_seen(entity, two, desk, name, alice):
    people = {p.name.split()[0].lower(): p for p in people_of(two[0])}
    tried = 0
    for slug in entity.related_lists:
        other = registry.get(slug)
        links = [f for f in other.relations if f.target == entity.slug and not f.read_only]
        for field in links[:1]:
            with use_tenant(two[0]):
                parent = sample(entity.slug, by=alice, owner=desk.user, name="Parent")
                rows = {
                    owner: sample(
                        slug,
                        by=alice,
                        owner=people[owner],
                        name=f"Zq{owner}",
                        **{field.key: parent.pk},
                    ).pk
                    for owner in ("alice", "bob", "charlie", "dora")
                }
            text = text_of(desk.page(f"/{entity.slug}/{parent.pk}/"))
            assert shown(text, rows) == reach(other, name, Verb.VIEW), slug
            tried += 1
    assert tried or not entity.related_lists or entity.slug in ("contacts", "deals")


def people_of(ref: Ref) -> list[Any]:
    from app.access.models import User

    with use_tenant(ref):
        return list(User.objects.all())
