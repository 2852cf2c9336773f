"""A job is enqueued in the business transaction and runs as the same workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from procrastinate.exceptions import ConnectorException

from app.access.models import Team
from tenants.addresses import connect, connect_owner
from tenants.context import NoTenant, Ref, use_tenant
from tenants.jobs import app
from tests import planes
from tests.live import Live
from tests.tenants.tasks import add_team, add_team_and_fail, interrupted


def _jobs(name: str) -> list[Any]:
    with connect_owner() as owner:
        query = "SELECT args FROM jobs.procrastinate_jobs WHERE args ->> 'name' = %s"
        return [row[0] for row in owner.execute(query, [name]).fetchall()]


def test_a_job_exists_after_the_commit(fresh: Ref) -> None:
    with use_tenant(fresh), transaction.atomic():
        add_team.defer(name="committed")
        assert _jobs("committed") == []
    assert _jobs("committed") == [{"tenant": fresh.schema, "actor": None, "name": "committed"}]


def test_a_job_is_gone_after_a_rollback(fresh: Ref) -> None:
    with use_tenant(fresh), pytest.raises(LookupError):
        add_team_and_fail(name="rolled back")
    assert _jobs("rolled back") == []


def test_nothing_is_enqueued_without_a_workspace(db: None) -> None:
    with pytest.raises(NoTenant):
        add_team.defer(name="nobody")


def test_a_job_in_another_workspaces_name_is_refused(two: tuple[Ref, Ref]) -> None:
    assert "own workspace" in _refusal(two[0], tenant="t_2", name="forged")


def test_a_job_without_a_name_of_a_workspace_is_refused(two: tuple[Ref, Ref]) -> None:
    assert "own workspace" in _refusal(two[0], name="anonymous")


def test_the_enqueue_function_runs_with_its_owners_rights(db: None) -> None:
    query = "SELECT proname FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace AND prosecdef"
    with connect_owner() as owner:
        assert [row[0] for row in owner.execute(query)] == ["procrastinate_defer_jobs_v1"]


def test_the_workers_login_cannot_read_a_workspace(db: None) -> None:
    with connect("JOBS_DATABASE_URL") as worker:
        worker.execute("SELECT count(*) FROM procrastinate_jobs")
        with pytest.raises(Exception, match="permission denied"):
            worker.execute("SELECT * FROM t_1.access_user")


def test_the_jobs_tables_are_closed_to_a_workspace(workspace: Ref) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")


def test_the_worker_runs_each_job_in_its_workspace(live: Live) -> None:
    with planes.using(live.pair):
        refs = [planes.ref_at("acme"), planes.ref_at("globex")]
        for turn in range(6):
            with use_tenant(refs[turn % 2]):
                add_team.defer(name=f"{refs[turn % 2].schema} {turn}")
        for number, ref in enumerate(refs):
            with use_tenant(ref):
                mine = Team.objects.filter(name__startswith="t_")
                _until(lambda mine=mine: mine.count() == 3)
                expected = {f"{ref.schema} {turn}" for turn in range(number, 6, 2)}
                assert set(mine.values_list("name", flat=True)) == expected


def test_what_a_job_enqueues_is_rolled_back_with_it(live: Live) -> None:
    with planes.using(live.pair), use_tenant(planes.ref_at("acme")):
        number = add_team_and_fail.defer(name="child")
        with connect_owner() as owner:
            query = "SELECT status FROM jobs.procrastinate_jobs WHERE id = %s"
            _until(lambda: owner.execute(query, [number]).fetchone()[0] == "failed")
        assert len(_jobs("child")) == 1


def test_a_job_whose_worker_was_killed_goes_on_by_itself(live: Live) -> None:
    with planes.using(live.pair), use_tenant(planes.ref_at("acme")):
        interrupted.defer(name="killed")
        _until(lambda: Team.objects.filter(name="killed").exists())
        live.kill("worker")
        live.start("worker")
        _until(lambda: Team.objects.filter(name="killed done").exists(), seconds=40)


def _until(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.1)


def _refusal(ref: Ref, **args: str) -> str:
    queued = app.configure_task("tests.add_team")
    with use_tenant(ref), pytest.raises(ConnectorException) as info, transaction.atomic():
        queued.defer(**args)
    return str(info.value.__cause__)
