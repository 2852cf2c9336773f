"""A job that comes round is started once a round, in every active workspace."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import procrastinate
import pytest

from tenants import schedules
from tenants.addresses import address, connect_owner
from tenants.context import Ref, use_control, use_tenant
from tenants.jobs import worker_app
from tenants.models import Tenant
from tenants.schedules import (
    SCHEDULES,
    Clock,
    Schedule,
    UnknownSchedule,
    call_rounds,
    every,
    start_round,
)
from tests import planes
from tests.live import Live

NAME = "tests.come_round"


@every("17 3 1 1 *", name=NAME)
def come_round() -> None:
    """Leave a trace in the workspace."""
    from app.access.models import Team

    Team.objects.create(name=f"round {Team.objects.count()}")


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: Any) -> None:
    monkeypatch.setattr(schedules, "SCHEDULES", {NAME: SCHEDULES[NAME]})


def test_the_last_round_is_the_one_that_cron_means() -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC).timestamp()
    due = Schedule(come_round, "17 3 * * *").last_due(noon)
    assert datetime.fromtimestamp(due, UTC) == datetime(2026, 3, 14, 3, 17, tzinfo=UTC)


def test_the_clock_calls_each_round_once() -> None:
    clock, now = Clock(), time.time()
    assert [name for name, _moment in clock.due(now)] == [NAME]
    assert list(clock.due(now + 5)) == []
    assert [name for name, _moment in clock.due(now + 366 * 24 * 3600)] == [NAME]


def test_a_schedule_that_makes_no_sense_ends_the_start() -> None:
    with pytest.raises(ValueError, match="no schedule"):
        every("at noon", name="tests.never")
    assert "tests.never" not in SCHEDULES


def test_a_round_is_started_once_however_many_schedulers_there_are(fresh: Ref) -> None:
    async def two_schedulers() -> list[int]:
        app = worker_app(address("JOBS_DATABASE_URL"))
        async with app.open_async():
            return [await call_rounds(app, Clock()) for _scheduler in range(2)]

    # In a thread of its own: the browser's tests leave a loop in this one.
    with ThreadPoolExecutor(1) as aside:
        assert aside.submit(asyncio.run, two_schedulers()).result() == [1, 0]
    assert [args["schedule"] for args in _jobs("tenants.start_round")] == [NAME]


def test_a_round_reaches_every_active_workspace_and_waits_in_it_once(open_fresh: Any) -> None:
    one, two, closed = (open_fresh() for _each in range(3))
    with use_control():
        Tenant.objects.filter(pk=closed.id).update(status=Tenant.Status.SUSPENDED)
    start_round(schedule=NAME, timestamp=1)
    start_round(schedule=NAME, timestamp=2)
    reached = [args["tenant"] for args in _jobs(NAME)]
    assert reached.count(one.schema) == reached.count(two.schema) == 1
    assert closed.schema not in reached


def test_a_round_of_another_releases_schedule_is_tried_again(fresh: Ref) -> None:
    before = len(_jobs(NAME))
    with pytest.raises(UnknownSchedule) as raised:
        start_round(schedule="tests.of_another_release", timestamp=1)
    assert len(_jobs(NAME)) == before
    job = procrastinate.jobs.Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name=start_round.queued.name
    )
    assert start_round.queued.get_retry_exception(raised.value, job) is not None


def _jobs(name: str) -> list[dict[str, Any]]:
    with connect_owner() as owner:
        query = "SELECT args FROM jobs.procrastinate_jobs WHERE task_name = %s ORDER BY id"
        return [row[0] for row in owner.execute(query, [name]).fetchall()]


def test_a_scheduler_that_starts_makes_up_for_a_round_that_nobody_called(live: Live) -> None:
    from app.access.models import Team

    with planes.using(live.pair):
        for name in ("acme", "globex"):
            with use_tenant(planes.ref_at(name)):
                _until(lambda: Team.objects.filter(name="a round").exists())


def _until(condition: Any, *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.1)
