"""Failed jobs are told to the control plane, and tried again when an operator asks."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tenants.addresses import address, connect_owner
from tenants.beats import Pulse
from tenants.context import Ref, use_control, use_tenant
from tenants.failures import tell_faults, tend_failures
from tenants.jobs import FAULTS, worker_app
from tenants.operating import Beat, FailedJob
from tests.tenants.tasks import add_team

CELL = "default"


def tend() -> int:
    async def once() -> int:
        app = worker_app(address("JOBS_DATABASE_URL"))
        async with app.open_async():
            return await tend_failures(app, cell=CELL)

    with ThreadPoolExecutor(1) as aside:
        put_back = aside.submit(asyncio.run, once()).result()
    tell_faults(cell=CELL)
    return put_back


def sql(query: str, *params: Any) -> Any:
    with connect_owner() as owner:
        owner.execute("SET search_path = jobs")
        return owner.execute(query.encode(), params).fetchone()


def failed_job(ref: Ref, *, secret: str = "said in confidence") -> int:
    with use_tenant(ref):
        number = add_team.defer(name=secret)
    query = "UPDATE jobs.procrastinate_jobs SET status = {} WHERE id = %s RETURNING id"
    sql(query.format("'doing'"), number)
    sql(query.format("'failed', attempts = 3"), number)
    FAULTS[number] = "LookupError"
    return number


def told(number: int) -> FailedJob:
    with use_control():
        return FailedJob.objects.get(cell=CELL, number=number)


def status(number: int) -> str:
    return str(sql("SELECT status FROM jobs.procrastinate_jobs WHERE id = %s", number)[0])


def test_a_failed_job_is_told_without_what_it_was_about(fresh: Ref) -> None:
    number = failed_job(fresh)
    tend()
    tend()
    row = told(number)
    assert (row.schema_name, row.attempts, row.error) == (fresh.schema, 3, "LookupError")
    assert row.gone_at is None
    values = " ".join(str(getattr(row, field.name)) for field in FailedJob._meta.fields)
    assert "confidence" not in values


def test_a_retry_that_was_asked_for_puts_it_back_once(fresh: Ref) -> None:
    number = failed_job(fresh)
    tend()
    with use_control():
        FailedJob.objects.filter(number=number).update(
            retry_asked_at=timezone.now(), retry_asked_by="Ann"
        )
    assert tend() == 1
    assert status(number) == "todo"
    assert told(number).gone_at is not None
    assert tend() == 0


def test_one_that_fails_again_is_told_again(fresh: Ref) -> None:
    number = failed_job(fresh)
    tend()
    with use_control():
        FailedJob.objects.filter(number=number).update(gone_at=timezone.now(), error="")
    sql("UPDATE jobs.procrastinate_jobs SET attempts = 4 WHERE id = %s RETURNING id", number)
    FAULTS[number] = "LookupError"
    tend()
    row = told(number)
    assert (row.gone_at, row.attempts, row.error) == (None, 4, "LookupError")


def test_one_that_is_not_there_any_more_is_gone(fresh: Ref) -> None:
    number = failed_job(fresh)
    tend()
    sql("DELETE FROM jobs.procrastinate_jobs WHERE id = %s RETURNING id", number)
    tend()
    assert told(number).gone_at is not None


def test_what_another_worker_knows_is_kept(fresh: Ref) -> None:
    number = failed_job(fresh)
    tend()
    FAULTS.clear()
    tend()
    assert told(number).error == "LookupError"


def test_a_fault_is_kept_until_the_scheduler_has_told_of_the_job(fresh: Ref) -> None:
    number = failed_job(fresh)
    assert tell_faults(cell=CELL) == 0
    tend()
    assert told(number).error == "LookupError"
    assert number not in FAULTS


def test_a_retry_that_cannot_be_does_not_stop_the_others(fresh: Ref) -> None:
    gone, there = failed_job(fresh), failed_job(fresh)
    tend()
    with use_control():
        rows = FailedJob.objects.filter(number__in=(gone, there))
        rows.update(retry_asked_at=timezone.now())
    sql("UPDATE jobs.procrastinate_jobs SET status = 'todo' WHERE id = %s RETURNING id", gone)
    tend()
    assert status(there) == "todo"
    assert told(there).gone_at is not None


@pytest.mark.django_db
def test_a_process_says_that_it_lives_but_not_all_the_time(control: None) -> None:
    pulse = Pulse("worker", instance="here:1")
    assert pulse.beat()
    assert not pulse.beat()
    assert Beat.objects.filter(kind="worker", instance="here:1", cell=CELL).count() == 1


@pytest.mark.django_db
def test_a_process_forgets_who_ended_beside_it_and_nobody_of_another_cell(control: None) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    for instance, cell in (("ended:1", CELL), ("far:1", "elsewhere")):
        Beat.objects.create(
            kind="worker", instance=instance, cell=cell, started_at=long_ago, at=long_ago
        )
    assert Pulse("worker", instance="here:1").beat()
    left = Beat.objects.filter(instance__in=("ended:1", "far:1"))
    assert [one.instance for one in left] == ["far:1"]


def test_a_control_plane_that_is_down_ends_no_process(control: None, monkeypatch: Any) -> None:
    from django.db import OperationalError

    def down(*_args: Any, **_more: Any) -> None:
        raise OperationalError("no")

    monkeypatch.setattr(Beat.objects, "update_or_create", down)
    assert not Pulse("worker").beat()
    assert connections["control"].is_usable()
