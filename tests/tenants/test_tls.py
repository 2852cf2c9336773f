"""Every way to a database keeps to what the address says about TLS."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.db.utils import load_backend

from app.config import env
from app.website import probes
from tenants import readings, template
from tenants.addresses import connect
from tenants.jobs import worker_app
from tests.tls import Authority, Front, in_front

ADDRESSES = ("CONTROL_DATABASE_URL", "JOBS_DATABASE_URL", "CELL_OWNER_URL")
REFUSED = (OperationalError, psycopg.OperationalError, subprocess.CalledProcessError)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: Any) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: Any) -> Authority:
    return Authority(tmp_path_factory.mktemp("theirs"), "theirs")


@pytest.fixture
def front(ours: Authority, django_db_setup: Any, django_db_blocker: Any) -> Iterator[Front]:
    """The server behind TLS, by the name localhost."""
    behind = urlsplit(settings.CONTROL_DATABASE_URL).port
    context = ours.server(host="localhost")
    with in_front(behind, context=context) as made, django_db_blocker.unblock():
        yield made


@pytest.fixture
def point(front: Front, monkeypatch: Any) -> Callable[..., None]:
    """Lead every address of this process through the front."""

    def point(*, root: Path, host: str = "localhost", mode: str = "verify-full") -> None:
        for name in ADDRESSES:
            parts = urlsplit(getattr(settings, name))
            login = parts.netloc.rpartition("@")[0]
            query = f"sslmode={mode}&sslrootcert={root}&connect_timeout=5"
            url = parts._replace(netloc=f"{login}@{host}:{front.port}", query=query).geturl()
            monkeypatch.setattr(settings, name, url)
            monkeypatch.setenv(name, url)

    return point


def by_django() -> None:
    about = connections.settings["control"] | env.database("CONTROL_DATABASE_URL")
    made = load_backend(about["ENGINE"]).DatabaseWrapper(about, "control")
    try:
        made.ensure_connection()
    finally:
        made.close()


def by_address() -> None:
    connect("CONTROL_DATABASE_URL").close()


def by_worker() -> None:
    # The pool itself would try for half a minute and then only say that it gave up.
    pool = worker_app(env.database_address("JOBS_DATABASE_URL")).connector._pool_args
    psycopg.connect(pool["conninfo"], **pool["kwargs"]).close()


def by_reading() -> None:
    readings.queue()


def by_dump() -> None:
    template.dump_schema("t_1")


def by_probe() -> None:
    about = connections["control"].settings_dict
    kept, new = dict(about), env.database("CONTROL_DATABASE_URL")
    about.update(new)
    try:
        probes.signs()
    finally:
        about.update(kept)


WAYS = (by_django, by_address, by_worker, by_reading, by_dump, by_probe)


@pytest.mark.parametrize("way", WAYS)
def test_it_comes_in_by_tls_when_the_certificate_is_right(way, point, front, ours):
    point(root=ours.file)
    way()
    assert front.secure == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_of_strangers_is_refused(way, point, front, theirs):
    point(root=theirs.file)
    with pytest.raises(REFUSED) as refused:
        way()
    assert "certificate verify failed" in words(refused.value)


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_of_another_host_is_refused(way, point, ours):
    point(root=ours.file, host="127.0.0.1")
    with pytest.raises(REFUSED) as refused:
        way()
    assert "does not match host name" in words(refused.value)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_said_in_the_clear(way, point, front, ours):
    point(root=ours.file, mode="disable")
    with pytest.raises(REFUSED):
        way()
    assert front.secure == 0


def words(error: BaseException | None) -> str:
    """What an error and its causes say, and what a program wrote."""
    said = []
    while error:
        said.append(f"{error} {getattr(error, 'stderr', '')}")
        error = error.__cause__
    return "\n".join(said)
