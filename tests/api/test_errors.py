"""Every fault is a problem document."""

from __future__ import annotations

import pytest

from tests.api.caller import problem


@pytest.mark.parametrize(
    "path",
    ["/nonsense", "/accounts/", "/accounts/x", "/accounts/1/fly", "/api/", "/api/v2/me", "/a%0Ab"],
)
def test_unknown_addresses_are_404_without_a_redirect(api, path):
    problem(api["bob"].get(path), 404)
    problem(api["bob"].post(path, {"name": "X"}), 404)


@pytest.mark.parametrize("key", ["0", "9" * 18, "9" * 19, "9" * 40, "9" * 5000])
def test_ids_beyond_all_records_are_404(api, key):
    problem(api["bob"].get(f"/accounts/{key}"), 404)


def test_a_wrong_method_names_the_right_ones(api):
    answer = api["bob"].send("PUT", "/accounts", {"name": "X"})
    problem(answer, 405)
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}


@pytest.mark.parametrize("body", [b"{", b"nonsense", b'{"name": NaN}', b"\xff", b'"' * 3])
def test_what_is_not_json_is_400(api, body):
    problem(api["bob"].post("/accounts", body), 400)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"name"', b"null"])
def test_what_is_not_an_object_is_422(api, body):
    problem(api["bob"].post("/accounts", body), 422)


def test_another_type_of_content_is_415(api):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        problem(api["bob"].post("/accounts", b"name=X", content_type=kind), 415)


def test_an_oversized_body_is_413(api):
    problem(api["bob"].post("/accounts", b" " * 6_000_000), 413)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 100_000])
def test_texts_that_cannot_be_kept_are_refused(api, text):
    body = b'{"name": "\\ud800"}' if text == "\ud800" else None
    answer = api["bob"].post("/accounts", body or {"name": text})
    assert answer.status_code in (400, 422)


def test_sentences_come_in_the_language_of_the_person(api, alice):
    alice.language = "zh-hans"
    alice.save()
    answer = api["alice"].post("/accounts", {})
    problem(answer, 422)
    assert answer.headers["Content-Language"] == "zh-hans"


def test_an_unexpected_fault_is_500_and_says_nothing_of_the_inside(api, monkeypatch):
    from app.records import listing

    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(listing, "parse_query", fail)
    document = problem(api["bob"].get("/accounts"), 500)
    assert "secret" not in str(document)


def test_a_wild_program_is_slowed_down(api, monkeypatch):
    from app.api import edge
    from app.api.throttles import Throttle

    monkeypatch.setattr(edge, "TOKENS", Throttle(per_minute=3))
    answers = [api["bob"].get("/me") for _attempt in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    problem(answers[-1], 429)
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert api["alice"].get("/me").status_code == 200


def test_a_guesser_of_tokens_is_slowed_down(api, monkeypatch):
    from app.api import edge
    from app.api.throttles import Throttle
    from tests.api.caller import Caller

    monkeypatch.setattr(edge, "STRANGERS", Throttle(per_minute=2))
    guesser = Caller("clt_guess", api["bob"].host)
    assert [guesser.get("/me").status_code for _attempt in range(3)] == [401, 401, 429]
    assert api["bob"].get("/me").status_code == 200
