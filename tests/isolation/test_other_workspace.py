"""Mallory, the owner of another workspace, reaches nothing of alice's, wherever she tries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tenants.context import use_tenant
from tests.isolation.expected import OPEN, WORKSPACE
from tests.isolation.fixtures import undone
from tests.isolation.leaks import decoded, gives_away
from tests.isolation.surface import METHODS, Call, text_of
from tests.isolation.world import ALICE, MALLORY, json_body
from tests.test_every_url import calls_of, known


def carry(session_of: Client, to: Client) -> Client:
    """A browser at another host that shows the cookies of this one."""
    for name, morsel in session_of.cookies.items():
        to.cookies[name] = morsel.value
    return to


def test_a_foreign_session_or_token_is_nobody(
    two, both, browser, alice, mallory, mallorys_token, send
):
    thief = carry(browser(mallory, ref=two[1]), browser())
    assert carry(browser(alice), browser()).get("/settings/").status_code == 200
    assert thief.cookies["sessionid"].value
    done, faults = 0, []
    for route, entry in known().items():
        if route in OPEN:
            continue
        for call in everything(entry, both):
            response = send(call, thief, mallorys_token)
            done += 1
            if not turned_away(call, response):
                faults.append(f"{call} answered {response.status_code} {response.get('Location')}")
            if gives_away(unsaid(text_of(response), call), ALICE):
                faults.append(f"{call} gives away a stamp")
    assert not faults, "\n".join(faults)
    assert done > 500


def everything(entry: Any, target: Any) -> list[Call]:
    """What is asked at an address, and every method at each of its paths."""
    calls = calls_of(entry, target)
    paths = dict.fromkeys(call.path.partition("?")[0] for call in calls)
    return calls + [Call(method, path) for path in paths for method in (*METHODS, "OPTIONS")]


def turned_away(call: Call, response: Any) -> bool:
    """Whether the answer is the log-in page, or 401 for a program."""
    if call.path.startswith("/api/") and not call.path.startswith("/api/v1/docs"):
        return response.status_code == 401 or to_login(response)
    return to_login(response)


def to_login(response: Any) -> bool:
    """Whether the answer sends to the log-in page."""
    return response.status_code == 302 and response["Location"].startswith("/login/")


def test_pages_of_sign_in_say_nothing_about_the_workspace(two, both, browser, mallory, send):
    thief = carry(browser(mallory, ref=two[1]), browser())
    assert OPEN
    for route in OPEN:
        for call in calls_of(WORKSPACE[route], both):
            with undone(two[0]):
                text = text_of(call.send(thief))
            assert not gives_away(text, ALICE), call


@pytest.mark.parametrize("which", ["both", "only_alices"])
def test_at_her_own_host_alices_numbers_lead_nowhere(
    two, mallorys, request, browser, mallory, mallorys_token, send, which
):
    target = request.getfixturevalue(which)
    client = browser(mallory, ref=two[1])
    done, faults = 0, []
    for entry in known().values():
        for call in calls_of(entry, target):
            cookies = client.cookies.copy()
            with undone(two[1]):
                response = send(call, client, mallorys_token)
                text = text_of(response)
            client.cookies = cookies
            done += 1
            if response.status_code >= 500:
                faults.append(f"{call} answered {response.status_code}")
            if gives_away(unsaid(text, call), ALICE):
                faults.append(f"{call} gives away a stamp ({response.status_code})")
            if which == "only_alices" and names_a_row(call, target) and found(response):
                faults.append(f"{call} answered {response.status_code} for a row that is not hers")
    assert not faults, "\n".join(faults)
    assert done > 500


def unsaid(text: str, call: Call) -> str:
    """The answer without what the request itself said: a search box shows what was searched."""
    return text if not said(call) else text.replace(ALICE, "").replace(ALICE.lower(), "")


def said(call: Call) -> bool:
    """Whether the stamp stands in the request."""
    return ALICE in call.path


def names_a_row(call: Call, target: Any) -> bool:
    """Whether the path is that of a row that only alice has."""
    parts = call.path.partition("?")[0].split("/")
    return any(
        slug in parts and str(pk) in parts[parts.index(slug) + 1 : parts.index(slug) + 2]
        for rows in (target.rows, target.other["deleted"], files_of(target))
        for slug, pk in rows.items()
    )


def files_of(target: Any) -> dict[str, int]:
    """The file that hangs on a row of alice's."""
    return {"files": target.other["files"]["there"]}


def found(response: Any) -> bool:
    """Whether the answer is anything but a refusal."""
    return response.status_code not in (404, 405)


def test_relations_filters_and_links_to_alices_rows_are_refused_without_a_word(
    two, mallorys, only_alices, mallorys_token, browser, send
):
    from app.records import registry

    client, tried = browser(ref=two[1]), 0
    for entity in registry.all_entities():
        for field in entity.writable.values():
            if field.target in only_alices.rows:
                foreign = only_alices.rows[field.target]
                at = f"/api/v1/{entity.slug}"
                body = json_body(entity.slug, mallorys.rows, stamp="x", owner=mallorys.people)
                body |= {field.key: foreign}
                for call in (
                    Call("POST", at, data=body, json=True),
                    Call(
                        "PATCH",
                        f"{at}/{mallorys.rows[entity.slug]}",
                        data={field.key: foreign},
                        json=True,
                        headers={"If-Match": "1"},
                    ),
                ):
                    response = send(call, client, mallorys_token)
                    assert response.status_code == 422, call
                    assert field.key in response.json()["errors"], call
                    assert not gives_away(text_of(response), ALICE)
                    tried += 1
                response = send(Call("GET", f"{at}?{field.key}={foreign}"), client, mallorys_token)
                assert response.json()["results"] == []
    assert tried >= 10


def test_searching_for_alices_stamp_finds_nothing_at_mallorys(
    two, mallorys, both, mallorys_token, browser, send
):
    client = browser(ref=two[1])
    for word in (ALICE, ALICE.lower(), ALICE[2:7], f"{ALICE}@example.com"):
        found = send(Call("GET", f"/api/v1/search?q={word}"), client, mallorys_token).json()
        assert found["results"] == []
    own = send(Call("GET", f"/api/v1/search?q={MALLORY}"), client, mallorys_token).json()
    assert own["results"]


def test_the_owner_sees_the_stamp_that_nobody_else_sees(two, both, browser, alices_token, send):
    """What the tests above look for is there to be found."""
    response = send(Call("GET", "/api/v1/deals"), browser(), alices_token)
    assert gives_away(text_of(response), ALICE)
    cursor = send(Call("GET", "/api/v1/accounts?sort=name&limit=1"), browser(), alices_token).json()
    with use_tenant(two[0]):
        assert cursor["results"]


def test_what_is_encoded_is_read_too():
    from django.core import signing

    assert gives_away(signing.dumps(["qxalicexq"]), ALICE)
    assert gives_away(signing.dumps(["qxalicexq" * 40], compress=True), ALICE)
    assert not gives_away(signing.dumps(["nothing"]), ALICE)
    assert list(decoded("aGVsbG8gd29ybGQh"))
