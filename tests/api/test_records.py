"""One record: made, read, changed, deleted and restored."""

from __future__ import annotations


def test_it_creates_a_record_and_says_where_it_is(api):
    response = api["bob"].post("/accounts", {"name": "Acme", "revenue": "1000.5"})
    assert response.status_code == 201
    row = response.json()
    assert response.headers["Location"] == f"/api/v1/accounts/{row['id']}"
    assert response.headers["ETag"] == '"1"'
    assert (row["name"], row["revenue"], row["revenue_currency"]) == ("Acme", "1000.50", "USD")
    assert (row["owner"], row["version"]) == ("Bob", 1) or row["owner"].startswith("Bob")
