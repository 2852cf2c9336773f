"""The real thing: gunicorn, worker, scheduler and provisioner over databases of their own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from local.payments import Payments, make_payments
from tests import planes
from tests.server import ROOT, variables

#: What the simulator of payments and the product know each other by.
SECRETS = {"stripe_key": "livestack0", "stripe_webhook": "livestack0" * 3}
OWNERS = ("CELL_OWNER_URL", "CONTROL_OWNER_URL", "ADMIN_DATABASE_URL")


@dataclass
class Live:
    """A running stack; requests name the host by header, so no name need resolve."""

    port: int
    pair: planes.Pair
    environ: dict[str, str]
    mail: Path
    payments: Payments
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def public(self) -> str:
        """The address of the public site."""
        return f"http://localhost:{self.port}"

    def url(self, subdomain: str, path: str = "/") -> str:
        """The address of a page of a workspace."""
        return f"http://{subdomain}.localhost:{self.port}{path}"

    def request(
        self, method: str, host: str, path: str, *, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """One request to a host of this stack; no redirect is followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        try:
            connection.request(method, path, body, {"Host": f"{host}:{self.port}", **given})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def start(self, name: str) -> None:
        """Start one of the processes; ``stripe`` and ``biller`` are started on demand."""
        manage = [sys.executable, "-W", "ignore", "manage.py"]
        commands = {
            "web": [sys.executable, "-m", "gunicorn", "-c", "app/config/gunicorn.py"],
            "worker": [*manage, "run_worker"],
            "scheduler": [*manage, "run_scheduler"],
            "provisioner": [*manage, "run_provisioner"],
            "biller": [*manage, "run_billing"],
            "stripe": self.payments.command(),
        }
        hidden = OWNERS if name != "provisioner" else OWNERS[2:]
        env = {key: value for key, value in self.environ.items() if key not in hidden}
        log = (Path(self.environ["DATA_DIR"]) / f"live-{name}.log").open("ab")
        self.children[name] = subprocess.Popen(
            commands[name], cwd=ROOT, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )

    def manage(self, *words: str) -> None:
        """A command of the product, with the rights of a deployment."""
        command = [sys.executable, "-W", "ignore", "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=self.environ, check=True, capture_output=True)

    def kill(self, name: str) -> None:
        """End a process without a chance to clean up."""
        child = self.children.pop(name)
        child.kill()
        child.wait(10)

    def stop(self) -> None:
        """End all of it."""
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()


@pytest.fixture(scope="session")
def live(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any, weed: Any, live_port: int
) -> Iterator[Live]:
    """The product's processes with both planes and the files of their own."""
    mail, files = tmp_path_factory.mktemp("live"), weed.store.variables()
    with django_db_blocker.unblock(), run_live(mail, port=live_port, more=files) as running:
        yield running


@contextmanager
def run_live(mail: Path, *, port: int, more: dict[str, str]) -> Iterator[Live]:
    """Start the stack on a port of its own; stop and drop everything at the end."""
    pair = planes.copy(planes.templates(), f"live{os.getpid()}")
    webhook = f"http://localhost:{port}/billing/webhook/"
    payments = make_payments(mail / "stripe", secrets=SECRETS, webhook=webhook)
    environ = environ_of(pair, port, mail) | payments.variables() | more
    live = Live(port, pair, environ, mail, payments)
    try:
        for name in ("web", "worker", "scheduler", "provisioner"):
            live.start(name)
        _wait_ready(live)
        yield live
    finally:
        live.stop()
        planes.drop(pair)


def environ_of(pair: planes.Pair, port: int, mail: Path) -> dict[str, str]:
    """What processes over these databases are told, with the rights of a deployment."""
    return {
        **os.environ,
        **variables(),
        **addresses_of(pair),
        "DJANGO_SETTINGS_MODULE": "tests.live_settings",
        "PUBLIC_HOST": f"localhost:{port}",
        "BIND": f"127.0.0.1:{port}",
        "DATA_DIR": str(settings.DATA_DIR),
        "MAIL_DIR": str(mail),
        "WORKER_GRACE_SECONDS": "10",
        "RUN_ID": f"live-{port}",
        "TEST_SERVER": json.dumps(variables()),
    }


def addresses_of(pair: planes.Pair) -> dict[str, str]:
    """The addresses of these two databases, by the variables that hold them."""
    named = {"control": pair.control, "cell": pair.cell}
    return {
        name: f"{variables()[name].rpartition('/')[0]}/{named[plane]}"
        for plane, names in planes.URLS.items()
        for name in names
    }


def _wait_ready(live: Live) -> None:
    for _attempt in range(2400):
        if any(child.poll() is not None for child in live.children.values()):
            break
        try:
            if live.request("GET", "localhost", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    logs = [p.read_text()[-2000:] for p in Path(settings.DATA_DIR).glob("live-*.log")]
    raise RuntimeError("the live stack did not start:\n" + "\n".join(logs))
