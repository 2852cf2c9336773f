"""Work for later: enqueued inside the business transaction, run as the same workspace."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import procrastinate
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from tenants.context import Ref, bind_actor, current, origin, use_control, use_tenant
from tenants.metrics import JOBS
from tenants.models import Tenant
from tenants.routing import ref_of

logger = logging.getLogger(__name__)
Function = Callable[..., object]
#: What a job carries beside its arguments; the middleware reads it.
SCOPE = ("tenant", "actor")
#: What the jobs of this process failed with, by number; the queue itself does not keep it.
FAULTS: dict[int, str] = {}
FAULTS_KEPT = 10_000


class WorkspaceGone(Exception):
    """The workspace of a job is closed."""


@dataclass(frozen=True, slots=True)
class Task:
    """A function that can be called now or enqueued for the current workspace."""

    function: Function
    queued: Any
    lock: str | None

    def __call__(self, **kwargs: Any) -> object:
        """Run it here and now."""
        return self.function(**kwargs)

    def defer(self, **kwargs: Any) -> int:
        """Enqueue it; the job exists when the open transaction commits. Returns its number."""
        return self._defer(kwargs)

    def defer_in(self, seconds: int, /, **kwargs: Any) -> int:
        """Enqueue it for later, in as many seconds."""
        return self._defer(kwargs, schedule_in={"seconds": seconds})

    def _defer(self, kwargs: dict[str, Any], **options: Any) -> int:
        ref = current()
        lock = f"{ref.schema}:{self.lock}" if self.lock else None
        job = self.queued.configure(lock=lock, **options)
        return int(job.defer(tenant=ref.schema, actor=origin().actor_id, **kwargs))


def task(
    *, name: str, queue: str = "default", lock: str | None = None, attempts: int = 1
) -> Callable[[Function], Task]:
    """Declare a job that takes ids; jobs of one workspace with one ``lock`` wait in line.

    With more ``attempts`` than one a job that fails is tried again, later each time.
    """

    def declare(function: Function) -> Task:
        def run(**args: Any) -> None:
            function(**{key: value for key, value in args.items() if key not in SCOPE})

        queued = app.task(name=name, queue=queue, retry=_patience(attempts))(run)
        return Task(function, queued, lock)

    return declare


def _patience(attempts: int) -> procrastinate.RetryStrategy | bool:
    if attempts == 1:
        return False
    return procrastinate.RetryStrategy(max_attempts=attempts - 1, exponential_wait=4)


class StrictConnector(DjangoConnector):
    """Enqueue through the current workspace's connection, and so in its transaction."""

    @property
    def connection(self) -> Any:
        """The connection of the current workspace's cell."""
        return connections[current().cell]


def use_strict_connector(ready: procrastinate.App) -> None:
    """Called when the apps are ready: replace the stock connector, set tenants for all tasks."""
    ready.connector = StrictConnector()
    ready.job_manager.connector = ready.connector
    stock = ready.worker_defaults.get("task_middleware") or []
    ready.worker_defaults["task_middleware"] = [*stock, run_in_workspace]


def run_in_workspace(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """Around every task: the workspace and the person come from the job's arguments."""
    args = context.job.task_kwargs
    if "tenant" not in args:
        return _told(call_next, context.job)
    try:
        with (
            use_tenant(find_workspace(args["tenant"])),
            bind_actor(args.get("actor"), f"job-{context.job.id}"),
        ):
            return _told(call_next, context.job)
    except Exception as error:
        _note_fault(context.job.id, error)
        raise


def _note_fault(number: int, error: Exception) -> None:
    if len(FAULTS) >= FAULTS_KEPT:
        FAULTS.clear()
    FAULTS[number] = type(error).__name__


def _told(call_next: Callable[[], Any], job: Any) -> Any:
    """Run the job and say how it went, once, with its workspace."""
    started = time.perf_counter()
    try:
        result = call_next()
    except Exception:
        facts = _facts(job, started, outcome="failed")
        logger.exception("job %s %s failed after %s ms", *_words(facts), extra={"facts": facts})
        raise
    facts = _facts(job, started, outcome="done")
    logger.info("job %s %s done in %s ms", *_words(facts), extra={"facts": facts})
    return result


def _facts(job: Any, started: float, *, outcome: str) -> dict[str, Any]:
    seconds = time.perf_counter() - started
    JOBS.labels(job.task_name, outcome).observe(seconds)
    ms = round(seconds * 1000, 1)
    about = {"task": job.task_name, "job": job.id, "attempt": job.attempts + 1}
    return about | {"ms": ms, "outcome": outcome}


def _words(facts: dict[str, Any]) -> tuple[Any, ...]:
    return facts["task"], facts["job"], facts["ms"]


def find_workspace(schema: str) -> Ref:
    """The workspace that a job names; raises WorkspaceGone when it is closed."""
    with use_control():
        tenant = Tenant.objects.filter(schema_name=schema).first()
    if tenant is None or tenant.status == Tenant.Status.CLOSED:
        raise WorkspaceGone(schema)
    return ref_of(tenant)


def worker_app(url: str, *, name: str = "clientele-worker") -> procrastinate.App:
    """All tasks on the worker's own connection, which the server shows by this name.

    Not ``replace_connector``: a task that enqueues must keep using its own transaction.
    """
    connector = procrastinate.PsycopgConnector(
        conninfo=url,
        kwargs={"options": "-c search_path=jobs", "application_name": name},
    )
    own = app.with_connector(connector)
    own.perform_import_paths()  # type: ignore[no-untyped-call]
    return own
