"""Template databases of both planes, and quick copies of them."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from tenants.addresses import connect, connect_owner
from tenants.audit import SQL
from tenants.cells import grant_database, setup_planes
from tenants.context import Ref, use_control, use_tenant
from tenants.models import Tenant
from tenants.provisioning import activate, open_workspace, run_once, wait_until_ready
from tenants.routing import HOSTS, ref_of
from tenants.schemas import migration_hash
from tests.seeding import seed

URLS = {
    "control": ("CONTROL_DATABASE_URL", "CONTROL_OWNER_URL"),
    "cell": ("DATABASE_URL", "CELL_OWNER_URL", "JOBS_DATABASE_URL"),
}
ALIASES = {
    "control": ("control", "control_owner"),
    "cell": ("default", "default_owner"),
}
#: Whoever of these changes makes the kept templates worthless.
SOURCES = ("tests/seeding.py", "tests/planes.py", "tenants/cells.py", "tenants/provisioning.py")
COMPANIES = (("Acme", "acme", "Alice Alder"), ("Globex", "globex", "Mallory Marsh"))


@dataclass(frozen=True)
class Pair:
    """The names of a control database and of a cell's."""

    control: str
    cell: str


def point_at(pair: Pair) -> None:
    """Let this process use these two databases, whoever it logs in as."""
    connections.close_all()
    HOSTS.clear()
    for plane, database in (("control", pair.control), ("cell", pair.cell)):
        for name in URLS[plane]:
            url = str(getattr(settings, name))
            setattr(settings, name, f"{url.rpartition('/')[0]}/{database}")
        for alias in ALIASES[plane]:
            connections.settings[alias]["NAME"] = database
            connections[alias].settings_dict["NAME"] = database


@contextmanager
def using(pair: Pair) -> Iterator[None]:
    """Let this process use other databases for a while."""
    names = (connections[alias].settings_dict["NAME"] for alias in ("control", "default"))
    before = Pair(*map(str, names))
    point_at(pair)
    try:
        yield
    finally:
        point_at(before)


def templates() -> Pair:
    """The two template databases of this code; made when they are not there."""
    key = _key()
    pair = Pair(f"tmpl_control_{key}", f"tmpl_cell_{key}")
    with (Path(settings.DATA_DIR) / "templates.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not _is_complete(pair):
            _make_templates(pair)
    return pair


def copy(template: Pair, name: str) -> Pair:
    """Fresh copies of both templates."""
    made = Pair(f"test_control_{name}", f"test_cell_{name}")
    _copy(template.control, made.control, "control_owner", guests=["control_login"])
    copy_cell(template, made.cell)
    return made


def copy_cell(template: Pair, name: str) -> None:
    """A fresh copy of the cell alone, as one more database of this name."""
    _copy(template.cell, name, "cell_owner", guests=["cell_login", "jobs_worker"])


def drop(pair: Pair) -> None:
    """Remove both databases, whoever still uses them."""
    connections.close_all()
    with connect("ADMIN_DATABASE_URL") as admin:
        for name in (pair.control, pair.cell):
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def open_seeded(company: str, subdomain: str, owner: str) -> Ref:
    """A workspace with its people, ready to sign in, in the databases in use."""
    tenant = open_workspace(
        company=company,
        subdomain=subdomain,
        owner_email=f"{owner.split(maxsplit=1)[0].lower()}@{subdomain}.example",
        owner_password="",
        owner_name=owner,
    )
    run_once(pool_size=0)
    assert wait_until_ready(tenant), "a provisioner took it and did not finish it"
    ref = ref_of(tenant)
    with use_tenant(ref):
        seed(owner=owner, company=company, domain=f"{subdomain}.example")
    _forget_seeding(ref)
    activate(tenant)
    return ref


def _forget_seeding(ref: Ref) -> None:
    """Tests count what they did, not what made their people."""
    with connect_owner() as owner:
        table = sql.Identifier(ref.schema, "records_auditentry")
        owner.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(table))


def ref_at(subdomain: str) -> Ref:
    """The workspace at this address."""
    with use_control():
        return ref_of(Tenant.objects.get(subdomain=subdomain))


def _make_templates(pair: Pair) -> None:
    _drop_leftovers()
    point_at(pair)
    setup_planes()
    for company, subdomain, owner in COMPANIES:
        open_seeded(company, subdomain, owner)
    connections.close_all()
    with connect("ADMIN_DATABASE_URL") as admin:
        name = sql.Identifier(pair.control)
        admin.execute(sql.SQL("COMMENT ON DATABASE {} IS 'complete'").format(name))


def _drop_leftovers() -> None:
    """Templates of other states of the code, and copies of runs that were killed."""
    query = "SELECT datname FROM pg_database WHERE datname ~ '^(tmpl|test)_(control|cell)_'"
    with connect("ADMIN_DATABASE_URL") as admin:
        for row in admin.execute(query).fetchall():
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(row[0])))


def _is_complete(pair: Pair) -> bool:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with connect("ADMIN_DATABASE_URL") as admin:
        row = admin.execute(query, [pair.control]).fetchone()
    return bool(row and row[0] == "complete")


def _copy(template: str, name: str, owner: str, *, guests: list[str]) -> None:
    with connect("ADMIN_DATABASE_URL") as admin:
        target, source = sql.Identifier(name), sql.Identifier(template)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(target, source)
        )
    grant_database(name, owner=owner, guests=guests)


def _key() -> str:
    digest = hashlib.sha256(migration_hash().encode())
    root = Path(__file__).resolve().parent.parent
    control = [path for app in ("billing", "tenants") for path in _migrations(root / app)]
    for path in (*control, *sorted(SQL.glob("*.sql")), *(root / name for name in SOURCES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _migrations(app: Path) -> list[Path]:
    return sorted((app / "migrations").glob("*.py"))


def reset_sequences(owner: psycopg.Connection[Any], kept: dict[str, int | None]) -> None:
    """Set back the sequences that a rolled-back test moved, so that keys stay equal."""
    for name, value in sequences(owner).items():
        if name in kept and value != kept[name]:
            owner.execute(
                "SELECT setval(%s::regclass, %s, %s)",
                [name, kept[name] or 1, kept[name] is not None],
            )


def sequences(owner: psycopg.Connection[Any]) -> dict[str, int | None]:
    """The last value of every sequence of the two workspaces."""
    rows = owner.execute(
        "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
        " WHERE schemaname IN ('t_1', 't_2')"
    ).fetchall()
    return {row[0]: row[1] for row in rows}
