"""One SQLite file: objects as JSON, what falls due, stored answers, deliveries.

A request is one transaction. The journal is written ahead, so that a process that is killed
has lost nothing that it answered.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]
TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    customer TEXT, parent TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS of_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS of_customer ON objects (kind, customer, seq);
CREATE INDEX IF NOT EXISTS of_parent ON objects (kind, parent, seq);
CREATE TABLE IF NOT EXISTS due (
    at INTEGER NOT NULL, rank INTEGER NOT NULL, clock TEXT NOT NULL, kind TEXT NOT NULL,
    target TEXT NOT NULL, PRIMARY KEY (kind, target));
CREATE INDEX IF NOT EXISTS due_next ON due (clock, at, rank);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    request TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, type TEXT NOT NULL,
    endpoint TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL, status INTEGER, error TEXT);
CREATE INDEX IF NOT EXISTS waiting ON deliveries (state, next_at);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
EMPTIED = ("objects", "due", "answers", "deliveries", "meta")


class Store:
    """All that the simulator remembers."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(TABLES)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another can be undone alone."""
        with self._lock:
            name = f"s{self._depth}"
            self._db.execute("BEGIN IMMEDIATE" if not self._depth else f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._db.execute("ROLLBACK" if not self._depth else f"ROLLBACK TO {name}")
                raise
            self._depth -= 1
            self._db.execute("COMMIT" if not self._depth else f"RELEASE {name}")

    def run(self, sql: str, *values: Any) -> list[Any]:
        """Rows of a statement."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in EMPTIED:
                self._db.execute(f"DELETE FROM {table}")

    # --- objects -------------------------------------------------------------------------------
    def get(self, key: str) -> Body | None:
        """The object of that id."""
        rows = self.run("SELECT body FROM objects WHERE id = ?", key)
        return json.loads(rows[0][0]) if rows else None

    def put(self, body: Body, *, parent: str | None = None) -> None:
        """Keep an object as it is now; its place in lists is that of its first keeping."""
        self.run(
            "INSERT INTO objects (id, kind, customer, parent, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body, customer = excluded.customer,"
            " parent = coalesce(excluded.parent, objects.parent)",
            body["id"], body["object"], body.get("customer"), parent, dump(body),
        )  # fmt: skip

    def drop(self, key: str) -> None:
        """Forget an object."""
        self.run("DELETE FROM objects WHERE id = ?", key)

    def seq(self, key: str) -> int | None:
        """Its place in lists."""
        rows = self.run("SELECT seq FROM objects WHERE id = ?", key)
        return int(rows[0][0]) if rows else None

    def walk(
        self,
        kind: str,
        *,
        customer: str | None = None,
        parent: str | None = None,
        before: int | None = None,
        after: int | None = None,
    ) -> Iterator[Body]:
        """Objects of a kind: the newest first, or with ``after`` the ones that follow it."""
        conditions: list[tuple[str, object]] = [
            ("kind = ?", kind),
            ("customer = ?", customer),
            ("parent = ?", parent),
        ]
        conditions += [("seq < ?", before), ("seq > ?", after)]
        given = [(sql, value) for sql, value in conditions if value is not None]
        order = "DESC" if after is None else "ASC"
        where = " AND ".join(sql for sql, _value in given)
        sql = f"SELECT body FROM objects WHERE {where} ORDER BY seq {order}"
        cursor = self._db.execute(sql, [value for _sql, value in given])
        while rows := cursor.fetchmany(50):
            yield from (json.loads(row[0]) for row in rows)

    def all(self, kind: str, **where: Any) -> list[Body]:
        """Every object of a kind, the oldest first."""
        return list(self.walk(kind, **where))[::-1]

    # --- what falls due ------------------------------------------------------------------------
    def plan(self, at: int, kind: str, target: str, *, rank: int, clock: str) -> None:
        """Once; a second plan of the kind for the target replaces the first."""
        sql = "INSERT OR REPLACE INTO due (at, rank, clock, kind, target) VALUES (?, ?, ?, ?, ?)"
        self.run(sql, at, rank, clock, kind, target)

    def unplan(self, kind: str, target: str) -> None:
        """It will not come to that."""
        self.run("DELETE FROM due WHERE kind = ? AND target = ?", kind, target)

    def next_due(self, clock: str, until: int) -> tuple[int, str, str] | None:
        """The first thing due by then: when, kind, target."""
        sql = (
            "SELECT at, kind, target FROM due WHERE clock = ? AND at <= ? ORDER BY at, rank, rowid"
        )
        rows = self.run(f"{sql} LIMIT 1", clock, until)
        return tuple(rows[0]) if rows else None

    # --- settings ------------------------------------------------------------------------------
    def remembered(self, name: str, default: Any = None) -> Any:
        """A setting, or where the clock stands."""
        rows = self.run("SELECT value FROM meta WHERE name = ?", name)
        return json.loads(rows[0][0]) if rows else default

    def remember(self, name: str, value: Any) -> None:
        """Keep a setting."""
        self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, dump(value))


def dump(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
