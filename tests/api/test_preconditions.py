"""If-Match: nobody overwrites what he has not read."""

from __future__ import annotations

import pytest

from tests.api.caller import problem


@pytest.fixture
def at(api) -> str:
    return f"/accounts/{api['bob'].made('/accounts', name='Acme')['id']}"


def test_a_change_without_a_version_is_asked_for_one(api, at):
    problem(api["bob"].patch(at, {"name": "New"}), 428)
    problem(api["bob"].patch(at, {"name": "New"}, if_match="*"), 428)
    problem(api["bob"].delete(at), 428)
    assert api["bob"].get(at).json()["name"] == "Acme"


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"'])
def test_the_version_may_be_written_in_three_ways(api, at, tag):
    assert api["bob"].patch(at, {"name": "New"}, if_match=tag).status_code == 200


@pytest.mark.parametrize("tag", ['"2"', "0", "nonsense", '"1', '"1", "2"', "9" * 40])
def test_another_version_is_stale(api, at, tag):
    document = problem(api["bob"].patch(at, {"name": "New"}, if_match=tag), 412)
    assert document["current_version"] == 1
    assert api["bob"].patch(at, {"name": "New"}, if_match=tag).headers["ETag"] == '"1"'
    problem(api["bob"].delete(at, if_match=tag), 412)


def test_of_two_programs_the_second_is_told(api, at):
    assert api["bob"].patch(at, {"city": "Rome"}, if_match='"1"').status_code == 200
    document = problem(api["alice"].patch(at, {"city": "Oslo"}, if_match='"1"'), 412)
    assert document["current_version"] == 2
    assert api["bob"].get(at).json()["city"] == "Rome"


def test_a_version_asks_for_nothing_that_rights_would_not_show(api, at):
    problem(api["charlie"].patch(at, {"name": "X"}), 404)
    problem(api["charlie"].delete(at), 404)
    problem(api["rita"].patch(at, {"name": "X"}), 403)
    problem(api["rita"].delete(at), 403)
