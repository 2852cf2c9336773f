"""A web process that goes answers whoever has begun to ask, and says that it wants no more."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.live import addresses_of
from tests.server import ROOT
from tests.web import Web

BODY = b"email=nobody%40example.com&password=x" + b"&more=" + b"x" * 4000


@pytest.fixture(scope="module")
def addresses(django_db_setup):
    return addresses_of(django_db_setup)


@pytest.fixture
def web(tmp_path, addresses):
    with running(tmp_path, **addresses) as process:
        yield process


@contextlib.contextmanager
def running(folder, **more):
    process = Web(folder, DATA_DIR=str(folder), METRICS_PORT="0", **more).wait()
    try:
        yield process
    finally:
        process.process.kill()
        process.process.wait(10)


def drain(web, seconds="0"):
    command = [sys.executable, "-m", "app.config.start", "drain", seconds]
    subprocess.run(command, cwd=ROOT, env=web.environ, check=True, timeout=60)


def ask(connection, path):
    connection.request("GET", path, headers={"Host": "localhost"})
    answer = connection.getresponse()
    return answer.status, answer.getheader("Connection"), answer.read()


def open_connection(web):
    return http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)


def test_a_drained_process_answers_but_wants_no_more(web):
    kept = open_connection(web)
    status, connection, body = ask(kept, "/readyz")
    assert (status, connection, json.loads(body)["status"]) == (200, "keep-alive", "ready")
    drain(web)
    status, connection, body = ask(kept, "/readyz")
    assert (status, connection, json.loads(body)["status"]) == (503, "close", "draining")
    for path, expected in (("/healthz", 200), ("/pricing/", 200)):
        assert ask(open_connection(web), path)[:2] == (expected, "close")


def begin_to_post(web):
    """The first half of a request: somebody has begun to ask."""
    client = socket.create_connection(("127.0.0.1", web.port), timeout=30)
    head = (
        "POST /find/ HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    client.sendall(head.encode() + BODY[:1000])
    time.sleep(1)
    return client


def test_a_request_that_was_begun_is_answered_after_the_process_was_told_to_end(web):
    client = begin_to_post(web)
    web.process.send_signal(signal.SIGTERM)
    time.sleep(3)
    assert web.process.poll() is None
    client.sendall(BODY[1000:])
    answer = http.client.HTTPResponse(client)
    answer.begin()
    assert answer.status == 403  # without the form's token: the product itself answered
    assert b"</html>" in answer.read()
    assert web.process.wait(60) == 0


def test_nobody_new_is_let_in_after_the_process_was_told_to_end(web):
    client = begin_to_post(web)
    web.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    with pytest.raises(OSError, match=r"refused|reset"):
        ask(open_connection(web), "/healthz")
    client.close()


def test_it_waits_no_longer_than_its_grace(tmp_path, addresses):
    with running(tmp_path, **addresses, WEB_GRACE_SECONDS="2") as web:
        client = begin_to_post(web)
        web.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        web.process.wait(15)
        assert 1.5 < time.monotonic() - began < 10
        client.close()


def test_a_process_that_starts_anew_in_the_same_folder_is_ready(tmp_path, addresses):
    (tmp_path / "draining").touch()
    with running(tmp_path, **addresses) as web:
        assert ask(open_connection(web), "/readyz")[0] == 200
