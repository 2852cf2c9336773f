"""Whoever may not see a row gets 404, whoever may not do it 403, a stranger 401."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.api.caller import Caller, problem
from tests.records.helpers import pipeline

CALLS = (
    ("GET", "/accounts/{id}", None),
    ("PATCH", "/accounts/{id}", {"name": "X"}),
    ("DELETE", "/accounts/{id}", None),
    ("GET", "/accounts/{id}/links", None),
    ("POST", "/accounts/{id}/restore", None),
)


@pytest.fixture
def account(api) -> dict:
    return api["bob"].made("/accounts", name="Stamped")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_rows_of_other_teams_are_not_there(api, account, method, path, body):
    at = path.format(id=account["id"])
    problem(api["charlie"].send(method, at, body, if_match="1"), 404)


def test_lists_searches_and_filters_hide_rows_of_other_teams(api, account):
    for path in ("/accounts", "/search?q=Stamped", f"/accounts?id={account['id']}"):
        assert api["charlie"].get(path).json()["results"] == []
        assert api["bob"].get(path).json()["results"]


def test_nobody_points_at_a_row_that_he_cannot_see(api, account):
    sent = {"name": "Anna", "account_id": account["id"]}
    assert set(problem(api["charlie"].post("/contacts", sent), 422)["errors"]) == {"account_id"}
    tie = {"entity": "accounts", "id": account["id"]}
    document = problem(api["charlie"].post("/contacts", {"name": "A", "links": [tie]}), 422)
    assert set(document["errors"]) == {"links"}


def test_the_name_of_a_hidden_row_stays_hidden(api, account):
    contact = api["bob"].made("/contacts", name="Anna", account_id=account["id"])
    api["alice"].patch(
        f"/contacts/{contact['id']}",
        {"owner_id": api["charlie"].get("/me").json()["id"]},
        if_match="1",
    )
    row = api["charlie"].get(f"/contacts/{contact['id']}").json()
    assert row["account"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/accounts", {"name": "X"}),
        ("PATCH", "/accounts/{id}", {"name": "X"}),
        ("DELETE", "/accounts/{id}", None),
        (
            "POST",
            "/accounts/bulk",
            {"mode": "row_by_row", "operation": "create", "records": [{"name": "X"}]},
        ),
    ],
)
def test_a_reader_may_not_write(api, account, method, path, body):
    problem(api["rita"].send(method, path.format(id=account["id"]), body, if_match="1"), 403)


def test_an_action_has_the_rights_of_a_change(api, workspace, alice):
    pipeline(alice)
    deal = api["bob"].made("/deals", name="Big")
    problem(api["charlie"].post(f"/deals/{deal['id']}/win"), 404)
    problem(api["rita"].post(f"/deals/{deal['id']}/win"), 403)


def test_settings_are_for_everybody_to_read_and_for_administrators_to_write(api):
    problem(api["bob"].post("/pipelines", {"name": "Mine"}), 403)
    made = api["alice"].made("/pipelines", name="Ours")
    assert api["charlie"].get(f"/pipelines/{made['id']}").json()["name"] == "Ours"


def test_strangers_and_foreign_tokens_are_nobody(api, account, workspace, browser, bob):
    host = api["bob"].host
    nobody = (
        Caller("", host),
        Caller("clt_nonsense", host),
        Caller(api["bob"].token[:-1], host),
        Caller(api["mallory"].token, host),
    )
    for caller in nobody:
        for path in ("/accounts", f"/accounts/{account['id']}", "/me", "/openapi.json"):
            answer = caller.get(path)
            problem(answer, 401)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        problem(caller.post("/accounts", {"name": "X"}), 401)
    problem(browser(bob).get("/api/v1/accounts"), 401)


def test_a_revoked_token_is_nobody_at_once(api):
    from app.access.models import ApiToken
    from app.access.tokens import hash_of, revoke

    assert api["bob"].get("/me").status_code == 200
    revoke(ApiToken.objects.get(hash=hash_of(api["bob"].token)))
    problem(api["bob"].get("/me"), 401)


def test_equal_ids_in_two_workspaces_are_different_rows(api, account):
    assert api["mallory"].get("/accounts").json()["results"] == []
    hers = api["mallory"].made("/accounts", name="Hers")
    assert hers["id"] == account["id"]
    assert api["bob"].get(f"/accounts/{hers['id']}").json()["name"] == "Stamped"
    assert "Stamped" not in api["mallory"].get("/search?q=Stamped").content.decode()


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_list_joins_no_tables_for_names(api, name):
    """Nine joins take PostgreSQL 10 ms to plan, whatever they find."""
    with CaptureQueriesContext(connections["default"]) as queries:
        assert api[name].get("/deals").status_code == 200
    assert " JOIN " not in queries[-1]["sql"]
