"""Jobs that gave up: told to the control plane by the scheduler of their cell, and tried again.

Neither the web nor an operator may read the job tables. What is told has no arguments and no
texts: which task, whose, how often, when, and the type of the exception, which only the worker
knows that ran it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import procrastinate
from django.db import close_old_connections, transaction
from django.utils import timezone
from procrastinate import utils as procrastinate_utils

from tenants.context import use_control
from tenants.jobs import FAULTS
from tenants.operating import FailedJob

logger = logging.getLogger(__name__)
#: More are told when these are dealt with.
AT_ONCE = 500
_FAILED = f"""
    SELECT j.id, j.task_name, coalesce(j.args ->> 'tenant', '') AS tenant, j.attempts,
           (SELECT max(e.at) FROM procrastinate_events e
            WHERE e.job_id = j.id AND e.type = 'failed') AS failed_at
    FROM procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT {AT_ONCE}
"""
Row = dict[str, Any]


async def tend_failures(app: procrastinate.App, *, cell: str) -> int:
    """Tell what failed, try again what operators asked for; how many were put back."""
    rows = list(await app.connector.execute_query_all_async(_FAILED))
    wanted = await asyncio.to_thread(_told, rows, cell=cell)
    for number in wanted:
        await _retry(app, number)
        await asyncio.to_thread(_forget, number, cell=cell)
    return len(wanted)


def tell_faults(*, cell: str) -> int:
    """What the jobs of this process failed with; one that is not told yet is tried next time."""
    with use_control():
        rows = list(FailedJob.objects.filter(cell=cell, number__in=list(FAULTS), gone_at=None))
        for job in rows:
            FailedJob.objects.filter(pk=job.pk).update(error=FAULTS.pop(job.number, ""))
    return len(rows)


async def _retry(app: procrastinate.App, number: int) -> None:
    """Put it back; when that is not possible any more, it is only logged."""
    try:
        await app.job_manager.retry_job_by_id_async(number, procrastinate_utils.utcnow())
    except procrastinate.exceptions.ConnectorException as error:
        logger.warning("job %s cannot be tried again: %s", number, type(error).__name__)


def _told(rows: Sequence[Row], *, cell: str) -> list[int]:
    """Write what failed; the numbers of those that an operator wants tried again."""
    close_old_connections()
    with use_control(), transaction.atomic(using="control"):
        known = {job.number: job for job in FailedJob.objects.filter(cell=cell, gone_at=None)}
        for row in rows:
            _keep(row, known.pop(row["id"], None), cell=cell)
        if len(rows) < AT_ONCE:  # else the list was cut, and absence proves nothing
            gone = [job.pk for job in known.values()]
            FailedJob.objects.filter(pk__in=gone).update(gone_at=timezone.now())
        asked = FailedJob.objects.filter(cell=cell, gone_at=None, retry_asked_at__isnull=False)
        return list(asked.values_list("number", flat=True))


def _keep(row: Row, known: FailedJob | None, *, cell: str) -> None:
    """One failed job; one that was put back and failed again is news."""
    if known and known.attempts == row["attempts"]:
        return
    FailedJob.objects.update_or_create(
        cell=cell,
        number=row["id"],
        defaults={
            "task": row["task_name"],
            "schema_name": row["tenant"],
            "attempts": row["attempts"],
            "failed_at": _moment(row["failed_at"]),
            "gone_at": None,
        },
    )


def _moment(moment: datetime | None) -> datetime:
    return moment or timezone.now()


def _forget(number: int, *, cell: str) -> None:
    """It is in the queue again; should it fail again, that will be told."""
    close_old_connections()
    with use_control():
        rows = FailedJob.objects.filter(cell=cell, number=number)
        rows.update(gone_at=timezone.now(), retry_asked_at=None)
