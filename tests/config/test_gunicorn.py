"""The metrics of several web processes, told by their master alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local.ports import free_port, listens
from tests.server import variables

ROOT = Path(__file__).resolve().parent.parent.parent


class Web:
    """gunicorn with two processes, as on a server."""

    def __init__(self, folder):
        self.folder, self.port, self.metrics = folder, free_port(), free_port()
        ours = {
            "BIND": f"127.0.0.1:{self.port}",
            "PUBLIC_HOST": f"localhost:{self.port}",
            "METRICS_PORT": str(self.metrics),
            "WEB_WORKERS": "2",
            "TMPDIR": str(folder),
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "json",
            "ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "app.config.settings",
        }
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "app/config/gunicorn.py"],
            env=os.environ | variables() | ours,
            cwd=ROOT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path, *, port=None, host="127.0.0.1"):
        url = f"http://{host}:{port or self.port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def wait(self):
        for _ in range(300):
            if listens(self.port):
                return self
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    def told(self, line):
        text = self.get("/metrics", port=self.metrics)
        return float(text.partition(f"\n{line} ")[2].split()[0])

    def workers(self):
        kids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in kids.split()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    running = Web(tmp_path_factory.mktemp("gunicorn")).wait()
    yield running
    running.stop()
    running.process.kill()
    assert not listens(running.metrics)
    assert list(running.folder.glob("clientele-metrics-*")) == []


COUNT = 'clientele_request_seconds_count{group="pricing",method="GET",status="2xx"}'


def test_the_master_adds_up_what_all_processes_counted(web):
    for _ in range(12):
        web.get("/pricing/", host="localhost")
    assert web.told(COUNT) == 12
    assert web.told("clientele_requests_in_flight") == 0
    assert web.told('clientele_process{name="web"}') == 1


def test_a_process_that_dies_takes_no_count_along_and_leaves_the_port_to_the_master(web):
    before = web.told(COUNT)
    victims = web.workers()
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    for _ in range(100):
        alive = web.workers()
        if len(alive) == 2 and not set(alive) & set(victims):
            break
        time.sleep(0.1)
    web.get("/pricing/", host="localhost")
    assert web.told(COUNT) == before + 1


def test_the_web_port_tells_no_metrics(web):
    with pytest.raises(urllib.error.HTTPError) as refused:
        web.get("/metrics", host="localhost")
    assert refused.value.code == 404


def test_every_line_of_the_log_is_json(web):
    import json

    web.get("/pricing/", host="localhost")
    lines = [json.loads(line) for line in (web.folder / "log").read_text().splitlines()]
    assert [line for line in lines if line.get("route") == "/pricing/"]
    assert {line["logger"] for line in lines} <= {"app.requests", "gunicorn.error"}
