"""Make, migrate and drop one workspace's schema, with the owner's credentials."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants import audit
from tenants.context import Ref, current, use_tenant
from tenants.router import JOBS_APP, WITHOUT_TABLES, alias_of, control_apps, owner_alias

ROLES_AT_ONCE = 200
LOCK_TIMEOUT = "5s"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
Connection = psycopg.Connection[Any]


@cache
def migration_hash() -> str:
    """The release's state of a schema: every migration file, and what attaches audit."""
    attached = (audit.EXCLUDED, audit.SEALED, audit.functions_sql())
    digest = hashlib.sha256(repr(attached).encode())
    loader = MigrationLoader(None)
    for key in sorted(loader.disk_migrations):
        if is_workspace_app(key[0]):
            module = sys.modules[loader.disk_migrations[key].__module__]
            digest.update(repr(key).encode() + Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()


def is_workspace_app(label: str) -> bool:
    """Whether the app's tables are in each workspace's schema."""
    return label not in control_apps() | WITHOUT_TABLES | {JOBS_APP}


def owner_ref(schema: str, *, cell: str) -> Ref:
    """The schema as its owner sees it while migrating: without the job tables."""
    return Ref(0, schema, owner_alias(alias_of(cell)), None, "", (schema, "ext"))


def make_schema(owner: Connection, schema: str) -> None:
    """An empty schema whose future tables the workspaces' group role may use."""
    name = sql.Identifier(schema)
    owner.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    owner.execute(
        sql.SQL(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {}"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tenant_app"
        ).format(name)
    )


def drop_schema(owner: Connection, schema: str) -> None:
    """Remove the schema and everything in it."""
    owner.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def migrate_schema(schema: str, *, cell: str) -> None:
    """Bring one schema to the release's state in one transaction, or leave it as it was."""
    ref = owner_ref(schema, cell=cell)
    connection = connections[ref.cell]
    with use_tenant(ref), transaction.atomic(using=ref.cell):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            # Whoever comes second finds nothing left to do, instead of a table in its way.
            cursor.execute(LOCK, [f"migrate {schema}"])
        executor = MigrationExecutor(connection, progress_callback=_settle_constraints)
        leaves = [n for n in executor.loader.graph.leaf_nodes() if is_workspace_app(n[0])]
        executor.migrate(leaves)


def role_of(schema: str) -> str:
    """The database role that may use the schema."""
    return f"r_{schema}"


def make_roles_through(owner: Connection, number: int, *, but: Collection[str] = ()) -> int:
    """Make the missing roles of t_1 to t_``number`` but of these schemas; returns how many.

    Every new role makes each connection read its memberships again, so they are
    made many at a time, ahead of need.
    """
    rows = owner.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^r_t_[0-9]+$'").fetchall()
    there = {row[0] for row in rows} | {role_of(schema) for schema in but}
    missing = {f"r_t_{n}" for n in range(1, number + 1)} - there
    if missing:
        owner.execute(sql.SQL("; ").join(map(_role_sql, sorted(missing))))
    return len(missing)


def grant_schema(owner: Connection, schema: str) -> None:
    """Let the workspace's role into its schema."""
    parts = map(sql.Identifier, (schema, role_of(schema)))
    owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(*parts))


def _role_sql(role: str) -> sql.Composed:
    return sql.SQL(
        "CREATE ROLE {0} NOLOGIN INHERIT; GRANT tenant_app TO {0};"
        " GRANT {0} TO cell_login WITH INHERIT FALSE, SET TRUE"
    ).format(sql.Identifier(role))


def _settle_constraints(action: str, *_: Any) -> None:
    """Let rows written by a data migration not stand in the way of the next ALTER TABLE."""
    if action == "apply_success":
        connections[current().cell].check_constraints()
