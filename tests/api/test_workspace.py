"""Who am I, who works here, where is it."""

from __future__ import annotations

from tests.api.caller import problem


def test_a_token_knows_its_person(api, bob):
    me = api["bob"].get("/me").json()
    assert (me["id"], me["email"], me["role"], me["base_currency"]) == (
        bob.pk,
        bob.email,
        "sales",
        "USD",
    )


def test_everybody_sees_the_people(api, bob):
    found = api["rita"].get("/people?q=birch").json()["results"]
    assert [(one["id"], one["name"], one["email"]) for one in found] == [
        (bob.pk, bob.name, bob.email)
    ]
    assert api["rita"].get(f"/people/{bob.pk}").json() == found[0]
    problem(api["rita"].get("/people/999"), 404)
    problem(api["alice"].post("/people", {"name": "X"}), 405)


def test_search_looks_into_all_entities(api):
    account = api["bob"].made("/accounts", name="王伟贸易", email="wang@example.com")
    contact = api["bob"].made("/contacts", name="王伟")
    found = api["bob"].get("/search?q=王伟").json()["results"]
    assert {(one["entity"], one["id"]) for one in found} == {
        ("accounts", account["id"]),
        ("contacts", contact["id"]),
    }
    half = api["bob"].get("/search?q=ang@exam").json()["results"]
    assert [one["name"] for one in half] == ["王伟贸易"]
    assert api["bob"].get("/search?q=王伟&limit=1").json()["results"] == found[:1]


def test_a_search_for_nothing_finds_nothing(api):
    for query in ("", "?q=", "?q=%20", "?q=%00", "?q=%25"):
        assert api["bob"].get(f"/search{query}").json() == {"results": [], "next": None}


def test_a_search_limit_has_bounds(api):
    for limit in ("0", "101", "x"):
        assert set(problem(api["bob"].get(f"/search?q=a&limit={limit}"), 422)["errors"]) == {
            "limit"
        }
