from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

import psycopg
import pytest

from local import leftovers, postgres
from local.ports import free_port


@pytest.fixture
def data_dir(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    return tmp_path / "data"


def start(data_dir):
    """Start as `make run` does, and wait until it answers."""
    folder, port = data_dir / "pg", free_port()
    postgres.make_cluster(folder, password="secret-of-the-test")
    leftovers.clear(data_dir)
    postgres.drop_stale_lock(folder)
    with (data_dir / "log").open("a") as log:
        command = postgres.server_command(folder, port=port)
        env = os.environ | {leftovers.MARK: str(data_dir)}
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    url = f"postgresql://postgres:secret-of-the-test@127.0.0.1:{port}/postgres"
    for _ in range(200):
        if postgres.answers(url):
            return server, url
        assert server.poll() is None, (data_dir / "log").read_text()
        time.sleep(0.05)
    raise AssertionError((data_dir / "log").read_text())


def test_no_acknowledged_write_is_lost_when_everything_is_killed_and_started_at_once(data_dir):
    server, url = start(data_dir)
    acknowledged: list[int] = []

    def write() -> None:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE TABLE written (number int)")
                for number in range(1_000_000):
                    connection.execute("INSERT INTO written VALUES (%s)", [number])
                    acknowledged.append(number)
        except psycopg.OperationalError:
            return

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.5)
    for pid in leftovers.processes(data_dir):
        os.kill(pid, signal.SIGKILL)
    writer.join()
    server.wait()
    server, url = start(data_dir)
    try:
        with psycopg.connect(url) as connection:
            kept = {row[0] for row in connection.execute("SELECT number FROM written")}
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
    assert len(acknowledged) > 10
    assert set(acknowledged) <= kept


def test_a_killed_postmaster_whose_backends_live_on_does_not_stop_the_next_start(data_dir):
    server, url = start(data_dir)
    open_one = psycopg.connect(url, autocommit=True)
    open_one.execute("SELECT 1")
    server.kill()
    server.wait()
    server, url = start(data_dir)
    open_one.close()
    with psycopg.connect(url) as again:
        assert again.execute("SELECT 1").fetchone() == (1,)
    server.send_signal(signal.SIGINT)
    server.wait(20)


def test_a_stranger_needs_the_password_and_trigrams_know_chinese(data_dir):
    server, url = start(data_dir)
    try:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace("secret-of-the-test", "guess"))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            trigrams = connection.execute("SELECT show_trgm('王伟 Ünlü')").fetchone()[0]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
    assert len(trigrams) > 5


def test_an_initdb_that_was_killed_is_begun_again(data_dir):
    (data_dir / "pg.new").mkdir()
    (data_dir / "pg.new" / "PG_VERSION").write_text("18")
    server, url = start(data_dir)
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW server_version_num").fetchone()[0].startswith("18")
    server.send_signal(signal.SIGINT)
    server.wait(20)
    assert not (data_dir / "pg.new").exists()
