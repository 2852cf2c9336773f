"""The worker: fetches jobs as ``jobs_worker``, and takes up those whose worker died."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import procrastinate
from django.db import close_old_connections
from procrastinate import jobs as procrastinate_jobs
from procrastinate import utils as procrastinate_utils

from tenants.addresses import address
from tenants.beats import Pulse
from tenants.cells import CELL_ALIAS
from tenants.failures import tend_failures
from tenants.jobs import worker_app
from tenants.schedules import Clock, call_rounds

logger = logging.getLogger(__name__)
HEARTBEAT = 3.0
DEAD_AFTER = 10.0
#: How often the clock looks whether something is due.
TICK = 10.0
#: New jobs are announced; those of dead workers are found by asking.
POLLING = 5.0
#: A job that killed this many workers is at fault itself.
MAX_ATTEMPTS = 10


async def run_worker(*, concurrency: int = 2) -> None:
    """Work until told to stop (SIGTERM, SIGINT)."""
    app = worker_app(address("JOBS_DATABASE_URL"))
    async with app.open_async():
        rounds = (_rescue_forever, _watch_the_clock, _tend_forever)
        aside = [asyncio.create_task(one(app)) for one in rounds]
        try:
            await app.run_worker_async(
                concurrency=concurrency,
                fetch_job_polling_interval=POLLING,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=DEAD_AFTER,
                shutdown_graceful_timeout=10.0,
                delete_jobs="successful",
            )
        finally:
            for one in aside:
                one.cancel()


async def rescue(app: procrastinate.App) -> int:
    """Put the jobs of dead workers back into the queue; returns how many."""
    await app.job_manager.prune_stalled_workers(DEAD_AFTER)
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER)
    rows = list(stalled)
    for job in rows:
        await _take_up(app, job)
    return len(rows)


async def _take_up(app: procrastinate.App, job: Any) -> None:
    if job.attempts >= MAX_ATTEMPTS:
        logger.error("job %s (%s) failed: its workers died", job.id, job.task_name)
        failed = procrastinate_jobs.Status.FAILED
        await app.job_manager.finish_job(job, status=failed, delete_job=False)
        return
    logger.warning("job %s (%s) goes on: its worker died", job.id, job.task_name)
    await app.job_manager.retry_job(job, retry_at=procrastinate_utils.utcnow())


async def _rescue_forever(app: procrastinate.App) -> None:
    while True:
        try:
            await rescue(app)
        except Exception:
            logger.exception("looking for jobs of dead workers failed")
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
    pulse = Pulse("worker")
    while True:
        try:
            await asyncio.to_thread(_beat, pulse)
            await tend_failures(app, cell=CELL_ALIAS)
        except Exception:
            logger.exception("telling the control plane of failed jobs failed")
        await asyncio.sleep(TICK)


def _beat(pulse: Pulse) -> None:
    close_old_connections()
    pulse.beat()
