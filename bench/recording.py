"""The product, noting every statement that an answer sends: gunicorn runs it as `application`.

What belongs to the connection and not to the answer (the workspace's session variables, the
health check of a kept connection, savepoints) is left out: the bare answer needs none of it.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

HEADER = "HTTP_X_BENCH_RECORD"
OVERHEAD = ("RESET ROLE", "SELECT 1", "SAVEPOINT", "RELEASE SAVEPOINT")
#: Writes put their new key where later statements need it.
INSERTS = "RETURNING"


@dataclass
class Statement:
    """One statement with its parameters, and the key that it gave if it made a row."""

    database: str
    sql: str
    params: Any
    in_transaction: bool
    new_id: int | None = None


@dataclass
class Recording:
    """What one answer sent to the databases, and what it answered."""

    name: str
    statements: list[Statement] = field(default_factory=list)
    status: int = 0
    body: bytes = b""


_now: list[Recording] = []
_execute = psycopg.Cursor.execute


def noting(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
    """psycopg's execute, with a note of what it was given."""
    text = str(query)
    done = _execute(cursor, query, params, **options)
    if _now and not text.startswith(OVERHEAD):
        made = Statement(
            cursor.connection.info.dbname, text, params, not cursor.connection.autocommit
        )
        if INSERTS in text and cursor.rowcount == 1:
            made.new_id = cursor.fetchone()[0]
            cursor.scroll(0, mode="absolute")
        _now[0].statements.append(made)
    return done


psycopg.Cursor.execute = noting  # type: ignore[method-assign, assignment]

from app.config.wsgi import application as product  # noqa: E402

Start = Callable[..., Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer, and keep the recording where the header says."""
    name = environ.get(HEADER)
    if not name:
        answer: Iterable[bytes] = product(environ, start_response)
        return answer
    recording = Recording(name)
    _now.append(recording)

    def noted_start(status: str, headers: Any, *rest: Any) -> Any:
        recording.status = int(status.split(maxsplit=1)[0])
        return start_response(status, headers, *rest)

    try:
        response = product(environ, noted_start)
        recording.body = b"".join(response)
        response.close()
    finally:
        _now.clear()
    (Path(os.environ["BENCH_RECORDINGS"]) / f"{name}.pickle").write_bytes(pickle.dumps(recording))
    return [recording.body]
