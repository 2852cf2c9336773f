"""The benchmark's own PostgreSQL, kept between runs in BENCH_DATA_DIR; as durable as a real one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import environment, postgres
from local.ports import free_port
from tests.server import MARK, ROOT


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL and what processes must be told to use it."""

    pid: int
    variables: dict[str, str]


@contextmanager
def running_server() -> Iterator[Server]:
    """Start it, point this process at it, stop it at the end."""
    folder = Path(os.environ.get("BENCH_DATA_DIR") or ROOT / "var" / "bench").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept, port = environment.kept_secrets(folder), free_port()
    postgres.make_cluster(folder / "pg", password=kept[postgres.ADMIN])
    postgres.drop_stale_lock(folder / "pg")
    urls = environment.database_urls(kept, port=port)
    process = _start(folder, port=port, url=urls[environment.ADMIN])
    variables = urls | {
        "LOCAL": "1",
        "ENV_FILE": "",
        "SECRET_KEY": kept["secret_key"],
        "DATA_DIR": str(folder),
        "SCHEME": "http",
        "LOG_LEVEL": "WARNING",
        "API_REQUESTS_PER_MINUTE": "1000000",
    }
    os.environ |= variables | {"PUBLIC_HOST": "localhost:8000", MARK: json.dumps(variables)}
    try:
        yield Server(process.pid, variables)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _start(folder: Path, *, port: int, url: str) -> subprocess.Popen[bytes]:
    command = postgres.server_command(folder / "pg", port=port, durable=True)
    with (folder / "pg.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    for _attempt in range(1200):
        if postgres.answers(url):
            return process
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'pg.log').read_text()}")
