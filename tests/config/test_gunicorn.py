"""The metrics of several web processes, told by their master alone."""

from __future__ import annotations

import os
import signal
import time
import urllib.error

import pytest

from local.ports import listens
from tests.web import Web


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
