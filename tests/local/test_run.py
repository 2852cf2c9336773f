from __future__ import annotations

import json
import os
import socket
import stat
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local import environment, run
from local.ports import BadPort, addresses, asked_port, free_port


@contextmanager
def somebody_on(port: int):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield


def test_a_taken_port_is_refused_with_what_to_do():
    port = free_port()
    with somebody_on(port), pytest.raises(BadPort, match=r"taken.*PORT=8001"):
        addresses(port)


def test_every_address_is_loopback():
    port = free_port()
    assert set(addresses(port)) <= {f"127.0.0.1:{port}", f"[::1]:{port}"}


def test_a_preferred_port_that_is_taken_is_replaced():
    port = free_port()
    with somebody_on(port):
        assert free_port(port) != port
    assert free_port(port) == port


@pytest.mark.parametrize("value", ["eighty", "0", "70000", "-1", "8000 "])
def test_a_port_that_is_none_is_refused(value):
    with pytest.raises(BadPort, match="PORT must be"):
        asked_port(value)


def test_without_a_port_it_is_8000():
    assert asked_port(None) == asked_port("") == 8000


def test_a_second_copy_in_the_same_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(run.time, "sleep", lambda _seconds: None)
    with run.lock(tmp_path), pytest.raises(run.AnotherCopy, match="Another copy runs"):
        run.lock(tmp_path)
    run.lock(tmp_path).close()


def test_two_folders_have_different_secrets_and_keep_them(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (environment.kept_secrets(tmp_path / name) for name in ("one", "two"))
    assert not set(one.values()) & set(two.values())
    assert environment.kept_secrets(tmp_path / "one") == one
    assert stat.S_IMODE((tmp_path / "one" / "secrets.json").stat().st_mode) == 0o600


def test_the_web_holds_no_owner_and_no_variable_of_another_stack(tmp_path, monkeypatch):
    monkeypatch.setenv("CELL_OWNER_URL", "postgresql://somebody@elsewhere/cell")
    urls = environment.database_urls(environment.kept_secrets(tmp_path), port=5000)
    variables = urls | {"DATA_DIR": str(tmp_path)}
    without = (*environment.OWNERS, environment.ADMIN)
    told = environment.process_environment(variables, without=without)
    assert not set(told) & set(without)
    assert told["ENV_FILE"] == ""
    assert told["DATABASE_URL"].startswith("postgresql://cell_login:")
    assert told["PATH"] == os.environ["PATH"]


def test_readiness_is_that_of_this_copy_only():
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"run": "another"}).encode())

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert run.run_id_at(f"http://127.0.0.1:{server.server_port}/readyz") == "another"
    assert run.run_id_at(f"http://127.0.0.1:{free_port()}/readyz") is None


def test_metrics_are_told_side_by_side_and_only_when_they_are_asked_for():
    assert run.metered({"METRICS_PORT": "9100"}, 2)["METRICS_PORT"] == "9102"
    for env in ({}, {"METRICS_PORT": "0"}, {"METRICS_PORT": "nonsense"}):
        assert run.metered(env, 2) == env
