"""Many records in one request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.caller import Caller, problem


def send(caller: Caller, operation: str, *records: Any, mode: str = "row_by_row", **headers: str):
    """One bulk request for accounts."""
    sent = {"mode": mode, "operation": operation, "records": list(records)}
    return caller.post("/accounts/bulk", sent, **headers)


def names(caller: Caller) -> list[str]:
    """The names of all accounts."""
    return [row["name"] for row in caller.get("/accounts?sort=id").json()["results"]]


def test_row_by_row_the_good_rows_are_written(api):
    report = send(
        api["bob"], "create", {"name": "A"}, {"name": ""}, 5, {"name": "B", "x": 1}
    ).json()
    assert [one["status"] for one in report["results"]] == ["created", "failed", "failed", "failed"]
    assert (report["created"], report["failed"]) == (1, 3)
    assert report["results"][0]["version"] == 1
    assert set(report["results"][1]["errors"]) == {"name"}
    assert set(report["results"][3]["errors"]) == {"x"}
    assert names(api["bob"]) == ["A"]


def test_all_or_nothing_writes_nothing_when_one_row_fails(api):
    answer = send(api["bob"], "create", {"name": "A"}, {"name": ""}, mode="all_or_nothing")
    assert set(problem(answer, 422)["errors"]) == {"records.1.name"}
    assert names(api["bob"]) == []
    good = send(api["bob"], "create", {"name": "A"}, {"name": "B"}, mode="all_or_nothing")
    assert (good.status_code, good.json()["created"]) == (200, 2)
    assert names(api["bob"]) == ["A", "B"]


def test_updates_name_their_row_and_may_name_its_version(api, charlie):
    first, second = api["bob"].made("/accounts", name="A"), api["bob"].made("/accounts", name="B")
    hidden = api["charlie"].made("/accounts", name="C")
    report = send(
        api["bob"],
        "update",
        {"id": first["id"], "city": "Rome", "version": 1},
        {"id": second["id"], "city": "Rome", "version": 7},
        {"id": hidden["id"], "city": "Rome"},
        {"id": first["id"], "city": "Oslo"},
        {"city": "Oslo"},
        {"id": True, "city": "Oslo"},
    ).json()
    assert [one["status"] for one in report["results"]] == ["updated"] + ["failed"] * 5
    assert report["results"][0]["version"] == 2
    assert set(report["results"][2]["errors"]) == {"id"}
    assert api["bob"].get(f"/accounts/{first['id']}").json()["city"] == "Rome"


def test_an_update_that_changes_nothing_says_so(api):
    row = api["bob"].made("/accounts", name="A", city="Rome")
    report = send(api["bob"], "update", {"id": row["id"], "city": "Rome"}).json()
    assert report["unchanged"] == 1
    assert api["bob"].get(f"/accounts/{row['id']}").json()["version"] == 1


def test_an_upsert_makes_what_is_new_and_changes_what_is_known(api):
    send(api["bob"], "upsert", {"external_id": "1", "name": "A"}, {"external_id": "2", "name": "B"})
    report = send(
        api["bob"],
        "upsert",
        {"external_id": "3", "name": "C"},
        {"external_id": "1", "name": "AA"},
        {"external_id": " 2 ", "name": "B"},
        {"external_id": "3", "name": "again"},
        {"name": "nameless"},
    ).json()
    states = [one["status"] for one in report["results"]]
    assert states == ["created", "updated", "unchanged", "failed", "failed"]
    assert names(api["bob"]) == ["AA", "B", "C"]
    again = send(api["bob"], "upsert", {"external_id": "3", "name": "C"}).json()
    assert (again["created"], again["unchanged"]) == (0, 1)


def test_an_upsert_does_not_reach_rows_of_other_teams(api):
    hidden = api["charlie"].made("/accounts", name="C", external_id="7")
    report = send(api["bob"], "upsert", {"external_id": "7", "name": "Mine now"}).json()
    assert set(report["results"][0]["errors"]) == {"external_id"}
    assert api["charlie"].get(f"/accounts/{hidden['id']}").json()["name"] == "C"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"mode": "x", "operation": "create", "records": []}, "mode"),
        ({"mode": "row_by_row", "operation": "delete", "records": []}, "operation"),
        ({"mode": ["row_by_row"], "operation": {}, "records": []}, "mode"),
        ({"mode": "row_by_row", "operation": "create", "records": {}}, "records"),
        ({"mode": "row_by_row", "operation": "create", "records": [{}] * 1001}, "records"),
        ({"mode": "row_by_row", "operation": "create", "records": [], "x": 1}, "x"),
        ({}, "records"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(api, sent, field):
    assert field in problem(api["bob"].post("/accounts/bulk", sent), 422)["errors"]


def test_nothing_to_do_is_done(api):
    for operation in ("create", "update", "upsert"):
        assert send(api["bob"], operation).json()["results"] == []


def test_a_thousand_rows_take_few_queries(api, django_assert_max_num_queries):
    rows = [{"name": f"Account {i}", "external_id": str(i)} for i in range(1000)]
    with django_assert_max_num_queries(30):
        assert send(api["bob"], "create", *rows).json()["created"] == 1000
