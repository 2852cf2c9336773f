"""PostgreSQL servers of a test's own, for what changes roles or needs more than one server."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local import postgres
from local.ports import free_port
from tests.server import ROOT, wait_for

#: As RDS makes its master: no superuser, but it may make databases and roles.
MASTER = "LOGIN CREATEDB CREATEROLE NOSUPERUSER"
CONTROL = {"CONTROL_DATABASE_URL": "control_login", "CONTROL_OWNER_URL": "control_owner"}
CELL = {
    "DATABASE_URL": "cell_login",
    "CELL_OWNER_URL": "cell_owner",
    "JOBS_DATABASE_URL": "jobs_worker",
}


@dataclass
class Cluster:
    """A running server, its superuser and the master that a cloud would hand out."""

    port: int
    superuser: str
    master: str
    passwords: dict[str, str] = field(default_factory=dict)

    def url(self, role: str, *, database: str) -> str:
        """Where and how this role comes in; its password is made up at the first time."""
        password = self.passwords.setdefault(role, secrets.token_urlsafe(16))
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def urls(self, roles: Mapping[str, str], *, database: str) -> dict[str, str]:
        """The variables of the environment that lead to one database."""
        return {name: self.url(role, database=database) for name, role in roles.items()}

    def ask(self, query: str, *, database: str = "postgres") -> list[tuple]:
        """What the superuser sees."""
        url = urlsplit(self.superuser)._replace(path=f"/{database}").geturl()
        with psycopg.connect(url, autocommit=True) as connection:
            done = connection.execute(query)
            return done.fetchall() if done.description else []


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A new server in this folder until the block ends."""
    password, port = secrets.token_urlsafe(16), free_port()
    postgres.make_cluster(folder / "pg", password=password)
    with (folder / "log").open("w") as log:
        command = postgres.server_command(folder / "pg", port=port, durable=False)
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    superuser = f"postgresql://{postgres.ADMIN}:{password}@127.0.0.1:{port}/postgres"
    try:
        wait_for(superuser, server, log=folder / "log")
        yield _with_master(port, superuser)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _with_master(port: int, superuser: str) -> Cluster:
    made = Cluster(port, superuser, "")
    made.master = made.url("master", database="postgres")
    create = sql.SQL("CREATE ROLE master {} PASSWORD {}")
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute(create.format(sql.SQL(MASTER), sql.Literal(made.passwords["master"])))
    return made


def environment(folder: Path, *urls: Mapping[str, str], **more: str) -> dict[str, str]:
    """What a process of an installation over these servers is told."""
    machine = {name: os.environ[name] for name in ("PATH", "HOME", "CI") if name in os.environ}
    data = folder / "data"
    data.mkdir(exist_ok=True)
    fixed = {
        "LOCAL": "1",
        "ENV_FILE": "",
        "DATA_DIR": str(data),
        "PUBLIC_HOST": "crm.example:8000",
        "SCHEME": "http",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "app.config.settings",
        "POOL_SIZE": "1",
    }
    together = {name: url for some in urls for name, url in some.items()}
    return machine | fixed | together | more


def manage(environ: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the product; its end and its words are the caller's to judge."""
    command = [sys.executable, "-W", "ignore", "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=False
    )


def succeed(environ: Mapping[str, str], *words: str) -> str:
    """A command that must work; what it said."""
    done = manage(environ, *words)
    assert done.returncode == 0, f"{words}:\n{done.stdout}{done.stderr}"
    return done.stdout
