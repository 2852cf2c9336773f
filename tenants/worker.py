"""The worker: fetches jobs as ``jobs_worker``, runs them, and leaves none behind when it ends."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

import procrastinate
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from tenants.addresses import address
from tenants.beats import Pulse
from tenants.failures import tell_faults
from tenants.jobs import worker_app
from tenants.returns import PUT_OFF, UNKNOWN_SECONDS, UNKNOWN_TIMES, become_hand_back
from tenants.router import own_cell

logger = logging.getLogger(__name__)
HEARTBEAT = 3.0
DEAD_AFTER = 10.0
#: Whether we were heard: whoever was silent too long is struck off, and its jobs are given away.
BEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(worker)s RETURNING id"
#: Workers leave it to the scheduler to strike off the silent: it knows when none could be heard.
NEVER = 10 * 365 * 86400.0
#: How often a process looks whether something is due, and says that it lives.
TICK = 10.0
#: New jobs are announced, and so are those that come back; this is for what was not heard.
POLLING = 5.0


class EndingWorker(Worker):
    """Leaves unknown jobs to workers of another release, and says when it begins to end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_ending = asyncio.Event()

    def stop(self) -> None:
        """Take nothing new; what was begun goes on."""
        self.is_ending.set()
        super().stop()  # type: ignore[no-untyped-call]

    @property
    def has_ended(self) -> bool:
        """It has nothing in hand and takes nothing new: it may have struck itself off."""
        return self.is_ending.is_set() and not self._running_jobs

    async def _shutdown(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        """Also reached when fetching jobs broke, and nobody said stop."""
        self.is_ending.set()
        await super()._shutdown(side_tasks)

    async def _process_job(self, context: JobContext) -> None:
        if context.job.task_name in self.app.tasks or not await self._put_off(context.job):
            await super()._process_job(context)

    async def _put_off(self, job: Job) -> bool:
        """Whether it waits for another worker now; it does not wait for ever."""
        rows = await self.app.connector.execute_query_all_async(
            PUT_OFF,
            job=job.id,
            worker=self.worker_id,
            seconds=UNKNOWN_SECONDS,
            most=UNKNOWN_TIMES,
        )
        if rows:
            logger.warning("job %s (%s) waits for another release", job.id, job.task_name)
        return bool(rows)


async def run_worker(*, concurrency: int = 2) -> None:
    """Work until told to stop (SIGTERM, SIGINT), and then finish what was begun.

    What is not done within WORKER_GRACE_SECONDS, or when told a second time, is handed back.
    """
    app = worker_app(address("JOBS_DATABASE_URL"))
    async with app.open_async():
        worker = _make(app, concurrency=concurrency)
        running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        aside = [asyncio.create_task(_speak_forever()), asyncio.create_task(_beat(app, worker))]
        try:
            await _until_ended(worker, running)
        finally:
            for one in aside:
                one.cancel()


def _make(app: procrastinate.App, *, concurrency: int) -> EndingWorker:
    options: dict[str, Any] = {
        "concurrency": concurrency,
        "fetch_job_polling_interval": POLLING,
        "update_heartbeat_interval": HEARTBEAT,
        "stalled_worker_timeout": NEVER,
        "delete_jobs": "successful",
        "install_signal_handlers": False,
    }
    return EndingWorker(app, **{**app.worker_defaults, **options})


async def _until_ended(worker: EndingWorker, running: asyncio.Task[None]) -> None:
    is_urgent = _listen_to_signals(worker)
    await _either(running, worker.is_ending)
    await _either(running, is_urgent, seconds=settings.WORKER_GRACE_SECONDS)
    if not running.done() and worker.worker_id is not None:
        _leave_to_others(worker.worker_id)
    await running


def _listen_to_signals(worker: EndingWorker) -> asyncio.Event:
    """The first one ends the worker; the second, which has no patience, is what is returned."""
    is_urgent = asyncio.Event()

    def asked() -> None:
        if worker.is_ending.is_set():
            is_urgent.set()
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked)
    return is_urgent


async def _either(
    task: asyncio.Task[None], event: asyncio.Event, *, seconds: float | None = None
) -> None:
    """Until the task is done, the event is there, or the time is over."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({task, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _beat(app: procrastinate.App, worker: EndingWorker) -> None:
    """procrastinate falls silent when it ends: others would take what is still worked on.

    Nor does it hear that others were given its jobs; then this process ends at once.
    """
    while True:
        try:
            number = worker.worker_id
            if number is not None and not await _is_known(app, number) and not worker.has_ended:
                _leave_to_others(number)
        except ConnectorException:
            logger.warning("the queue does not hear that this worker still works", exc_info=True)
        await asyncio.sleep(HEARTBEAT)


async def _is_known(app: procrastinate.App, worker: int) -> bool:
    return bool(await app.connector.execute_query_all_async(BEAT, worker=worker))


def _leave_to_others(worker: int) -> None:
    """Does not return: the jobs' threads must have ended before somebody else begins."""
    logger.warning("this worker waits no longer: what it has in hand goes back to the queue")
    become_hand_back(address("JOBS_DATABASE_URL"), worker=worker, root=str(settings.BASE_DIR))


async def _speak_forever() -> None:
    """Say that we live, and what our jobs failed with."""
    pulse = Pulse("worker")
    while True:
        await asyncio.to_thread(_speak, pulse)
        await asyncio.sleep(TICK)


def _speak(pulse: Pulse) -> None:
    try:
        close_old_connections()
        pulse.beat()
        tell_faults(cell=own_cell())
    except DatabaseError:
        logger.warning("the control plane does not hear what failed", exc_info=True)
