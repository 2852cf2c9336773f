"""The web under load while pods die and releases roll."""

from __future__ import annotations

import pytest

from tests.infra.rolling import next_release
from tests.infra.rolling.cluster import Release
from tests.infra.rolling.conftest import Stack, tell
from tests.infra.rolling.load import Tally, creating, reading

#: A release is proved by so many writes.
WRITES = 10_000
#: Pods that are killed, one after another.
KILLED = 3
#: Pods that end without a drain until the first request is lost.
TURNS = 16


def test_the_chart_gives_a_pod_time_to_drain_and_to_end(stack: Stack) -> None:
    web, health = stack.web.workload, stack.health
    drain = float(web.before_stop[-1])
    noticed = health.period * (health.failures + 1) + health.timeout
    assert noticed < drain, "the way in may send requests to a pod that is ending"
    assert drain + float(web.environment["WEB_GRACE_SECONDS"]) <= web.grace


def test_reading_goes_on_while_pods_are_killed(stack: Stack) -> None:
    with stack.load(reading(stack.planted.tokens, stack.planted.session)) as load:
        load.wait_for(200, seconds=60)
        for pod in stack.web.pods[:KILLED]:
            stack.web.restart_killed(pod)
        load.wait_for(len(load.tally.acknowledged) + 200, seconds=60)
    tell(f"GET, {KILLED} pods killed: {load.tally.told()}")
    assert load.tally.failures == []
    assert len(load.tally.pods) == stack.web.workload.replicas


@pytest.fixture(scope="module")
def released(stack: Stack) -> Tally:
    """Programs that write through a release with a migration, and through the way back from it."""
    following = next_release.make(stack.folder / "second")
    with stack.load(creating("drained", stack.planted.tokens)) as load:
        load.wait_for(200, seconds=60)
        stack.migrate(following)
        for release in (following, Release()):
            seconds = stack.web.roll(release)
            tell(f"{release.name}: {seconds:.0f} s, {load.tally.told()}")
        load.wait_for(WRITES, seconds=300)
    tell(f"POST, drained: {load.tally.told()}")
    return load.tally


def test_a_release_that_drains_loses_no_write(stack: Stack, released: Tally) -> None:
    assert released.failures == []
    assert len(released.acknowledged) >= WRITES


def test_every_write_was_done_once(stack: Stack, released: Tally) -> None:
    rows = stack.planted.rows(
        "SELECT name, count(*) FROM catalog_product WHERE name LIKE 'drained-%%' GROUP BY name"
    )
    assert [name for name, number in rows if number != 1] == []
    assert {name for name, _number in rows} == set(released.acknowledged)


def test_the_schema_was_that_of_the_second_release(stack: Stack, released: Tally) -> None:
    assert stack.planted.rows("SELECT DISTINCT warranty FROM catalog_product") == [("",)]


def test_every_pod_of_both_releases_had_its_share(stack: Stack, released: Tally) -> None:
    shares = [pod.answered("POST") for pod in (*stack.web.former, *stack.web.pods)]
    assert len(shares) == 3 * stack.web.workload.replicas
    assert sum(shares) == len(released.acknowledged)
    assert min(shares) > 0, shares


def test_every_pod_ended_within_its_grace(stack: Stack, released: Tally) -> None:
    ended = [pod.ended for pod in stack.web.former]
    assert len(ended) == 2 * stack.web.workload.replicas
    drain = float(stack.web.workload.before_stop[-1])
    assert all(one["drain"] >= drain and not one["killed"] for one in ended), ended


def test_a_release_without_a_drain_loses_writes(stack: Stack) -> None:
    with stack.load(creating("hasty", stack.planted.tokens)) as load:
        load.wait_for(200, seconds=60)
        for _turn in range(TURNS):
            stack.web.replace(stack.web.pods[0], Release(), drained=False)
            if load.tally.failures:
                break
    tell(f"POST, not drained: {load.tally.told()}: {load.tally.failures[:3]}")
    assert load.tally.failures, "nothing was lost: the test of a drained release cannot fail"
