"""One record: made, read, changed, deleted and restored."""

from __future__ import annotations

from tests.api.caller import problem
from tests.records.helpers import pipeline


def test_it_creates_a_record_and_says_where_it_is(api, bob):
    response = api["bob"].post("/accounts", {"name": "Acme", "revenue": "1000.5"})
    assert response.status_code == 201
    row = response.json()
    assert response.headers["Location"] == f"/api/v1/accounts/{row['id']}"
    assert response.headers["ETag"] == '"1"'
    assert (row["name"], row["revenue"], row["revenue_currency"]) == ("Acme", "1000.50", "USD")
    assert (row["owner_id"], row["owner"], row["version"]) == (bob.pk, bob.name, 1)
    assert api["bob"].get(response.headers["Location"]).json() == row


def test_money_comes_as_text_whatever_form_it_was_sent_in(api):
    for sent, kept in (("1234.5", "1234.50"), (1234, "1234.00"), (0.0125, "0.0125"), (None, None)):
        row = api["bob"].made("/accounts", name="Acme", revenue=sent)
        assert row["revenue"] == kept
        assert row["revenue_currency"] == ("USD" if kept else "")


def test_a_relation_is_written_as_an_id_and_brings_its_name(api, workspace, alice):
    pipeline(alice)
    account = api["bob"].made("/accounts", name="Acme")
    row = api["bob"].made("/deals", name="Big", account_id=account["id"], amount="5")
    assert (row["account_id"], row["account"]) == (account["id"], "Acme")
    assert row["stage"]
    assert row["status"] == "open"


def test_dates_are_iso_8601(api):
    row = api["bob"].made("/activities", name="Call", due_at="2026-03-01T10:00:00+08:00")
    assert row["due_at"] == "2026-03-01T02:00:00Z"
    assert row["created_at"].endswith("Z")
    odd = api["bob"].made("/activities", name="Call", due_at="2026-03-01T10:00:00-18:35")
    assert odd["due_at"] == "2026-03-02T04:35:00Z"
    for never in ("0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"):
        problem(api["bob"].post("/activities", {"name": "Call", "due_at": never}), 422)
    born = api["bob"].made("/contacts", name="Anna", birthday="1980-02-29")
    assert born["birthday"] == "1980-02-29"


def test_each_wrong_field_is_named(api):
    sent = {"name": "", "employees": "many", "nonsense": 1, "version": 4, "owner": "Bob"}
    errors = problem(api["bob"].post("/accounts", sent), 422)["errors"]
    assert set(errors) == {"name", "employees", "nonsense", "version", "owner"}
    assert all(isinstance(sentence, str) for one in errors.values() for sentence in one)


def test_a_change_takes_only_what_is_given(api):
    row = api["bob"].made("/accounts", name="Acme", city="Paris")
    answer = api["bob"].patch(f"/accounts/{row['id']}", {"city": "Rome"}, if_match='"1"')
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert (answer.json()["name"], answer.json()["city"]) == ("Acme", "Rome")


def test_a_change_may_echo_id_and_version_but_no_others(api):
    row = api["bob"].made("/accounts", name="Acme")
    at = f"/accounts/{row['id']}"
    same = {"id": row["id"], "version": 1, "name": "New"}
    assert api["bob"].patch(at, same, if_match="1").status_code == 200
    other = {"id": row["id"] + 1, "version": 9, "created_at": "2020-01-01T00:00:00Z"}
    errors = problem(api["bob"].patch(at, other, if_match="2"), 422)["errors"]
    assert set(errors) <= {"id", "version", "created_at"}
    assert "id" in errors


def test_a_deleted_record_is_gone_until_it_is_restored(api):
    row = api["bob"].made("/accounts", name="Acme")
    at = f"/accounts/{row['id']}"
    gone = api["bob"].delete(at, if_match='"1"')
    assert (gone.status_code, gone.content) == (204, b"")
    problem(api["bob"].get(at), 404)
    back = api["bob"].post(f"{at}/restore")
    assert (back.status_code, back.json()["name"], back.json()["version"]) == (200, "Acme", 3)
    problem(api["bob"].post(f"{at}/restore"), 404)


def test_a_record_with_children_is_deleted_only_along_with_them(api):
    account = api["bob"].made("/accounts", name="Acme")
    contact = api["bob"].made("/contacts", name="Anna", account_id=account["id"])
    at = f"/accounts/{account['id']}"
    refused = problem(api["bob"].delete(at, if_match="1"), 409)
    assert "1" in refused["detail"]
    assert api["bob"].delete(f"{at}?with_children=true", if_match="1").status_code == 204
    problem(api["bob"].get(f"/contacts/{contact['id']}"), 404)


def test_links_are_written_with_the_record_and_read_from_both_sides(api):
    account = api["bob"].made("/accounts", name="Acme")
    tie = {"entity": "accounts", "id": account["id"], "role": "advisor"}
    contact = api["bob"].made("/contacts", name="Anna", links=[tie])
    assert contact["links"] == [{**tie, "name": "Acme"}]
    at = f"/contacts/{contact['id']}"
    kept = api["bob"].patch(at, {"job_title": "CEO"}, if_match="1").json()
    assert kept["links"] == [{**tie, "name": "Acme"}]
    found = api["bob"].get(f"/accounts/{account['id']}/links").json()
    assert found["results"][0] == {**tie, "entity": "contacts", "id": contact["id"], "name": "Anna"}
    freed = api["bob"].patch(at, {"links": []}, if_match="2").json()
    assert (freed["links"], freed["version"]) == ([], 3)


def test_custom_values_are_kept_and_found(api):
    row = api["bob"].made("/accounts", name="Acme", custom={"region": "north", "size": 3})
    api["bob"].made("/accounts", name="Other", custom={"region": "south"})
    assert row["custom"] == {"region": "north", "size": 3}
    for query in ("custom.region=north", "custom.size=3"):
        found = api["bob"].get(f"/accounts?{query}").json()["results"]
        assert [one["id"] for one in found] == [row["id"]]


def test_numbers_and_truths_mean_what_the_field_can_hold(api):
    for field, sent in (("employees", 1.5), ("employees", True), ("name", True), ("revenue", True)):
        errors = problem(api["bob"].post("/accounts", {"name": "A", field: sent}), 422)["errors"]
        assert set(errors) == {field}
    row = api["bob"].made("/accounts", name=5, employees="7", revenue=0.1)
    assert (row["name"], row["employees"], row["revenue"]) == ("5", 7, "0.10")
