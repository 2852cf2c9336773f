"""The yardstick: a WSGI answer that sends the recorded statements by plain psycopg, and no more.

Run by gunicorn with the product's own configuration. Its connections speak for the workspace from
the start; a new record's key takes the place of the recorded one in the statements after it.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

from bench.recording import Recording, Statement

RECORDINGS: dict[str, Recording] = {}
_kept = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Send what was recorded under the name in the path, answer what was answered."""
    path = environ["PATH_INFO"].strip("/")
    if path == "readyz":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    if environ["REQUEST_METHOD"] == "POST":
        environ["wsgi.input"].read()
    recording = _recording(path)
    replay(recording)
    kind = "text/html; charset=utf-8"
    length = str(len(recording.body))
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", length)])
    return [recording.body]


def _recording(name: str) -> Recording:
    if name not in RECORDINGS:
        file = Path(os.environ["BENCH_RECORDINGS"]) / f"{name}.pickle"
        RECORDINGS[name] = pickle.loads(file.read_bytes())
    return RECORDINGS[name]


def replay(recording: Recording) -> None:
    """The statements in their order, in the transaction that they had."""
    keys: dict[int, int] = {}
    used: set[str] = set()
    for one in recording.statements:
        connection = _connection(one.database)
        used.add(one.database)
        if connection.autocommit is one.in_transaction:
            _end(connection)
            connection.autocommit = not one.in_transaction
        _send(connection, one, keys)
    for database in used:
        _end(_connection(database))


def _send(connection: Any, one: Statement, keys: dict[int, int]) -> None:
    params = _with_keys(one.params, keys) if keys else one.params
    with connection.cursor() as cursor:
        cursor.execute(one.sql, params)
        if cursor.description:
            rows = cursor.fetchall()
            if one.new_id is not None and not keys:
                keys[one.new_id] = rows[0][0]


def _with_keys(value: Any, keys: dict[int, int]) -> Any:
    """The parameters with the keys of this run."""
    if type(value) is int:
        return keys.get(value, value)
    if isinstance(value, (list, tuple)):
        return [_with_keys(one, keys) for one in value]
    return value


def _end(connection: Any) -> None:
    if not connection.autocommit:
        connection.commit()
        connection.autocommit = True


def _connection(database: str) -> Any:
    kept = _kept.__dict__.setdefault("connections", {})
    if database not in kept:
        kept[database] = _connect(database)
    return kept[database]


def _connect(database: str) -> Any:
    cell = os.environ["DATABASE_URL"]
    url = cell if cell.endswith(f"/{database}") else os.environ["CONTROL_DATABASE_URL"]
    connection = psycopg.connect(
        url, autocommit=True, cursor_factory=psycopg.ClientCursor, prepare_threshold=None
    )
    if url == cell:
        connection.execute(os.environ["BENCH_SESSION"])
    return connection
