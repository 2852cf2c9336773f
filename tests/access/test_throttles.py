from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.db import connections
from django.test import RequestFactory

from app.access.throttles import Rate, allow_key, allow_visitor
from tenants.context import Ref, use_tenant


def test_attempts_run_out_for_one_key_and_not_for_others(workspace: Ref) -> None:
    rate = Rate(3, 60)
    assert [allow_key("a@b.example", "find", rate=rate) for _ in range(4)] == [True] * 3 + [False]
    assert allow_key("c@d.example", "find", rate=rate)
    assert allow_key("a@b.example", "signup", rate=rate)


def test_attempts_are_counted_by_the_visitors_address(workspace: Ref, rf: RequestFactory) -> None:
    here, there = rf.get("/", REMOTE_ADDR="192.0.2.1"), rf.get("/", REMOTE_ADDR="192.0.2.2")
    rate = Rate(2, 60)
    assert [allow_visitor(here, "find", rate=rate) for _ in range(3)] == [True, True, False]
    assert allow_visitor(there, "find", rate=rate)


def test_a_header_does_not_make_another_visitor(workspace: Ref, rf: RequestFactory) -> None:
    rate = Rate(1, 60)
    answers = [
        allow_visitor(rf.get("/", headers={"X-Forwarded-For": f"192.0.2.{n}"}), "find", rate=rate)
        for n in range(3)
    ]
    assert answers == [True, False, False]


def test_attempts_in_one_workspace_do_not_count_in_another(two: tuple[Ref, Ref]) -> None:
    for ref in two:
        with use_tenant(ref):
            assert allow_key("1", "password", rate=Rate(1, 60))


def test_a_slot_is_free_again_when_its_time_is_over(workspace: Ref) -> None:
    over_at_once = Rate(1, 0)
    assert [allow_key("1", "find", rate=over_at_once) for _ in range(3)] == [True] * 3


def test_who_read_too_early_that_a_slot_is_free_does_not_get_it(
    workspace: Ref, monkeypatch: Any
) -> None:
    assert allow_key("1", "find", rate=Rate(1, 60))
    monkeypatch.setattr(cache, "get_many", lambda keys: {})
    assert not allow_key("1", "find", rate=Rate(1, 60))


def test_of_sixteen_at_once_exactly_as_many_pass_as_may(fresh: Ref) -> None:
    key = uuid4().hex

    def attempt(_number: int) -> bool:
        try:
            with use_tenant(fresh):
                return allow_key(key, "find", rate=Rate(10, 60))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(16))) == 10
