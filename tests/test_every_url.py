"""The owner gets a real answer at every address that there is, with every method."""

from __future__ import annotations

from collections.abc import Iterable

from django.test import Client

from app.api.openapi import build
from app.records import registry
from tests.isolation.expected import PUBLIC, WORKSPACE, Entry
from tests.isolation.fixtures import undone
from tests.isolation.surface import METHODS, Call, public_routes, workspace_routes
from tests.isolation.world import Target


def calls_of(entry: Entry, target: Target) -> list[Call]:
    """What is asked at an address: what its entry says, and every other method."""
    calls = entry(target)
    path = calls[0].path.partition("?")[0]
    asked = {call.method for call in calls if call.path.partition("?")[0] == path}
    refused = [
        Call(method, path, (405,), why="not a method of this address")
        for method in METHODS
        if method not in asked
    ]
    return calls + refused


def known() -> dict[str, Entry]:
    """The entries of the addresses that there are; the test below wants one for each."""
    return {route: WORKSPACE[route] for route in workspace_routes() if route in WORKSPACE}


def test_every_address_of_a_workspace_has_an_entry_and_every_entry_an_address():
    routes = set(workspace_routes())
    assert len(routes) > 40
    assert routes - WORKSPACE.keys() == set()
    assert WORKSPACE.keys() - routes == set()


def test_every_address_of_the_public_site_has_an_entry_and_every_entry_an_address():
    assert set(public_routes()) == PUBLIC.keys()


def test_every_operation_of_the_specification_is_asked(both):
    told = {
        (method.upper(), path)
        for path, methods in build()["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert len(told) > 8 * len(registry.all_entities())
    asked = {
        (call.method, pattern_of(call.path))
        for entry in known().values()
        for call in entry(both)
        if call.path.startswith("/api/")
    }
    assert {(m, bare(p)) for m, p in told} - asked == set()


def bare(path: str) -> str:
    """The path of the specification without its server, names of parameters left out."""
    import re

    return re.sub(r"\{[^}]+\}", "{}", "/" + path.removeprefix("/api/v1/").lstrip("/"))


def pattern_of(path: str) -> str:
    """The path of a request with its numbers left out."""
    import re

    return re.sub(r"/\d+(?=/|$)", "/{}", path.partition("?")[0].removeprefix("/api/v1"))


def test_the_owner_gets_a_real_answer_everywhere(two, both, browser, alice, alices_token, send):
    client = browser(alice)
    done, faults = 0, []
    for route, entry in known().items():
        for call in calls_of(entry, both):
            cookies = client.cookies.copy()
            with undone(two[0]):
                response = send(call, client, alices_token)
                if response.streaming:
                    b"".join(response.streaming_content)
            client.cookies = cookies
            done += 1
            faults += fault(route, call, response.status_code)
    assert not faults, "\n".join(faults)
    assert done > 500


def test_a_visitor_gets_a_real_answer_everywhere_on_the_public_site(two, both, public):
    faults = []
    for route, entry in PUBLIC.items():
        for call in calls_of(entry, both):
            with undone(two[0]):
                faults += fault(route, call, call.send(public).status_code)
    assert not faults, "\n".join(faults)


def fault(route: str, call: Call, status: int) -> Iterable[str]:
    """What is wrong with an answer."""
    if status not in call.expect:
        yield f"{call} answered {status}, not {call.expect} ({route})"
    elif not 200 <= status < 300 and not call.why:
        yield f"{call} answered {status} without a reason in the list ({route})"


def test_an_unknown_address_is_not_found(browser, alice):
    client: Client = browser(alice)
    for path in ("/nonsense/", "/nonsense/1/", "/accounts/x/", "/a/b/c/d/"):
        assert client.get(path).status_code == 404, path
