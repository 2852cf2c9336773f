"""A sign-up claims a schema by writing a row; whoever comes when none is ready waits a moment."""

from __future__ import annotations

import statistics
import threading
import time
from typing import Any

import pytest
from django.db import connections

from app.access.models import Team
from tenants.addresses import connect_owner
from tenants.context import use_control, use_tenant
from tenants.models import Domain, FleetState, ReadySchema, Tenant
from tenants.provisioning import (
    SubdomainTaken,
    activate,
    build_one,
    is_ready,
    open_workspace,
    run_once,
    wait_until_ready,
)
from tenants.routing import find_route, ref_of
from tests import planes
from tests.live import Live


def _open(subdomain: str, **values: Any) -> Tenant:
    defaults = {"owner_email": "o@x.example", "owner_password": "hash", "owner_name": "Olga"}
    return open_workspace(company="X", subdomain=subdomain, **(defaults | values))


def test_eight_at_once_get_a_schema_each(open_fresh: Any) -> None:
    run_once(pool_size=8)
    made, taken = _at_once(8, lambda number: _open(f"eight-{number}"))
    assert taken == []
    assert len({tenant.schema_name for tenant in made}) == 8
    with use_control():
        assert all(is_ready(tenant) for tenant in made)
        assert ReadySchema.objects.filter(tenant=None).count() == 0


def test_more_than_are_ready_lose_nobody(open_fresh: Any) -> None:
    run_once(pool_size=3)
    made, taken = _at_once(8, lambda number: _open(f"lack-{number}"))
    assert (len(made), taken) == (8, [])
    with use_control():
        assert sum(is_ready(tenant) for tenant in made) == 3
    run_once(pool_size=0)
    for tenant in made:
        assert is_ready(tenant)
        activate(tenant)
        with use_tenant(ref_of(tenant)):
            assert Team.objects.count() == 0


def test_one_name_is_given_once(open_fresh: Any) -> None:
    run_once(pool_size=8)
    made, taken = _at_once(8, lambda _number: _open("wanted-by-all"))
    assert (len(made), len(taken)) == (1, 7)
    with use_control():
        assert Domain.objects.filter(domain="wanted-by-all.localhost").count() == 1


def test_a_refused_name_gives_its_schema_back(open_fresh: Any) -> None:
    run_once(pool_size=1)
    _open("first-come")
    run_once(pool_size=1)
    with pytest.raises(SubdomainTaken):
        _open("first-come")
    assert is_ready(_open("second-choice"))


def test_a_claim_takes_less_than_fifty_milliseconds(open_fresh: Any) -> None:
    run_once(pool_size=10)
    seconds = []
    for number in range(10):
        start = time.perf_counter()
        _open(f"claim-{number}")
        seconds.append(time.perf_counter() - start)
    print(f"claim: median {statistics.median(seconds) * 1000:.1f} ms")
    assert statistics.median(seconds) < 0.05


def test_making_one_when_none_is_ready_takes_less_than_a_second(open_fresh: Any) -> None:
    run_once(pool_size=0)
    tenant = _open("impatient")
    start = time.perf_counter()
    with use_control():
        assert build_one()
    seconds = time.perf_counter() - start
    print(f"replay and grants: {seconds:.3f} s")
    assert is_ready(tenant)
    assert seconds < 1


def test_a_maker_killed_after_the_replay_is_repeated_without_harm(
    open_fresh: Any, monkeypatch: Any
) -> None:
    tenant = _open("killed-maker")

    def die(_ready: ReadySchema) -> None:
        raise SystemExit

    with monkeypatch.context() as patched, use_control():
        patched.setattr("tenants.provisioning._mark_ready", die)
        with pytest.raises(SystemExit):
            build_one()
    assert not is_ready(tenant)
    run_once(pool_size=0)
    assert is_ready(tenant)


def test_a_workspace_answers_only_when_active(open_fresh: Any) -> None:
    tenant = _open("not-yet")
    run_once(pool_size=0)
    with use_control():
        assert find_route("not-yet.localhost") is None
    activate(tenant)
    with use_control():
        route = find_route("not-yet.localhost")
        kept = Tenant.objects.get(pk=tenant.pk)
    assert route is not None
    assert route.ref == ref_of(tenant)
    assert (kept.owner_email, kept.owner_password, kept.owner_name) == ("", "", "")


def test_every_schema_is_part_of_the_fleet(open_fresh: Any) -> None:
    run_once(pool_size=2)
    with use_control():
        ready = {row.schema_name for row in ReadySchema.objects.all() if row.state == "ready"}
        assert ready == set(FleetState.objects.values_list("schema_name", flat=True))


def test_roles_are_made_in_batches_ahead(open_fresh: Any) -> None:
    with connect_owner() as owner:
        # The last one: those of removed workspaces are missing before it.
        numbers = "substring(rolname FROM 5)::int FROM pg_roles WHERE rolname ~ '^r_t_[0-9]+$'"
        row = owner.execute(f"SELECT {numbers} ORDER BY 1 DESC LIMIT 1").fetchone()
    assert row is not None
    assert row[0] >= 200
    assert row[0] % 200 == 0


def test_the_provisioner_hears_of_an_empty_pool(live: Live) -> None:
    with planes.using(live.pair):
        for number in range(3):
            start = time.perf_counter()
            tenant = _open(f"called-{number}")
            assert wait_until_ready(tenant, seconds=10)
            print(f"from the sign-up to the schema: {time.perf_counter() - start:.2f} s")


def _at_once(number: int, work: Any) -> tuple[list[Any], list[Exception]]:
    made: list[Any] = []
    taken: list[Exception] = []
    barrier = threading.Barrier(number)

    def one(index: int) -> None:
        barrier.wait()
        try:
            made.append(work(index))
        except SubdomainTaken as error:
            taken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made, taken
