"""A worker that ends loses no job: what it has it finishes, or hands back for another to take."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import procrastinate
import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.testing import InMemoryConnector

from app.access.models import Team
from tenants import jobs, scheduler
from tenants.addresses import address, connect_owner
from tenants.context import Ref, use_tenant
from tenants.jobs import worker_app
from tenants.returns import MAX_ATTEMPTS, UNKNOWN_TIMES, hand_back
from tenants.scheduler import rescue
from tenants.worker import EndingWorker, _make
from tests import planes
from tests.live import OWNERS, Live
from tests.server import ROOT
from tests.tenants.tasks import add_team, interrupted, takes_long

STARTS = "SELECT count(*) FROM procrastinate_events WHERE job_id = %s AND type = 'started'"


@pytest.fixture
def acme(live: Live) -> Iterator[Ref]:
    """A workspace of the running stack, whose own worker stands aside."""
    live.kill("worker")
    with planes.using(live.pair), use_tenant(planes.ref_at("acme")) as ref:
        yield ref
    live.start("worker")


@contextmanager
def a_worker(live: Live, *, grace: int = 60) -> Iterator[subprocess.Popen[bytes]]:
    """One more worker, which gets one job at a time."""
    environ = {key: value for key, value in live.environ.items() if key not in OWNERS}
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "app.config.start", "worker", "--concurrency", "1"],
        cwd=ROOT,
        env=environ | {"WORKER_GRACE_SECONDS": str(grace)},
        stdin=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


def test_it_finishes_what_it_has_and_takes_nothing_new(live: Live, acme: Ref) -> None:
    """It takes longer than a worker may be silent: nobody else may think it dead meanwhile."""
    with a_worker(live) as worker:
        number = takes_long.defer(name="long", seconds=14)
        _until(lambda: _traces("long") == {"long begun 0"})
        waiting = add_team.defer(name="too late")
        worker.send_signal(signal.SIGTERM)
        seen = set()
        while worker.poll() is None:
            seen.add(_status(number))
            time.sleep(0.2)
        assert worker.returncode == 0
    assert seen <= {("doing", 0), None}
    assert _traces("long") == {"long begun 0", "long done"}
    assert _status(waiting) == ("todo", 0)
    assert _traces("too late") == set()


def test_what_it_cannot_finish_in_time_another_takes_up_at_once(live: Live, acme: Ref) -> None:
    with a_worker(live, grace=1) as first:
        number = interrupted.defer(name="cut short")
        _until(lambda: _traces("cut short") == {"cut short"})
        with a_worker(live):
            add_team.defer(name="second is here")
            _until(lambda: _traces("second") == {"second is here"}, seconds=40)
            first.send_signal(signal.SIGTERM)
            assert first.wait(10) == 0
            _until(lambda: _traces("cut short") == {"cut short done"}, seconds=3)
            _until(lambda: _status(number) is None, seconds=3)


def test_asked_twice_it_ends_at_once_and_loses_nothing(live: Live, acme: Ref) -> None:
    with a_worker(live) as worker:
        number = takes_long.defer(name="impatient", seconds=300)
        _until(lambda: _traces("impatient") == {"impatient begun 0"})
        worker.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(5) == 0
    assert _status(number) == ("todo", 1)
    _sql("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING id", number)


def test_whose_jobs_were_given_to_others_ends_at_once(live: Live, acme: Ref) -> None:
    with a_worker(live) as worker:
        number = takes_long.defer(name="struck off", seconds=300)
        _until(lambda: _traces("struck off") == {"struck off begun 0"})
        query = """DELETE FROM procrastinate_workers WHERE id = (
                       SELECT worker_id FROM procrastinate_jobs WHERE id = %s) RETURNING id"""
        _sql(query, number)
        assert worker.wait(20) == 0
    _until(lambda: _status(number) == ("todo", 1))
    _sql("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING id", number)


def test_a_worker_that_cannot_fetch_jobs_any_more_says_that_it_ends(monkeypatch: Any) -> None:
    app = procrastinate.App(connector=InMemoryConnector())
    worker = EndingWorker(app, install_signal_handlers=False)

    async def refused(**_given: Any) -> None:
        raise ConnectorException

    async def work() -> None:
        monkeypatch.setattr(app.job_manager, "fetch_job", refused)
        await worker.run()  # type: ignore[no-untyped-call]

    with ThreadPoolExecutor(1) as aside, pytest.raises(ConnectorException):
        aside.submit(asyncio.run, work()).result()
    assert worker.is_ending.is_set()


@pytest.mark.parametrize("name", ["web", "worker", "scheduler", "provisioner"])
def test_each_process_hears_that_it_shall_end_also_as_the_first_of_a_container(
    live: Live, name: str
) -> None:
    """The kernel keeps SIGTERM from a container's first process that does not ask for it."""
    _until(lambda: _hears(live.children[name].pid, signal.SIGTERM))


@pytest.mark.parametrize("name", ["scheduler", "provisioner"])
def test_those_that_may_be_ended_anywhere_end_when_told(live: Live, name: str) -> None:
    child = live.children[name]
    _until(lambda: _hears(child.pid, signal.SIGTERM))
    child.terminate()
    assert child.wait(60) in (0, 128 + signal.SIGTERM)
    live.start(name)


def test_jobs_of_a_worker_that_still_speaks_stay_with_it(fresh: Ref) -> None:
    number = _in_hand(fresh, worker=_worker())
    assert _rescue() == 0
    assert _status(number) == ("doing", 0)


def test_a_job_of_a_dead_worker_is_put_back_once_however_many_look(fresh: Ref) -> None:
    number = _in_hand(fresh, worker=_worker(silent=11))
    with ThreadPoolExecutor(4) as aside:
        found = list(aside.map(lambda _turn: _rescue(), range(4)))
    assert sorted(found) == [0, 0, 0, 1]
    assert _status(number) == ("todo", 1)


def test_a_worker_that_starts_strikes_no_silent_one_off(fresh: Ref) -> None:
    """Nobody could be heard while the database was away, and some start anew after it."""
    silent = _worker(silent=11)
    _work_off("tests.nothing")
    assert _sql("DELETE FROM procrastinate_workers WHERE id = %s RETURNING id", silent)


def test_nobody_is_thought_dead_before_the_database_has_answered_for_a_while(
    monkeypatch: Any,
) -> None:
    answers = [*[True] * 6, False, *[True] * 5]
    asked: list[bool] = []
    rescued_at = []

    async def ask(_query: str) -> None:
        if len(asked) == len(answers):
            raise asyncio.CancelledError
        asked.append(answers[len(asked)])
        if not asked[-1]:
            await asyncio.Event().wait()

    async def note(_app: Any) -> None:
        rescued_at.append(len(asked))
        if len(rescued_at) > len(answers):
            raise asyncio.CancelledError

    monkeypatch.setattr(scheduler, "HEARTBEAT", 0.01)
    monkeypatch.setattr(scheduler, "DEAD_AFTER", 0.035)
    monkeypatch.setattr(scheduler, "rescue", note)
    app: Any = SimpleNamespace(connector=SimpleNamespace(execute_query_async=ask))
    with ThreadPoolExecutor(1) as aside, pytest.raises(asyncio.CancelledError):
        aside.submit(asyncio.run, scheduler._rescue_forever(app)).result()
    assert rescued_at == [5, 6, 12]


def test_a_job_that_took_many_workers_along_fails(fresh: Ref) -> None:
    number = _in_hand(fresh, worker=_worker(silent=11), attempts=MAX_ATTEMPTS)
    assert _rescue() == 1
    assert _status(number) == ("failed", MAX_ATTEMPTS + 1)


def test_only_its_own_jobs_are_handed_back(fresh: Ref) -> None:
    mine, other = _worker(), _worker()
    number, foreign = (_in_hand(fresh, worker=one) for one in (mine, other))
    assert hand_back(_jobs_url(), worker=mine) == [number]
    assert _status(foreign) == ("doing", 0)
    assert _sql("SELECT count(*) FROM procrastinate_workers WHERE id = %s", mine) == (0,)


def test_a_job_that_only_another_release_knows_waits_for_it(fresh: Ref) -> None:
    number = _unknown(fresh, queue="tests.unknown")
    _work_off("tests.unknown")
    assert _status(number) == ("todo", 0)
    query = """SELECT scheduled_at > now() + make_interval(secs => 1)
               FROM procrastinate_jobs WHERE id = %s"""
    assert _sql(query, number) == (True,)
    _work_off("tests.unknown")
    assert _sql(STARTS, number) == (1,)
    _sql("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING id", number)


def test_a_job_that_no_release_knows_fails_in_the_end(fresh: Ref) -> None:
    number = _unknown(fresh, queue="tests.never_known")
    query = """INSERT INTO procrastinate_events (job_id, type, at)
               SELECT %s, 'started', now() FROM generate_series(1, %s) RETURNING id"""
    _sql(query, number, UNKNOWN_TIMES)
    _work_off("tests.never_known")
    assert _status(number) == ("failed", 1)
    _sql("DELETE FROM procrastinate_jobs WHERE id = %s RETURNING id", number)


def _unknown(ref: Ref, *, queue: str) -> int:
    """A job of a task that is not in this release, in a queue of its own."""
    with use_tenant(ref):
        queued = jobs.app.configure_task("tests.of_another_release", queue=queue)
        return queued.defer(tenant=ref.schema, actor=None)


def _work_off(queue: str) -> None:
    """Run a worker until nothing in the queue is due."""

    async def once() -> None:
        app = worker_app(_jobs_url())
        async with app.open_async():
            worker = _make(app, concurrency=1)
            worker.queues, worker.wait = [queue], False
            await worker.run()  # type: ignore[no-untyped-call]

    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, once()).result()


def _hears(pid: int, number: signal.Signals) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line for line in lines if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def _rescue() -> int:
    async def once() -> int:
        app = worker_app(_jobs_url())
        async with app.open_async():
            return await rescue(app)

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, once()).result()


def _jobs_url() -> str:
    return address("JOBS_DATABASE_URL")


def _worker(*, silent: int = 0) -> int:
    query = """INSERT INTO procrastinate_workers (last_heartbeat)
               VALUES (now() - make_interval(secs => %s)) RETURNING id"""
    return int(_sql(query, silent)[0])


def _in_hand(ref: Ref, *, worker: int, attempts: int = 0) -> int:
    with use_tenant(ref):
        number = add_team.defer(name="in hand")
    query = """UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s
               WHERE id = %s RETURNING id"""
    return int(_sql(query, worker, attempts, number)[0])


def _status(number: int) -> Any:
    return _sql("SELECT status, attempts FROM procrastinate_jobs WHERE id = %s", number)


def _sql(query: str, *params: Any) -> Any:
    with connect_owner() as owner:
        owner.execute("SET search_path = jobs")
        return owner.execute(query.encode(), params).fetchone()


def _traces(name: str) -> set[str]:
    return set(Team.objects.filter(name__startswith=name).values_list("name", flat=True))


def _until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.1)
