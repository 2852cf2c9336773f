"""One PostgreSQL for a test session, kept between sessions in TEST_DATA_DIR."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from local import environment, postgres
from local.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
MARK = "TEST_SERVER"
_held: list[IO[str]] = []


def variables() -> dict[str, str]:
    """The tests' environment; the first process starts the server, xdist's workers find it."""
    if MARK not in os.environ:
        os.environ[MARK] = json.dumps(_start(_folder()))
    found: dict[str, str] = json.loads(os.environ[MARK])
    return found


def _folder() -> Path:
    folder = Path(os.environ.get("TEST_DATA_DIR") or ROOT / "var" / "test").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = (folder / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        passing = tempfile.mkdtemp(prefix="clientele-test-")
        atexit.register(shutil.rmtree, passing, ignore_errors=True)
        return Path(passing)
    _held.append(handle)
    return folder


def _start(folder: Path) -> dict[str, str]:
    kept = environment.kept_secrets(folder)
    port = free_port()
    postgres.make_cluster(folder / "pg", password=kept[postgres.ADMIN])
    postgres.drop_stale_lock(folder / "pg")
    urls = environment.database_urls(kept, port=port)
    _serve(folder, port=port, url=urls[environment.ADMIN])
    return urls | {
        "LOCAL": "1",
        "ENV_FILE": "",
        "SECRET_KEY": kept["secret_key"],
        "DATA_DIR": str(folder),
        "PUBLIC_HOST": "localhost:8000",
        "SCHEME": "http",
        "LOG_LEVEL": "WARNING",
    }


def _serve(folder: Path, *, port: int, url: str) -> None:
    command = postgres.server_command(folder / "pg", port=port, durable=False)
    with (folder / "pg.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    atexit.register(_stop, server, os.getpid())
    wait_for(url, server, log=folder / "pg.log")


def wait_for(url: str, server: subprocess.Popen[bytes], *, log: Path) -> None:
    """Until PostgreSQL answers; its log is the message when it does not."""
    for _attempt in range(400):
        if postgres.answers(url):
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def _stop(server: subprocess.Popen[bytes], starter: int) -> None:
    if os.getpid() == starter:
        server.send_signal(2)
        server.wait(30)
