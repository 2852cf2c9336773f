"""Who gets what at every address of the console, with every method."""

from __future__ import annotations

import pytest

from tests.isolation.expected.console import CONSOLE
from tests.isolation.fixtures import undone
from tests.isolation.surface import console_routes
from tests.people import person
from tests.test_every_url import calls_of, fault


def test_every_address_of_the_console_has_an_entry_and_every_entry_an_address():
    assert set(console_routes()) == CONSOLE.keys()


def test_an_operator_gets_a_real_answer_everywhere(operators, both, browser, mallory):
    client = browser(mallory, ref=operators)
    faults = []
    for route, entry in CONSOLE.items():
        for call in calls_of(entry, both):
            with undone(operators):
                faults += fault(route, call, call.send(client).status_code)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["rita", "bob", "dora"])
def test_who_does_not_run_the_fleet_reads_and_changes_nothing(operators, both, browser, name):
    client = browser(person(name, ref=operators), ref=operators)
    faults = []
    for entry in CONSOLE.values():
        for call in entry(both):
            with undone(operators):
                status = call.send(client).status_code
            expected = call.expect if call.method == "GET" else (403,)
            if status not in expected:
                faults.append(f"{call} answered {status}, not {expected}")
    assert not faults, "\n".join(faults)


def test_the_owner_of_a_normal_workspace_finds_no_console(operators, both, browser, alice):
    client = browser(alice)
    faults = []
    for entry in CONSOLE.values():
        for call in entry(both):
            status = call.send(client).status_code
            if status != 404:
                faults.append(f"{call} answered {status}")
    assert not faults, "\n".join(faults)


def test_a_visitor_of_the_operators_host_is_sent_to_sign_in(operators, both, browser):
    client = browser(ref=operators)
    for entry in CONSOLE.values():
        for call in entry(both):
            response = call.send(client)
            assert response.status_code == 302, str(call)
            assert response["Location"].startswith("/login/"), str(call)
