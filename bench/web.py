"""gunicorn as the product runs it, with one worker; and a client that keeps its connection."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.ports import free_port
from tests.server import ROOT

OWNERS = ("CELL_OWNER_URL", "CONTROL_OWNER_URL", "ADMIN_DATABASE_URL", "TEST_SERVER")


@dataclass
class Web:
    """A running gunicorn."""

    pid: int
    connection: http.client.HTTPConnection
    host: str

    def ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request; no redirect is followed."""
        self.connection.request(method, path, body, {"Host": self.host, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


@contextmanager
def running_web(application: str, *, host: str, log: Path, **environ: str) -> Iterator[Web]:
    """Start it, wait until it answers, stop it."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name not in OWNERS}
    told = {
        "DJANGO_SETTINGS_MODULE": "app.config.settings",
        "PUBLIC_HOST": f"localhost:{port}",
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        "ENV_FILE": "",
        **environ,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "app/config/gunicorn.py", application]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, env=inherited | told, stdout=stream, stderr=stream
        )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    web = Web(process.pid, connection, f"{host}:{port}")
    try:
        _wait(process, port, log)
        yield web
    finally:
        connection.close()
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _attempt in range(1200):
        if process.poll() is not None:
            break
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            probe.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
            if probe.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            probe.close()
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()[-3000:]}")
