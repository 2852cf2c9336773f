"""The birth of the planes: roles, databases, functions, the job tables. Safe to run again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from tenants.addresses import Login, address, connect, login_of
from tenants.audit import SQL, functions_sql
from tenants.context import Ref, use_control, use_tenant
from tenants.models import Cell
from tenants.router import CELL, CONTROL, JOBS_APP, control_apps, own_cell, owner_alias

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Database:
    """A plane's database: who makes it, who owns it, who comes in; settings hold the addresses."""

    admin: str
    owner: str
    guests: tuple[str, ...]
    #: What each of them may be; the owner of a cell makes the workspaces' roles.
    rights: dict[str, str]


CONTROL_PLANE = Database(
    "CONTROL_ADMIN_DATABASE_URL",
    "CONTROL_OWNER_URL",
    ("CONTROL_DATABASE_URL",),
    {"CONTROL_OWNER_URL": "LOGIN", "CONTROL_DATABASE_URL": "LOGIN"},
)
CELL_PLANE = Database(
    "ADMIN_DATABASE_URL",
    "CELL_OWNER_URL",
    ("DATABASE_URL", "JOBS_DATABASE_URL"),
    {
        "CELL_OWNER_URL": "LOGIN CREATEROLE",
        "DATABASE_URL": "LOGIN NOINHERIT",
        "JOBS_DATABASE_URL": "LOGIN",
    },
)
#: Answers take milliseconds: starting a helper process costs more than it saves, and what is
#: read lies in memory or on a disk that does not care for order.
PLANNING = ("jit = off", "max_parallel_workers_per_gather = 0", "random_page_cost = 1.1")


class ControlBehind(Exception):
    """The control plane is migrated with another cell, and that was not done yet."""


def setup_planes() -> None:
    """Make whatever of the two planes is missing, and bring the control plane to its head.

    Without its owner's address the control plane is somebody else's: it is left as it is.
    Raises ControlBehind where that has not come as far as this release.
    """
    if settings.CONTROL_OWNER_URL:
        make_plane(CONTROL_PLANE)
        setup_control()
    else:
        check_control()
    make_plane(CELL_PLANE)
    name_cell()
    setup_cell()


def make_plane(database: Database) -> None:
    """The roles of the processes, with the passwords of the environment, and the database."""
    with connect(_admin(database)) as admin:
        for setting, rights in database.rights.items():
            _make_role(admin, login_of(address(setting)), rights)
        _act_as(admin, login_of(address(database.owner)).role)
        if database is CELL_PLANE:
            _settle_cell_roles(admin)
    make_database(database)


def _admin(database: Database) -> str:
    """One server may hold both planes: then one address is enough."""
    return database.admin if getattr(settings, database.admin, "") else CELL_PLANE.admin


def _act_as(admin: Connection, role: str) -> None:
    """Whoever is no superuser makes what belongs to another as its member."""
    name = sql.Identifier(role)
    admin.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE").format(name))


def _settle_cell_roles(admin: Connection) -> None:
    _make_role(admin, Login("tenant_app", "", ""), "NOLOGIN")
    admin.execute("GRANT tenant_app TO cell_owner WITH ADMIN OPTION, INHERIT FALSE, SET FALSE")
    admin.execute("ALTER ROLE cell_login SET search_path = ''")
    for planning in PLANNING:
        admin.execute(f"ALTER ROLE cell_login SET {planning}".encode())
    admin.execute("ALTER ROLE jobs_worker SET search_path = jobs")


def make_database(database: Database) -> None:
    """A database of its own owner, closed to everybody but the guests."""
    owner = login_of(address(database.owner))
    name, role = sql.Identifier(owner.database), sql.Identifier(owner.role)
    with connect(_admin(database)) as admin:
        if not _exists(admin, "SELECT 1 FROM pg_database WHERE datname = %s", owner.database):
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
    guests = [login_of(address(guest)).role for guest in database.guests]
    grant_database(owner.database, owner=owner.role, guests=guests, admin=_admin(database))


def grant_database(
    database: str, *, owner: str, guests: list[str], admin: str = CELL_PLANE.admin
) -> None:
    """Rights on the database itself; a copy made from a template does not inherit them."""
    name, role = sql.Identifier(database), sql.Identifier(owner)
    people = sql.SQL(", ").join(map(sql.Identifier, guests))
    with connect(admin, database=database) as there:
        there.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, role))
        there.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        there.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, people))
        there.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        there.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(role))
        there.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS ext AUTHORIZATION {}").format(role))
        there.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext")


def setup_control() -> None:
    """Rights and tables in the control plane."""
    with connect("CONTROL_OWNER_URL") as owner:
        owner.execute((SQL / "control.sql").read_text())
    with use_control():
        _migrate(owner_alias(CONTROL), control_apps())


def check_control() -> None:
    """Whether the control plane knows what this release asks of it. Raises ControlBehind."""
    with use_control():
        missing = count_missing(CONTROL, control_apps())
    if missing:
        raise ControlBehind(
            f"The control plane lacks {missing} migrations of this release. Release first "
            "where CONTROL_OWNER_URL is set (the cell that owns it), then here."
        )


def name_cell() -> None:
    """The row of our cell in the control plane."""
    with use_control():
        Cell.objects.get_or_create(alias=own_cell())


def setup_cell() -> None:
    """Functions, job tables and rights in the cell."""
    with connect("CELL_OWNER_URL") as owner:
        owner.execute((SQL / "cell.sql").read_text())
        owner.execute(functions_sql())
        with use_tenant(jobs_ref()):
            _migrate(owner_alias(CELL), frozenset({JOBS_APP}))
        owner.execute((SQL / "jobs.sql").read_text())


def jobs_ref() -> Ref:
    """The job tables of the cell, as their owner."""
    return Ref(0, "jobs", owner_alias(CELL), None, "", ("jobs",))


def _migrate(alias: str, labels: frozenset[str]) -> None:
    executor = MigrationExecutor(connections[alias])
    executor.migrate(_leaves(executor, labels))


def count_missing(alias: str, labels: frozenset[str]) -> int:
    """How many migrations of these apps the database lacks."""
    executor = MigrationExecutor(connections[alias])
    return len(executor.migration_plan(_leaves(executor, labels)))


def _leaves(executor: MigrationExecutor, labels: frozenset[str]) -> list[tuple[str, str]]:
    return [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]


def _make_role(admin: Connection, login: Login, rights: str) -> None:
    name = sql.Identifier(login.role)
    if not _exists(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", login.role):
        admin.execute(sql.SQL("CREATE ROLE {}").format(name))
    statement = sql.SQL("ALTER ROLE {} WITH " + rights).format(name)
    if login.password:
        # Hashed here: a server that logs statements must not learn it.
        hashed = admin.pgconn.encrypt_password(login.password.encode(), login.role.encode())
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(hashed.decode()))
    admin.execute(statement)


def _exists(connection: Connection, query: str, value: str) -> bool:
    return connection.execute(query.encode(), [value]).fetchone() is not None
