"""Stand-ins of AWS on loopback: moto for most, ministack for what moto lacks."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.ports import free_port, listens
from tests.infra import tools

STARTER = Path(__file__).with_name("start_moto.py")
PATIENCE = 180


@contextmanager
def moto(log: Path) -> Iterator[str]:
    """A moto of its own: resetting one that another run uses would corrupt that run."""
    port = free_port()
    more = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    with _served([tools.clouds_python(), STARTER, str(port)], port=port, more=more, log=log) as url:
        yield url


@contextmanager
def ministack(log: Path) -> Iterator[str]:
    """Without BIND_HOST it would listen to everybody."""
    port = free_port()
    more = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    with _served([tools.ministack()], port=port, more=more, log=log) as url:
        yield url


@contextmanager
def _served(
    command: list[str | Path], *, port: int, more: Mapping[str, str], log: Path
) -> Iterator[str]:
    """The process dies with the test that started it, however that ends."""
    dying = ["setpriv", "--pdeathsig", "KILL", "--", *command]
    with log.open("w") as out:
        process = subprocess.Popen(dying, env=environment(more), stdout=out, stderr=out)
    try:
        _wait(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()  # it keeps nothing that an orderly end would save
        process.wait(60)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The machine's, without any word about a real account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | dict(more)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if listens(port):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The cloud's stand-in does not answer:\n{log.read_text()[-2000:]}")
