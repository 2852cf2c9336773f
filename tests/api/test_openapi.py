"""The specification and the page that is told from it."""

from __future__ import annotations

from tests.api.caller import problem


def test_the_specification_is_for_tokens_and_for_signed_in_people(api, browser, bob):
    document = api["bob"].get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert browser(bob).get("/api/v1/openapi.json").json() == document
    problem(browser().get("/api/v1/openapi.json"), 401)


def test_the_specification_names_every_address_of_every_entity(api):
    paths = api["bob"].get("/openapi.json").json()["paths"]
    assert set(paths["/deals"]) == {"get", "post"}
    assert set(paths["/deals/{id}"]) == {"get", "patch", "delete"}
    for path in ("/deals/bulk", "/deals/{id}/win", "/deals/{id}/restore", "/deals/{id}/links"):
        assert set(paths[path]) - {"get"} == {"post"} - ({"post"} if "links" in path else set())
    filters = {one["name"] for one in paths["/deals"]["get"]["parameters"]}
    assert {"account_id", "amount__gte", "name__contains", "stage_id__in", "cursor"} <= filters


def test_the_page_explains_the_calls_to_signed_in_people(browser, bob):
    page = browser(bob).get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "/api/v1/deals/{id}/win" in text
    assert "revenue_currency" in text
    assert "<script>" not in text
    assert "style=" not in text


def test_a_stranger_is_sent_from_the_page_to_the_log_in(browser):
    answer = browser().get("/api/v1/docs")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Fapi%2Fv1%2Fdocs")
