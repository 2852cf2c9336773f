from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from local import leftovers
from local.ports import free_port
from local.stamps import ROOT

#: What `make run` remembers of a filled demo workspace: here there is none to fill.
NO_DEMO = {"subdomain": "demo", "email": "nobody@example.com", "password": "none"}
#: Of the tests' own stack: a copy must find none of them.
TESTS_OWN = ("LOCAL", "ENV_FILE", "DATA_DIR", "PUBLIC_HOST", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
#: A file of the workspace with the number 1, as the web would keep it.
PUT = """
from uuid import UUID
from tenants.context import Ref, use_tenant
from tenants.files import store
with use_tenant(Ref(1, "t_1", "default", "r_t_1", "acme")):
    store.put(UUID(int=1), b"kept", content_type="text/plain")
"""
GET = PUT.replace(
    'store.put(UUID(int=1), b"kept", content_type="text/plain")',
    "print(b''.join(store.fetch(UUID(int=1))).decode())",
)


class Copy:
    """One `python -m local` with a folder and a port of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port = data_dir, free_port()
        data_dir.mkdir(mode=0o700)
        (data_dir / "demo.json").write_text(json.dumps(NO_DEMO))
        kept = {k: v for k, v in os.environ.items() if k not in TESTS_OWN and "_URL" not in k}
        self.env = kept | {"DATA_DIR": str(data_dir), "PORT": str(self.port)}
        self.start()

    def start(self) -> None:
        self.log = (self.data_dir / "log").open("w")
        command = [sys.executable, "-m", "local"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log
        )

    def said(self) -> str:
        return (self.data_dir / "log").read_text()

    def wait_ready(self) -> Copy:
        for _ in range(2400):
            if f"Ready: http://localhost:{self.port}" in self.said():
                return self
            assert self.process.poll() is None, self.said()
            time.sleep(0.1)
        raise AssertionError(self.said())

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, method: str, path: str, *, token: str, body: object = None) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": f"acme.localhost:{self.port}", "Authorization": f"Bearer {token}"}
        headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()

    def kill_everything(self) -> None:
        self.process.kill()
        for pid in leftovers.processes(self.data_dir):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def copies(tmp_path):
    both = [Copy(tmp_path / name) for name in ("one", "two")]
    yield both
    for copy in both:
        if copy.process.poll() is None:
            copy.kill_everything()


def people_of_acme(copy: Copy) -> str:
    owner = ["--email", "alice@example.com"]
    named = ["--name", "Acme", "--subdomain", "acme", "--password", "correct horse battery"]
    copy.manage("create_workspace", *named, *owner)
    return copy.manage("create_api_token", "--workspace", "acme", *owner).splitlines()[-1]


def write_until_killed(copy: Copy, token: str, acknowledged: list[str]) -> None:
    for number in range(100_000):
        try:
            body = {"name": f"Account {number}"}
            status, answer = copy.ask("POST", "/api/v1/accounts", token=token, body=body)
        except (OSError, ValueError, http.client.HTTPException):
            return
        if status != 201:
            return
        acknowledged.append(answer["name"])


def accounts_of(copy: Copy, token: str) -> set[str]:
    names: set[str] = set()
    path = "/api/v1/accounts?limit=200"
    cursor = ""
    while True:
        status, page = copy.ask("GET", path + cursor, token=token)
        assert status == 200, page
        names |= {row["name"] for row in page["results"]}
        if not page["next"]:
            return names
        cursor = f"&cursor={page['next']}"


def test_two_copies_run_side_by_side_and_a_killed_one_loses_nothing(copies):
    """Everything of one copy is killed while it writes; it is started at once and has it all."""
    one, two = (copy.wait_ready() for copy in copies)
    token = people_of_acme(one)
    acknowledged: list[str] = []
    writer = threading.Thread(target=write_until_killed, args=(one, token, acknowledged))
    writer.start()
    one.manage("shell", "-c", PUT)
    while writer.is_alive() and len(acknowledged) < 30:
        time.sleep(0.01)
    one.kill_everything()
    writer.join()
    one.start()
    one.wait_ready()
    assert len(acknowledged) >= 30
    assert set(acknowledged) <= accounts_of(one, token)
    assert one.manage("shell", "-v", "0", "-c", GET).endswith("kept")
    assert two.process.poll() is None
    assert two.ask("GET", "/readyz", token="none")[0] == 200
    assert (one.interrupt(), two.interrupt()) == (0, 0)
    assert leftovers.processes(one.data_dir) == leftovers.processes(two.data_dir) == []
