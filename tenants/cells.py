"""The birth of the planes: roles, databases, functions, the job tables. Safe to run again."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from tenants.addresses import Login, address, connect, login_of
from tenants.audit import SQL, functions_sql
from tenants.context import Ref, use_control, use_tenant
from tenants.models import Cell
from tenants.router import JOBS_APP, control_apps, owner_alias

CELL_ALIAS = "default"
LOGINS = (
    ("CONTROL_OWNER_URL", "LOGIN"),
    ("CELL_OWNER_URL", "LOGIN CREATEROLE"),
    ("CONTROL_DATABASE_URL", "LOGIN"),
    ("DATABASE_URL", "LOGIN NOINHERIT"),
    ("JOBS_DATABASE_URL", "LOGIN"),
)
#: Answers take milliseconds: starting a helper process costs more than it saves, and what is
#: read lies in memory or on a disk that does not care for order.
PLANNING = ("jit = off", "max_parallel_workers_per_gather = 0", "random_page_cost = 1.1")
Connection = psycopg.Connection[Any]


def setup_planes() -> None:
    """Make whatever of the two planes is missing, and bring the control plane to its head."""
    make_roles()
    for owner, guests in (
        ("CONTROL_OWNER_URL", ("CONTROL_DATABASE_URL",)),
        ("CELL_OWNER_URL", ("DATABASE_URL", "JOBS_DATABASE_URL")),
    ):
        make_database(owner, guests=guests)
    setup_control()
    setup_cell()


def make_roles() -> None:
    """The roles of the processes, with the passwords of the environment."""
    with connect("ADMIN_DATABASE_URL") as admin:
        _make_role(admin, Login("tenant_app", "", ""), "NOLOGIN")
        for setting, rights in LOGINS:
            _make_role(admin, login_of(address(setting)), rights)
        admin.execute("GRANT tenant_app TO cell_owner WITH ADMIN OPTION, INHERIT FALSE, SET FALSE")
        admin.execute("ALTER ROLE cell_login SET search_path = ''")
        for planning in PLANNING:
            admin.execute(f"ALTER ROLE cell_login SET {planning}".encode())
        admin.execute("ALTER ROLE jobs_worker SET search_path = jobs")


def make_database(owner_setting: str, *, guests: tuple[str, ...]) -> None:
    """A database of its own owner, closed to everybody but the guests."""
    owner = login_of(address(owner_setting))
    name, role = sql.Identifier(owner.database), sql.Identifier(owner.role)
    with connect("ADMIN_DATABASE_URL") as admin:
        if not _exists(admin, "SELECT 1 FROM pg_database WHERE datname = %s", owner.database):
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
    grant_database(
        owner.database, owner=owner.role, guests=[login_of(address(g)).role for g in guests]
    )


def grant_database(database: str, *, owner: str, guests: list[str]) -> None:
    """Rights on the database itself; a copy made from a template does not inherit them."""
    name, role = sql.Identifier(database), sql.Identifier(owner)
    people = sql.SQL(", ").join(map(sql.Identifier, guests))
    with connect("ADMIN_DATABASE_URL", database=database) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, role))
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, people))
        admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        admin.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(role))
        admin.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS ext AUTHORIZATION {}").format(role))
        admin.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext")


def setup_control() -> None:
    """Rights, tables and the first cell's row in the control plane."""
    with connect("CONTROL_OWNER_URL") as owner:
        owner.execute((SQL / "control.sql").read_text())
    with use_control():
        _migrate(owner_alias("control"), control_apps())
        Cell.objects.get_or_create(alias=CELL_ALIAS)


def setup_cell() -> None:
    """Functions, job tables and rights in the first cell."""
    with connect("CELL_OWNER_URL") as owner:
        owner.execute((SQL / "cell.sql").read_text())
        owner.execute(functions_sql())
        with use_tenant(jobs_ref()):
            _migrate(owner_alias(CELL_ALIAS), frozenset({JOBS_APP}))
        owner.execute((SQL / "jobs.sql").read_text())


def jobs_ref() -> Ref:
    """The job tables of the first cell, as their owner."""
    return Ref(0, "jobs", owner_alias(CELL_ALIAS), None, "", ("jobs",))


def _migrate(alias: str, labels: frozenset[str]) -> None:
    executor = MigrationExecutor(connections[alias])
    leaves = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    executor.migrate(leaves)


def _make_role(admin: Connection, login: Login, rights: str) -> None:
    name = sql.Identifier(login.role)
    if not _exists(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", login.role):
        admin.execute(sql.SQL("CREATE ROLE {}").format(name))
    statement = sql.SQL("ALTER ROLE {} WITH " + rights).format(name)
    if login.password:
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(login.password))
    admin.execute(statement)


def _exists(connection: Connection, query: str, value: str) -> bool:
    return connection.execute(query.encode(), [value]).fetchone() is not None
