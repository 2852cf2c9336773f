"""Business acts over the API."""

from __future__ import annotations

import pytest

from tests.api.caller import problem
from tests.records.helpers import pipeline


@pytest.fixture
def at(api, alice) -> str:
    pipeline(alice)
    return f"/deals/{api['bob'].made('/deals', name='Big', amount='5')['id']}"


def test_an_action_takes_parameters_and_answers_with_the_record(api, at):
    answer = api["bob"].post(f"{at}/win", {"reason": "Price", "closed_on": "2026-03-01"})
    assert answer.status_code == 200
    row = answer.json()
    assert (row["status"], row["reason"], row["close_date"]) == ("won", "Price", "2026-03-01")
    assert answer.headers["ETag"] == f'"{row["version"]}"'


def test_an_action_without_parameters_needs_no_body(api, at):
    assert api["bob"].post(f"{at}/win").json()["status"] == "won"
    assert api["bob"].post(f"{at}/reopen", {}).json()["status"] == "open"


def test_an_action_in_the_wrong_state_is_refused_with_a_sentence(api, at):
    api["bob"].post(f"{at}/win")
    assert "reopen" in problem(api["bob"].post(f"{at}/win"), 409)["detail"]


def test_wrong_parameters_are_named(api, at):
    sent = {"closed_on": "soon", "nonsense": 1}
    errors = problem(api["bob"].post(f"{at}/lose", sent), 422)["errors"]
    assert set(errors) == {"reason", "closed_on", "nonsense"}


def test_an_action_may_name_the_version_that_it_is_about(api, at):
    problem(api["bob"].post(f"{at}/win", if_match="7"), 412)
    assert api["bob"].post(f"{at}/win", if_match="1").status_code == 200


def test_an_action_leaves_its_event(api, at):
    from app.records.models import Event

    api["bob"].post(f"{at}/win")
    assert Event.objects.filter(name="deal.won").count() == 1
