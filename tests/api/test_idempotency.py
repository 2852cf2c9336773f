"""A POST with a key is done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connections
from django.utils import timezone

from tenants.context import use_tenant
from tests.api.caller import caller_of, problem
from tests.people import person
from tests.records.helpers import pipeline


def count(caller) -> int:
    """How many accounts there are."""
    return len(caller.get("/accounts").json()["results"])


def test_a_repeat_gets_the_first_answer_again(api):
    first = api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1")
    again = api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    for header in ("Location", "ETag", "Content-Type"):
        assert first.headers[header] == again.headers[header]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(api["bob"]) == 1


def test_without_a_key_or_with_another_it_is_done_again(api):
    for key in ({}, {}, {"idempotency_key": "a"}, {"idempotency_key": "b"}):
        assert api["bob"].post("/accounts", {"name": "Acme"}, **key).status_code == 201
    assert count(api["bob"]) == 4


@pytest.mark.parametrize(
    ("path", "body"), [("/accounts", {"name": "Other"}), ("/contacts", {"name": "Acme"})]
)
def test_the_key_of_another_request_is_refused(api, path, body):
    api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1")
    problem(api["bob"].post(path, body, idempotency_key="k1"), 422)
    assert count(api["bob"]) == 1


def test_keys_belong_to_a_person(api):
    for name in ("bob", "alice", "mallory"):
        answer = api[name].post("/accounts", {"name": "Acme"}, idempotency_key="k1")
        assert answer.status_code == 201
        assert "Idempotent-Replayed" not in answer.headers


def test_a_refusal_is_not_kept(api):
    problem(api["bob"].post("/accounts", {"name": ""}, idempotency_key="k1"), 422)
    assert api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1").status_code == 201


def test_a_crash_leaves_neither_the_record_nor_the_key(api, monkeypatch):
    from app.api import idempotency
    from app.records.models import IdempotencyKey

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "finish", lambda *_a: 1 / 0)
        problem(api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1"), 500)
    assert (count(api["bob"]), IdempotencyKey.objects.count()) == (0, 0)
    answer = api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1")
    assert (answer.status_code, count(api["bob"])) == (201, 1)


def test_actions_and_bulk_requests_are_done_once_too(api, alice):
    pipeline(alice)
    deal = api["bob"].made("/deals", name="Big")
    sent = {"mode": "row_by_row", "operation": "create", "records": [{"name": "A"}]}
    for path, body in ((f"/deals/{deal['id']}/win", {"reason": "x"}), ("/accounts/bulk", sent)):
        first = api["bob"].post(path, body, idempotency_key=path)
        again = api["bob"].post(path, body, idempotency_key=path)
        assert (first.status_code, first.content) == (200, again.content)
    assert count(api["bob"]) == 1


def test_after_a_day_a_key_is_free_again(api):
    from app.records.models import IdempotencyKey

    api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key="k1")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    answer = api["bob"].post("/accounts", {"name": "Later"}, idempotency_key="k1")
    assert (answer.status_code, count(api["bob"])) == (201, 2)


@pytest.mark.parametrize("key", ["", " ", "x" * 201])
def test_a_key_that_cannot_be_kept_is_refused(api, key):
    problem(api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key=key), 400)


def test_of_many_at_once_one_is_done_and_all_get_its_answer(fresh):
    with use_tenant(fresh):
        caller = caller_of(person("bob", ref=fresh), ref=fresh)
    start = Barrier(6)

    def post(_number: int) -> tuple[int, bytes]:
        start.wait()
        answer = caller.post("/accounts", {"name": "Acme"}, idempotency_key="k1")
        connections.close_all()
        return answer.status_code, answer.content

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(6)))
    assert {status for status, _content in answers} == {201}
    assert len({content for _status, content in answers}) == 1
    assert count(caller) == 1


def test_a_repeat_does_not_wait_for_ever(fresh, monkeypatch):
    from app.api import idempotency

    monkeypatch.setattr(idempotency, "WAIT", "50ms")
    with use_tenant(fresh):
        caller = caller_of(person("bob", ref=fresh), ref=fresh)
    first, second = Event(), Event()
    finish = idempotency.finish

    def finish_slowly(*arguments) -> None:
        first.set()
        assert second.wait(20)
        finish(*arguments)

    monkeypatch.setattr(idempotency, "finish", finish_slowly)

    def post() -> int:
        answer = caller.post("/accounts", {"name": "Acme"}, idempotency_key="k1")
        connections.close_all()
        return answer.status_code

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(post)
        assert first.wait(20)
        repeat = caller.post("/accounts", {"name": "Acme"}, idempotency_key="k1")
        second.set()
        assert slow.result() == 201
    problem(repeat, 409)
    assert int(repeat.headers["Retry-After"]) > 0
    assert count(caller) == 1


def test_old_answers_are_forgotten(api, workspace):
    from app.records.jobs import forget_keys
    from app.records.models import IdempotencyKey

    for key in ("old", "new"):
        api["bob"].post("/accounts", {"name": "Acme"}, idempotency_key=key)
    aged = timezone.now() - timedelta(hours=25)
    IdempotencyKey.objects.filter(key="old").update(created_at=aged)
    forget_keys()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
