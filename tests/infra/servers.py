"""An empty PostgreSQL that one test has for itself."""

from __future__ import annotations

import atexit
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import environment, postgres
from local.ports import free_port

#: Only `migrate` holds all of these.
OWNERS = (*environment.OWNERS, environment.ADMIN)


@dataclass(frozen=True)
class Server:
    """Where it listens, and the addresses of all roles that an installation will have."""

    port: int
    urls: dict[str, str]


@contextmanager
def empty_server(folder: Path) -> Iterator[Server]:
    """A fresh cluster in the folder, ended with the block: no role and no database of ours yet."""
    port = free_port()
    passwords = {role: secrets.token_urlsafe(16) for role, _database in environment.LOGINS.values()}
    postgres.make_cluster(folder / "pg", password=passwords[postgres.ADMIN])
    server = Server(port, environment.database_urls(passwords, port=port))
    process = _serve(folder, server)
    try:
        yield server
    finally:
        _end(process)


def _serve(folder: Path, server: Server) -> subprocess.Popen[bytes]:
    with (folder / "pg.log").open("w") as log:
        command = postgres.server_command(folder / "pg", port=server.port, durable=False)
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    atexit.register(_end, process)
    for _attempt in range(400):
        if postgres.answers(server.urls[environment.ADMIN]):
            return process
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'pg.log').read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(2)
        process.wait(30)
