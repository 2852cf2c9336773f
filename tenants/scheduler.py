"""The scheduler: what comes round, the jobs of dead workers, and those that failed.

Several may run: the database tells one round from the next, and puts a job back once.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

import procrastinate
from django.db import close_old_connections

from tenants.addresses import address
from tenants.beats import Pulse
from tenants.failures import tend_failures
from tenants.jobs import worker_app
from tenants.returns import ANNOUNCE, MAX_ATTEMPTS, OF_THE_DEAD
from tenants.router import own_cell
from tenants.schedules import Clock, call_rounds
from tenants.worker import DEAD_AFTER, HEARTBEAT, TICK

logger = logging.getLogger(__name__)
Round = Callable[[procrastinate.App], Awaitable[None]]


async def run_scheduler() -> None:
    """Go on until told to stop (SIGTERM, SIGINT); each round may be cut short anywhere."""
    app = worker_app(address("JOBS_DATABASE_URL"), name="clientele-scheduler")
    async with app.open_async():
        rounds = (_rescue_forever, _watch_the_clock, _tend_forever)
        tasks = [asyncio.create_task(one(app)) for one in rounds]
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, _end, tasks)
        await asyncio.gather(*tasks, return_exceptions=True)


def _end(tasks: list[asyncio.Task[None]]) -> None:
    for one in tasks:
        one.cancel()


async def rescue(app: procrastinate.App) -> int:
    """Put the jobs of dead workers back into the queue; returns how many."""
    await app.job_manager.prune_stalled_workers(DEAD_AFTER)
    rows = await app.connector.execute_query_all_async(
        OF_THE_DEAD, seconds=DEAD_AFTER, most=MAX_ATTEMPTS
    )
    for row in rows:
        if row["is_given_up"]:
            logger.error("job %s (%s) failed: its workers died", row["id"], row["task_name"])
            continue
        logger.warning("job %s (%s) goes on: its worker died", row["id"], row["task_name"])
        await app.connector.execute_query_one_async(ANNOUNCE, job=row["id"])
    return len(rows)


async def _rescue_forever(app: procrastinate.App) -> None:
    """Only while the database answers: when it did not, the living could not be heard either."""
    answers = 0.0
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await app.connector.execute_query_async("SELECT 1")
            if answers >= DEAD_AFTER:
                await rescue(app)
            answers += HEARTBEAT
        except Exception:
            logger.exception("looking for jobs of dead workers failed")
            answers = 0.0
        await asyncio.sleep(HEARTBEAT)


async def _watch_the_clock(app: procrastinate.App) -> None:
    clock = Clock()
    while True:
        try:
            await call_rounds(app, clock)
        except Exception:
            logger.exception("calling what is due failed")
            clock = Clock()
        await asyncio.sleep(TICK)


async def _tend_forever(app: procrastinate.App) -> None:
    """Say that we live, and what failed."""
    pulse = Pulse("scheduler")
    while True:
        try:
            await asyncio.to_thread(_beat, pulse)
            await tend_failures(app, cell=own_cell())
        except Exception:
            logger.exception("telling the control plane of failed jobs failed")
        await asyncio.sleep(TICK)


def _beat(pulse: Pulse) -> None:
    close_old_connections()
    pulse.beat()
