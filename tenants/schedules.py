"""Work that comes round: a clock in the scheduler starts the same job in every workspace.

procrastinate has a clock too, but it enqueues through the product's connector, which wants a
workspace. Its table that tells one round from the next is used.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import procrastinate
from croniter import croniter
from django.db import transaction
from procrastinate import jobs as procrastinate_jobs
from procrastinate.exceptions import AlreadyEnqueued

from tenants.context import Ref, use_control, use_tenant
from tenants.jobs import Function, Task, task
from tenants.models import Tenant
from tenants.router import own_cell
from tenants.routing import ref_of

logger = logging.getLogger(__name__)
#: What people wait for goes first.
LOW = -10
QUEUE = "default"


class UnknownSchedule(Exception):
    """This release has no schedule of that name; the one that called the round may."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job and when it is due, as cron says it, in UTC."""

    task: Task
    cron: str

    def last_due(self, now: float) -> int:
        """The latest moment at which it was due, in seconds since 1970."""
        moment: float = croniter(self.cron, now).get_prev(float)
        return round(moment)


@dataclass
class Clock:
    """Which rounds this scheduler has called already."""

    called: dict[str, int] = field(default_factory=dict)

    def due(self, now: float) -> Iterator[tuple[str, int]]:
        """The names of the schedules with a round that was not called yet, and its moment."""
        for name, schedule in SCHEDULES.items():
            moment = schedule.last_due(now)
            if self.called.get(name) != moment:
                self.called[name] = moment
                yield name, moment


SCHEDULES: dict[str, Schedule] = {}


def every(cron: str, *, name: str, attempts: int = 1) -> Callable[[Function], Task]:
    """Declare a job without arguments that each active workspace runs whenever `cron` says.

    A round that no scheduler was there for is made up for by the next that starts, once.
    """
    if not croniter.is_valid(cron):
        raise ValueError(f"{name}: {cron!r} is no schedule.")

    def declare(function: Function) -> Task:
        made = task(name=name, lock=name, attempts=attempts)(function)
        SCHEDULES[name] = Schedule(made, cron)
        return made

    return declare


async def call_rounds(app: procrastinate.App, clock: Clock) -> int:
    """Enqueue the rounds that are due, each once however many schedulers there are; how many."""
    made = 0
    for name, moment in clock.due(time.time()):
        job = procrastinate_jobs.Job(
            queue=QUEUE,
            lock=None,
            queueing_lock=None,
            task_name=start_round.queued.name,
            task_kwargs={"schedule": name, "timestamp": moment},
            priority=LOW,
        )
        number = await app.job_manager.defer_periodic_job(
            job=job, periodic_id=name, defer_timestamp=moment
        )
        made += number is not None
    return made


@task(name="tenants.start_round", attempts=6)
def start_round(*, schedule: str, **_moment: int) -> None:
    """Enqueue the job in every active workspace, unless it still waits there.

    Raises UnknownSchedule, so that a worker of the right release gets it.
    """
    found = SCHEDULES.get(schedule)
    if found is None:
        raise UnknownSchedule(schedule)
    for ref in active_workspaces():
        with use_tenant(ref):
            _enqueue(found.task, name=schedule, ref=ref)


def active_workspaces() -> list[Ref]:
    """Where every workspace of our cell lives that people work in."""
    with use_control():
        rows = Tenant.objects.filter(status=Tenant.Status.ACTIVE, cell=own_cell()).order_by("pk")
        return [ref_of(tenant) for tenant in rows]


def _enqueue(job: Task, *, name: str, ref: Ref) -> None:
    waiting = f"{ref.schema}:{name}"
    queued = job.queued.configure(lock=waiting, queueing_lock=waiting, priority=LOW)
    try:
        with transaction.atomic(using=ref.cell):
            queued.defer(tenant=ref.schema, actor=None)
    except AlreadyEnqueued:
        logger.info("%s still waits for its last round", waiting)
