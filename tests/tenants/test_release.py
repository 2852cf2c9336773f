"""bring_to_release: started several times, killed, run again, it ends at the release."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants import release
from tenants.addresses import connect, connect_owner
from tenants.context import use_control
from tenants.fleet import behind
from tenants.models import FleetState
from tenants.provisioning import run_once
from tenants.release import only_one, pending
from tests import planes
from tests.live import environ_of
from tests.server import ROOT

LATEST = "usersessions_usersession"
Child = subprocess.Popen[str]


@pytest.fixture(scope="module")
def pair(django_db_setup: Any, django_db_blocker: Any) -> Iterator[planes.Pair]:
    """Planes of their own, with two workspaces and six schemas kept for others."""
    with django_db_blocker.unblock():
        made = planes.copy(planes.templates(), f"release{os.getpid()}")
        with planes.using(made):
            run_once(pool_size=6)
        yield made
        planes.drop(made)


@pytest.fixture
def older(pair: planes.Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """All of them of an older release: the last table is not there yet."""
    monkeypatch.setattr(release, "PAUSE", 0)
    with planes.using(pair), use_control():
        schemas = list(FleetState.objects.order_by("pk").values_list("pk", flat=True))
        for schema in schemas:
            _run(f"DROP TABLE IF EXISTS {schema}.{LATEST}")
            _run(f"DELETE FROM {schema}.django_migrations WHERE app = 'usersessions'")
        FleetState.objects.update(migration_hash="older", status="current", error="")
        yield schemas


@contextmanager
def released(pair: planes.Pair, folder: Path, *words: str) -> Iterator[Child]:
    """The role `migrate` as a pod runs it."""
    command = [sys.executable, "-W", "ignore", "-m", "app.config.start", "migrate", *words]
    environ = environ_of(pair, 8000, folder) | {"PYTHONUNBUFFERED": "1", "LOG_LEVEL": "INFO"}
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


def test_of_two_that_begin_at_once_one_works_and_the_other_finds_nothing_to_do(
    older: list[str], pair: planes.Pair, tmp_path: Path
) -> None:
    with released(pair, tmp_path) as one, released(pair, tmp_path) as other:
        said = [child.communicate(timeout=180)[0] for child in (one, other)]
        assert (one.returncode, other.returncode) == (0, 0), said
    done = [[line for line in text.splitlines() if line.endswith(": done")] for text in said]
    assert sorted(map(len, done)) == [0, len(older)], said
    assert all("The installation is at this release." in text for text in said)
    assert all(map(_has_table, older))


def test_one_that_was_killed_goes_on_where_it_was(
    older: list[str], pair: planes.Pair, tmp_path: Path
) -> None:
    with released(pair, tmp_path, "--canary", "0", "--jobs", "1") as killed:
        assert killed.stdout is not None
        while not killed.stdout.readline().startswith("t_1:"):
            assert killed.poll() is None
        killed.kill()
    left = [row.pk for row in behind()]
    assert 0 < len(left) < len(older)
    with released(pair, tmp_path) as again:
        said = again.communicate(timeout=180)[0]
    done = {line.partition(":")[0] for line in said.splitlines() if line.endswith(": done")}
    assert done == set(left)
    assert behind() == []
    assert all(map(_has_table, older))


def test_one_that_waits_does_nothing_and_ends_when_told(
    older: list[str], pair: planes.Pair, tmp_path: Path
) -> None:
    with only_one(), released(pair, tmp_path) as waiting:
        assert waiting.stdout is not None
        while "waiting" not in waiting.stdout.readline():
            assert waiting.poll() is None
        time.sleep(1)
        waiting.send_signal(signal.SIGTERM)
        assert waiting.wait(10) == 128 + signal.SIGTERM
    assert len(behind()) == len(older)


def test_the_lock_ends_with_whoever_held_it(pair: planes.Pair) -> None:
    with only_one(), connect("ADMIN_DATABASE_URL") as admin:
        assert not release._take(admin)
    with connect("ADMIN_DATABASE_URL") as admin:
        assert release._take(admin)


def test_those_that_fail_are_named_and_the_others_are_done(older: list[str]) -> None:
    _run(f"CREATE TABLE t_2.{LATEST} (in_the_way int)")
    with pytest.raises(CommandError, match=r"These failed.*\nt_2 \(globex\): .*already exists"):
        _release("--canary", "1")
    assert [row.pk for row in behind()] == ["t_2"]
    with pytest.raises(CommandError, match="1 schemas are behind") as needed:
        _release("--check")
    assert needed.value.returncode == 3
    _run(f"DROP TABLE t_2.{LATEST}")
    assert "t_2: done" in _release()
    assert "at this release" in _release("--check")


def test_when_the_first_ones_fail_the_others_are_not_tried(older: list[str]) -> None:
    _run(f"CREATE TABLE t_1.{LATEST} (in_the_way int)")
    with pytest.raises(CommandError, match=r"not tried.*\nt_1 \(acme\)"):
        _release("--canary", "1")
    assert len(behind()) == len(older)
    assert not any(map(_has_table, older[1:]))
    _run(f"DROP TABLE t_1.{LATEST}")
    _release()


def test_one_whose_tables_were_busy_is_tried_again(
    older: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(f"CREATE TABLE t_1.{LATEST} (in_the_way int)")
    monkeypatch.setattr(time, "sleep", lambda _seconds: _run(f"DROP TABLE IF EXISTS t_1.{LATEST}"))
    said = _release("--canary", "1")
    assert "t_1: ProgrammingError" in said
    assert "t_1: done" in said
    assert behind() == []


def test_a_control_plane_that_lacks_a_migration_needs_a_release(pair: planes.Pair) -> None:
    taken = "DELETE FROM django_migrations WHERE app = 'tenants' RETURNING app, name, applied"
    with planes.using(pair), connect("CONTROL_OWNER_URL") as owner:
        rows = owner.execute(taken).fetchall()
        assert pending() == [f"The control plane lacks {len(rows)} migrations."]
        back = "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)"
        with owner.cursor() as cursor:
            cursor.executemany(back, rows)


def _release(*words: str) -> str:
    out = StringIO()
    call_command("bring_to_release", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def _run(statement: str) -> None:
    with connect_owner() as owner:
        owner.execute(statement.encode())


def _has_table(schema: str) -> bool:
    query = "SELECT to_regclass(%s) IS NOT NULL"
    with connect_owner() as owner:
        return owner.execute(query, [f"{schema}.{LATEST}"]).fetchone() == (True,)
