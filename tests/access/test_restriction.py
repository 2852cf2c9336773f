"""A workspace that is read only: who can still do what, at every address that there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.access.models import Limits
from app.access.restriction import PROBLEM, is_open
from app.access.rights import Verb, may, scope_of
from app.access.scopes import Scope
from app.records import registry
from tenants.context import use_tenant
from tests.factories import sample
from tests.isolation.fixtures import undone
from tests.isolation.surface import METHODS
from tests.records.helpers import actor
from tests.test_every_url import calls_of, known

FILE = Path(__file__).with_name("open_when_restricted.txt")
UNSAFE = tuple(method for method in METHODS if method != "GET")


@pytest.fixture
def restricted(two: Any) -> Any:
    """The first workspace, read only since its trial ended."""
    with use_tenant(two[0]):
        Limits.objects.update(state=Limits.State.RESTRICTED, cause="trial_over")
    return two[0]


def test_rights_leave_nothing_but_viewing_and_exporting(workspace, alice, bob, rita):
    Limits.objects.update(state=Limits.State.RESTRICTED)
    for user in (alice, bob, rita):
        who = actor(user)
        assert who.read_only
        for entity in registry.all_entities():
            for verb in Verb:
                if verb not in (Verb.VIEW, Verb.EXPORT):
                    assert scope_of(who, verb, entity) is Scope.NONE, (entity.slug, verb)
            assert may(who, Verb.VIEW, entity)


@pytest.mark.parametrize("state", ["trial", "active", "grace"])
def test_other_states_take_nothing_away(workspace, alice, state):
    Limits.objects.update(state=state)
    who = actor(alice)
    assert not who.read_only
    assert may(who, Verb.CREATE, registry.get("deals"))


def refused_for_the_state(response: Any) -> bool:
    """Whether it is this refusal, and no other 403."""
    if response.status_code != 403:
        return False
    text = response.content.decode()
    return "workspace is read only" in text or PROBLEM in text


def test_every_address_that_takes_forms_is_closed_but_the_listed_ones(
    two, both, browser, alice, alices_token, send, restricted
):
    client, opened, asked = browser(alice), set(), 0
    for route, entry in known().items():
        calls = [call for call in calls_of(entry, both) if call.method in UNSAFE]
        for call in calls:
            cookies = client.cookies.copy()
            with undone(two[0]):
                response = send(call, client, alices_token)
            client.cookies = cookies
            asked += 1
            if not refused_for_the_state(response):
                opened.add(route)
    assert asked > 300
    assert sorted(opened) == FILE.read_text().split("\n")[:-1]


def test_reading_stays_open_everywhere(two, both, browser, alice, alices_token, send, restricted):
    client, done, faults = browser(alice), 0, []
    for entry in known().values():
        for call in entry(both):
            if call.method != "GET":
                continue
            cookies = client.cookies.copy()
            with undone(two[0]):
                response = send(call, client, alices_token)
            client.cookies = cookies
            done += 1
            if response.status_code >= 500:
                faults.append(f"{call} answered {response.status_code}")
    assert not faults
    assert done > 200


def test_the_owner_reads_why_and_finds_the_way_to_the_plan(browser, alice, restricted):
    page = browser(alice).post("/accounts/new/", {"name": "Late"})
    text = page.content.decode()
    assert page.status_code == 403
    assert "The trial is over" in text
    assert 'href="/settings/plan/"' in text


def test_others_read_whom_to_ask(browser, bob, restricted):
    page = browser(bob).post("/accounts/new/", {"name": "Late"})
    text = page.content.decode()
    assert page.status_code == 403
    assert "ask Alice Alder" in text
    assert "/settings/plan/" not in text


def test_a_part_of_a_page_gets_the_sentence_as_news(browser, alice, restricted):
    answer = browser(alice).post("/accounts/new/", {"name": "Late"}, headers={"hx-request": "true"})
    assert answer.status_code == 403
    news = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert news["tone"] == "error"
    assert "The trial is over" in news["text"]


def test_a_program_gets_a_problem_that_names_the_state(browser, alices_token, restricted):
    head = {"authorization": f"Bearer {alices_token}"}
    answer = browser().post(
        "/api/v1/accounts", {"name": "Late"}, content_type="application/json", headers=head
    )
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["type"], told["status"]) == (PROBLEM, 403)
    assert told["title"] == "The workspace is read only"
    assert browser().get("/api/v1/accounts", headers=head).status_code == 200


def test_buttons_that_write_are_gone(browser, alice, two, restricted):
    with use_tenant(two[0]):
        Limits.objects.update(state="active")
        row = sample("accounts", by=alice)
        Limits.objects.update(state="restricted")
    client = browser(alice)
    texts = [client.get(path).content.decode() for path in ("/accounts/", f"/accounts/{row.pk}/")]
    assert all(row.name in text and "/accounts/new/" not in text for text in texts)
    assert f"/accounts/{row.pk}/edit/" not in texts[1]
    assert f"/accounts/{row.pk}/delete/" not in texts[1]
    assert client.get("/accounts/new/").status_code == 403


def test_chosen_rows_can_be_taken_along_but_not_given_away(browser, alice, bob, two, restricted):
    with use_tenant(two[0]):
        Limits.objects.update(state="active")
        row = sample("accounts", by=alice)
        Limits.objects.update(state="restricted")
    client = browser(alice)
    export = client.post("/accounts/bulk/", {"id": row.pk, "do": "export"})
    assert export.status_code == 200
    assert row.name in b"".join(export.streaming_content).decode()
    given = client.post("/accounts/bulk/", {"id": row.pk, "do": "assign", "owner_id": bob.pk})
    assert given.status_code == 403
    gone = client.post("/accounts/bulk/", {"id": row.pk, "do": "delete"})
    assert gone.status_code == 403


def test_a_view_is_closed_until_it_is_marked():
    from app.records.views_form import new
    from app.setup.profile import password

    assert is_open(password)
    assert not is_open(new)


def test_an_invitation_can_be_withdrawn_but_not_sent_again(two, both, browser, alice, restricted):
    client, pk = browser(alice), both.other["invitation"]
    assert client.post(f"/settings/people/invited/{pk}/", {"resend": "1"}).status_code == 403
    assert client.post(f"/settings/people/invited/{pk}/", {"revoke": "1"}).status_code == 302


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_nobody_comes_into_a_workspace_that_is_shut(browser, alice, two, state):
    from tests.seeding import PASSWORD

    client = browser(alice)
    with use_tenant(two[0]):
        Limits.objects.update(state=state)
    assert client.get("/settings/").status_code == 302
    page = client.get("/login/")
    assert f"This workspace is {state}" in page.content.decode()
    client.post("/login/", {"email": alice.email, "password": PASSWORD})
    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize("state", ["trial", "grace", "restricted"])
def test_people_sign_in_while_it_is_not_shut(browser, alice, two, state):
    from tests.seeding import PASSWORD

    with use_tenant(two[0]):
        Limits.objects.update(state=state)
    client = browser()
    answer = client.post("/login/", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/settings/").status_code == 200
