"""A manager reaches the rows of the people under him, in every channel, as the tree stands now.

Dora leads charlie, who is in another team; charlie leads erin. Bob is in dora's team but not
under her; frank is beside her, in charlie's team. None of them signs in again when it changes.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.access.models import Team, User, Workspace
from app.access.rights import Audience
from app.access.tree import place_under
from app.imports.reports import error_rows
from app.records import actions, changes
from tenants.context import use_tenant
from tests.factories import sample
from tests.imports.conftest import actor_of, import_file
from tests.isolation.fixtures import files_of
from tests.isolation.surface import text_of
from tests.isolation.world import token_of
from tests.records.generic.channels import Desk, seen_in, shown
from tests.records.helpers import actor

#: Rows of other entities belong to everybody.
pytestmark = pytest.mark.entities(lambda one: one.audience is Audience.OWNED)
NAMES = ("dora", "bob", "charlie", "erin", "frank")
#: Whose rows dora reaches: by her team and the tree, or by the tree alone.
TODAY = {
    "team": {"dora", "bob", "charlie", "erin"},
    "under": {"dora", "charlie", "erin"},
    "own": {"dora"},
}
#: Frank came under charlie, erin went from charlie to nobody.
MOVED = {
    "team": {"dora", "bob", "charlie", "frank"},
    "under": {"dora", "charlie", "frank"},
    "own": {"dora"},
}


@pytest.fixture
def people(two, bob, charlie, dora) -> dict[str, Any]:
    """The five, in their places."""
    with use_tenant(two[0]):
        south = Team.objects.get(name="South")
        erin, frank = (
            User.objects.create_user(None, name=name, team=south) for name in ("Erin", "Frank")
        )
        place_under(charlie, dora)
        place_under(erin, charlie)
    return dict(zip(NAMES, (dora, bob, charlie, erin, frank), strict=True))


@pytest.fixture
def rows(entity, two, alice, people) -> dict[str, int]:
    """A row of each of them."""
    with use_tenant(two[0]):
        return {
            name: sample(
                entity.slug, by=alice, owner=one, name=f"Zq{name}", external_id=f"x-{name}"
            ).pk
            for name, one in people.items()
        }


@pytest.fixture
def desk(two, dora, browser) -> Desk:
    """Dora at work."""
    return Desk(two[0], browser(dora), token_of(dora, ref=two[0]), dora)


def choose(ref: Any, scope: str) -> None:
    """Let managers reach so far with everything; `team` is what holds anyway."""
    words = dict.fromkeys(("view", "change", "delete", "export", "assign"), scope)
    with use_tenant(ref):
        Workspace.objects.update(scopes={} if scope == "team" else {"manager": words})


def move(ref: Any, people: dict[str, Any]) -> None:
    """Frank comes, erin goes."""
    with use_tenant(ref):
        place_under(people["frank"], people["charlie"])
        place_under(people["erin"], None)


@pytest.mark.parametrize("scope", TODAY)
def test_every_way_to_read_follows_the_tree(entity, two, rows, people, desk, scope):
    choose(two[0], scope)
    for expected in (TODAY, MOVED):
        found = seen_in(entity, rows, desk)
        assert found == dict.fromkeys(found, expected[scope])
        every = {"do": "export", "id": list(rows.values())}
        for answer in (
            desk.page(f"/{entity.slug}/export/?limit=200"),
            desk.page(f"/{entity.slug}/bulk/", every),
        ):
            assert shown(text_of(answer), rows) == expected[scope]
        for owner, pk in rows.items():
            good = 200 if owner in expected[scope] else 404
            for path in (f"/{entity.slug}/{pk}/", f"/{entity.slug}/{pk}/edit/"):
                assert desk.page(path).status_code == good, (owner, path)
            for path in (f"{entity.slug}/{pk}", f"{entity.slug}/{pk}/links"):
                assert desk.api("GET", path).status_code == good, (owner, path)
        if expected is TODAY:
            move(two[0], people)


@pytest.mark.parametrize("scope", TODAY)
def test_every_way_to_write_follows_the_tree(entity, two, rows, people, desk, scope):
    choose(two[0], scope)
    for expected in (TODAY, MOVED):
        for owner, pk in rows.items():
            reached = owner in expected[scope]
            page, api, new = f"/{entity.slug}/{pk}/", f"{entity.slug}/{pk}", {"name": "Okapi"}
            form = {**new, "version": "1"}
            many = {"mode": "all_or_nothing", "records": [{"id": pk, **new}]}
            found = {
                "form": desk.page(f"{page}edit/", form).status_code,
                "field": desk.page(f"{page}field/name/", form).status_code,
                "delete": desk.page(f"{page}delete/", {"version": "1"}).status_code,
                "PATCH": desk.api("PATCH", api, new, If_Match="1").status_code,
                "DELETE": desk.api("DELETE", api, If_Match="1").status_code,
                "bulk": desk.api(
                    "POST", f"{entity.slug}/bulk", {**many, "operation": "update"}
                ).status_code,
            }
            good = dict.fromkeys(("form", "field", "delete"), 302)
            good |= {"PATCH": 200, "DELETE": 204, "bulk": 200}
            bad = {way: 422 if way == "bulk" else 404 for way in good}
            assert found == (good if reached else bad), owner
            for act in actions.of(entity):
                body = {param.name: "x" for param in act.params if param.required}
                done = desk.api("POST", f"{api}/{act.name}", body).status_code
                assert (done != 404) == reached, (owner, act)
        if expected is TODAY:
            move(two[0], people)


@pytest.mark.entities(lambda one: one.slug == "deals")
def test_files_follow_the_tree_of_their_records(entity, two, rows, people, alice, desk, storage):
    choose(two[0], "under")
    with use_tenant(two[0]):
        files = {
            owner: files_of(alice, record_id=pk, stamp=f"Zq{owner}") for owner, pk in rows.items()
        }
    for expected in (TODAY, MOVED):
        for owner, pk in rows.items():
            there = files[owner]["there"]
            reached = owner in expected["under"]
            pages = {f"/files/of/deals/{pk}/": 200}
            pages |= {f"/files/{there}/{way}/": 302 for way in ("download", "pictures/1")}
            pages |= {f"/files/{there}/{way}/": 200 for way in ("preview", "versions", "rename")}
            for path, good in pages.items():
                assert desk.page(path).status_code == (good if reached else 404), (owner, path)
            api = {f"deals/{pk}/files": 200, f"files/{there}": 200, f"files/{there}/download": 302}
            for path, good in api.items():
                assert desk.api("GET", path).status_code == (good if reached else 404), path
            gone = desk.api("DELETE", f"files/{there}").status_code
            assert gone == (204 if reached else 404), owner
        if expected is TODAY:
            move(two[0], people)


def test_acts_on_chosen_rows_and_the_recycle_bin_follow_the_tree(
    entity, two, rows, people, alice, desk
):
    choose(two[0], "under")
    move(two[0], people)
    chosen = {"do": "assign", "id": list(rows.values()), "owner_id": people["charlie"].pk}
    assert desk.client.post(f"/{entity.slug}/bulk/", chosen).status_code == 302
    with use_tenant(two[0]):
        owners = dict(entity.model.objects.values_list("pk", "owner_id"))
        given = {name for name, pk in rows.items() if owners[pk] == people["charlie"].pk}
        assert given == MOVED["under"]
        for name, pk in rows.items():
            entity.model.objects.filter(pk=pk).update(owner_id=people[name].pk)
            changes.delete(entity, pk, actor=actor(alice), version=None)
    bin_page = desk.page(f"/{entity.slug}/recycle-bin/")
    assert shown(text_of(bin_page), rows) == MOVED["under"]
    for owner, pk in rows.items():
        back = desk.page(f"/{entity.slug}/{pk}/restore/", {}).status_code
        assert back == (302 if owner in MOVED["under"] else 404), owner
        api = desk.api("POST", f"{entity.slug}/{pk}/restore", {}).status_code
        assert api == (200 if owner in MOVED["under"] else 404), owner


def test_choices_of_forms_filters_and_relations_follow_the_tree(entity, two, rows, people, desk):
    choose(two[0], "under")
    move(two[0], people)
    from app.records import registry

    for other in registry.all_entities():
        for field in other.relations:
            if field.target != entity.slug:
                continue
            path = f"/{other.slug}/lookup/?field={field.name}&q=Zq"
            assert shown(text_of(desk.page(path)), rows) == MOVED["under"], path
            for owner, pk in rows.items():
                there = owner in MOVED["under"]
                ways = [f"/{other.slug}/?{field.key}={pk}"]
                if field.key in other.writable and other.audience is Audience.OWNED:
                    ways.append(f"/{other.slug}/new/?{field.key}={pk}")
                for way in ways:
                    assert (f"Zq{owner}" in text_of(desk.page(way))) == there, way


@pytest.mark.entities(lambda one: one.slug == "accounts")
def test_imports_update_and_find_rows_by_the_tree(entity, two, rows, people, dora, desk):
    choose(two[0], "under")
    move(two[0], people)
    with use_tenant(two[0]):
        lines = "".join(f"x-{name},New {name}\n" for name in NAMES)
        made = import_file(f"id,name\n{lines}".encode(), "accounts", actor=actor_of(dora))
        assert (made.updated, made.failed) == (len(MOVED["under"]), 2)
        lines = "".join(f"Contact {name},x-{name}\n" for name in NAMES)
        made = import_file(f"name,account\n{lines}".encode(), "contacts", actor=actor_of(dora))
        refused = "\n".join(",".join(map(str, row)) for row in error_rows(made))
        assert (made.created, made.failed) == (len(MOVED["under"]), 2)
        assert all(f"Contact {name}" in refused for name in ("bob", "erin"))


def test_the_home_page_counts_by_the_tree(two, alice, people, desk):
    from tests.records.helpers import pipeline

    with use_tenant(two[0]):
        lanes = pipeline(alice)
        for name, one in people.items():
            sample(
                "deals",
                by=alice,
                owner=one,
                name=f"Zq{name}",
                amount="1",
                pipeline_id=lanes["Sales"].pk,
                stage_id=lanes["Engaging"].pk,
            )
    choose(two[0], "under")
    for expected in (TODAY, MOVED):
        with use_tenant(two[0]):
            from app.analytics import home

            sums = home.pipeline(actor(desk.user), mine=False)
        assert [one.count for one in sums] == [len(expected["under"])]
        board = text_of(desk.page(f"/deals/board/?pipeline_id={lanes['Sales'].pk}"))
        rows = dict.fromkeys(NAMES, 0)
        assert shown(board, rows) == expected["under"]
        if expected is TODAY:
            move(two[0], people)


def test_a_former_colleague_under_one_stays_in_reach(two, alice, people, desk):
    with use_tenant(two[0]):
        pk = sample("accounts", by=alice, owner=people["erin"], name="Zqerin").pk
        User.objects.filter(pk=people["charlie"].pk).update(is_active=False)
        User.objects.filter(pk=people["erin"].pk).update(is_active=False)
    choose(two[0], "under")
    assert desk.page(f"/accounts/{pk}/").status_code == 200
