"""A managed database hands out a master that is no superuser: it is enough for everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clusters import CELL, CONTROL, Cluster, cluster, environment, manage, succeed

COMPANY = (
    "create_workspace", "--name", "Acme", "--subdomain", "acme",
    "--email", "owner@acme.example", "--password", "long enough 42",
)  # fmt: skip


@dataclass
class Managed:
    """A server of a cloud, and what the processes of an installation there are told."""

    server: Cluster
    environ: dict[str, str]


@pytest.fixture(scope="module")
def managed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Managed]:
    folder = tmp_path_factory.mktemp("managed")
    with cluster(folder) as server:
        control, cell = server.urls(CONTROL, database="control"), server.urls(CELL, database="cell")
        environ = environment(folder, control, cell, ADMIN_DATABASE_URL=server.master)
        succeed(environ, "setup_planes")
        yield Managed(server, environ)


def without(environ: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in names}


def test_the_master_is_no_superuser_and_nobody_it_made_is(managed: Managed) -> None:
    rows = managed.server.ask("SELECT rolname FROM pg_roles WHERE rolsuper")
    assert rows == [("postgres",)]


def test_a_second_time_changes_nothing_and_fails_nowhere(managed: Managed) -> None:
    succeed(managed.environ, "setup_planes")


def test_a_company_gets_a_workspace_without_the_master(managed: Managed) -> None:
    environ = without(managed.environ, "ADMIN_DATABASE_URL")
    succeed(environ, "run_provisioner", "--once")
    succeed(environ, *COMPANY)
    succeed(environ, "run_provisioner", "--once")
    rows = managed.server.ask("SELECT status FROM tenants_tenant", database="control")
    assert rows == [("active",)]
    behind = "UPDATE tenants_fleetstate SET migration_hash = 'older'"
    managed.server.ask(behind, database="control")
    assert "t_1: done" in succeed(environ, "migrate_fleet")


def test_passwords_never_stand_in_a_statement(managed: Managed) -> None:
    managed.server.ask("ALTER SYSTEM SET log_statement = 'all'")
    managed.server.ask("SELECT pg_reload_conf()")
    succeed(managed.environ, "setup_planes")
    log = (Path(managed.environ["DATA_DIR"]).parent / "log").read_text()
    assert "ALTER ROLE" in log
    assert not [role for role, secret in managed.server.passwords.items() if secret in log]


def test_the_doors_between_the_roles_are_shut(managed: Managed) -> None:
    for role, database in (("cell_login", "control"), ("control_login", "cell")):
        query = f"SELECT has_database_privilege('{role}', '{database}', 'CONNECT')"
        assert managed.server.ask(query) == [(False,)]
    member = "SELECT pg_has_role('cell_login', 'cell_owner', 'MEMBER')"
    assert managed.server.ask(member) == [(False,)]


def test_planes_may_be_on_two_servers(managed: Managed, tmp_path: Path) -> None:
    with cluster(tmp_path) as own:
        control = own.urls(CONTROL, database="control")
        admins = {"CONTROL_ADMIN_DATABASE_URL": own.master}
        environ = environment(tmp_path, managed.environ, control, admins)
        environ["DATA_DIR"] = managed.environ["DATA_DIR"]
        succeed(environ, "setup_planes")
        made = [row[0] for row in own.ask("SELECT datname FROM pg_database")]
        assert "control" in made
        assert "cell" not in made
        roles = {row[0] for row in own.ask("SELECT rolname FROM pg_roles")}
        assert roles >= {"control_owner", "control_login"}
        assert not roles & {"cell_owner", "cell_login", "jobs_worker", "tenant_app"}


def test_a_control_plane_of_somebody_else_is_left_alone(managed: Managed) -> None:
    environ = without(managed.environ, "CONTROL_OWNER_URL")
    succeed(environ, "setup_planes")
    latest = "SELECT max(name) FROM django_migrations WHERE app = 'tenants'"
    forget = f"DELETE FROM django_migrations WHERE app = 'tenants' AND name = ({latest})"
    ((name,),) = managed.server.ask(f"{forget} RETURNING name", database="control")
    done = manage(environ, "setup_planes")
    assert done.returncode != 0
    assert "lacks 1 migrations" in done.stderr
    assert "CONTROL_OWNER_URL" in done.stderr
    assert managed.server.ask(latest, database="control") < [(name,)]
