"""A killed import goes on by itself, and no row is done twice."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.access.actors import Actor
from app.access.models import Limits
from app.imports import jobs, outcomes, running
from app.imports.models import Import
from app.imports.proposing import propose
from app.imports.running import run
from app.imports.staging import reset, store
from app.imports.undoing import undo
from app.records import registry
from app.records.errors import Refused
from app.sales.accounts import Account
from tenants.addresses import connect_owner
from tenants.context import Ref, use_tenant
from tests import planes
from tests.imports.conftest import actor_of, counts
from tests.live import Live
from tests.people import person

ROWS = 3_000


class Killed(BaseException):
    """The worker is gone."""


def big_file(rows: int = ROWS) -> bytes:
    lines = [f"{number},Account {number},{number % 7}" for number in range(rows)]
    lines[-1] = lines[0]
    return ("id,name,industry\n" + "\n".join(lines)).encode()


def staged(actor: Actor, data: bytes) -> Import:
    made = store([data], entity=registry.get("accounts"), file_name="a.csv", actor=actor)
    made.mapping = propose(made)
    reset(made, mode="apply")
    return made


def die_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, calls: int) -> None:
    """Let the function work some times, then kill whoever calls it."""
    done, real = [], getattr(module, name)

    def once_more(*args: Any, **kwargs: Any) -> Any:
        if len(done) == calls:
            monkeypatch.setattr(module, name, real)
            raise Killed
        done.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, once_more)


def test_a_killed_import_goes_on_where_it_was(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 500)
    made = staged(owner, big_file())
    die_after(monkeypatch, outcomes, "save", 2)
    with pytest.raises(Killed):
        run(made.pk)
    assert Account.objects.count() == 998, "rows 2 to 999"
    run(made.pk)
    made.refresh_from_db()
    assert (made.status, counts(made)) == ("done", (ROWS, ROWS - 1, 0, 0, 1))
    assert Account.objects.count() == ROWS - 1


def test_an_import_stops_when_the_workspace_becomes_read_only_and_goes_on_later(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 500)
    made = staged(owner, big_file())

    def unpaid(seen: Import) -> None:
        if seen.created >= 998:
            Limits.objects.update(state=Limits.State.RESTRICTED)

    run(made.pk, watch=unpaid)
    made.refresh_from_db()
    assert (made.status, made.created) == ("failed", 998)
    assert "read only" in made.error
    assert Account.objects.count() == 998, "nothing of what was done is lost"
    Limits.objects.update(state=Limits.State.ACTIVE)
    jobs.resume(made)
    run(made.pk)
    made.refresh_from_db()
    assert (made.status, made.error) == ("done", "")
    assert counts(made) == (ROWS, ROWS - 1, 0, 0, 1)
    with pytest.raises(Refused):
        jobs.resume(made)


def test_a_killed_undo_goes_on_too(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = staged(owner, big_file())
    run(made.pk)
    Import.objects.filter(pk=made.pk).update(undo=Import.Undo.QUEUED)
    die_after(monkeypatch, __import__("app.imports.undoing", fromlist=["x"]), "note", 1)
    with pytest.raises(Killed):
        undo(made.pk)
    assert Account.objects.count() == ROWS - 1 - 1_000
    undo(made.pk)
    made.refresh_from_db()
    assert (made.undo, made.undone, made.kept) == ("done", ROWS - 1, 0)
    assert not Account.objects.exists()


def test_a_killed_worker_is_replaced_and_the_import_ends(live: Live) -> None:
    with planes.using(live.pair):
        ref = planes.open_seeded("Crash", "crash", "Fiona Fir")
        with use_tenant(ref):
            made = staged(actor_of(person("fiona", ref=ref)), big_file(30_000))
            Import.objects.filter(pk=made.pk).update(status=Import.Status.DRAFT)
            jobs.start(made, mapping=propose(made), mode="apply")
            wait_for(made, lambda: made.created > 0)
            live.kill("worker")
            made.refresh_from_db()
            assert made.status == "running"
            assert 0 < made.created < 29_999
            live.start("worker")
            wait_for(made, lambda: made.status == "done")
            assert counts(made) == (30_000, 29_999, 0, 0, 1)
            assert Account.objects.count() == 29_999


def test_a_killed_command_leaves_a_job_that_goes_on(
    fresh: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 500)
    with use_tenant(fresh):
        made = staged(actor_of(person("fiona", ref=fresh)), big_file())
        die_after(monkeypatch, outcomes, "save", 2)
        with pytest.raises(Killed):
            jobs.run_here(made, watch=running.nobody)
        with connect_owner() as owner:
            query = (
                "SELECT args, scheduled_at > now() FROM jobs.procrastinate_jobs"
                " WHERE task_name = 'imports.run' AND args ->> 'tenant' = %s"
            )
            [(args, is_later)] = owner.execute(query, [fresh.schema]).fetchall()
        assert is_later
        jobs.run_import(import_id=args["import_id"])
        made.refresh_from_db()
        assert (made.status, counts(made)) == ("done", (ROWS, ROWS - 1, 0, 0, 1))


def wait_for(made: Import, ready: Any) -> None:
    for _attempt in range(2_400):
        made.refresh_from_db()
        if ready() or made.status == "failed":
            return
        time.sleep(0.05)
    raise AssertionError(f"the import is {made.status} at {made.dealt_with} rows")
