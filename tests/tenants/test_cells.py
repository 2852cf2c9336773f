"""Two cells and one control plane: each process serves its own cell and touches no other.

The second cell is a copy of the first, so the schemas of the first cell's companies exist in it
too: whoever looked in the wrong place would find something, and no error would tell.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import Client

from app.access.models import Team
from app.access.support import operators_ref
from app.website import signup
from billing.accounts import open_account
from billing.models import BillingAccount
from billing.operators import push_now
from billing.push import push_due
from tenants import removal, support
from tenants.addresses import connect_owner
from tenants.cells import name_cell
from tenants.context import NoTenant, Ref, WrongCell, use_control, use_tenant
from tenants.fleet import behind, migrate_fleet
from tenants.jobs import find_workspace
from tenants.models import FleetState, ReadySchema, Removal, Tenant
from tenants.provisioning import build_one, claim, open_workspace, run_once, want
from tenants.readings import of_provisioner
from tenants.routing import HOSTS, find_route, ref_of
from tenants.schedules import active_workspaces
from tenants.schemas import migrate_schema, migration_hash
from tests import planes

HELPER = support.Helper(1, "Olga", "olga@ops.example")


@dataclass
class Cells:
    """Where the two databases are, and a company in each."""

    control: str
    databases: dict[str, str]
    first: Tenant | None = None
    second: Tenant | None = None

    @contextmanager
    def process_of(self, cell: str) -> Iterator[None]:
        """Be a process of this cell for a while."""
        before = settings.CELL
        with planes.using(planes.Pair(self.control, self.databases[cell])):
            settings.CELL = cell
            try:
                yield
            finally:
                settings.CELL = before


@pytest.fixture(scope="module")
def made(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Cells]:
    with django_db_blocker.unblock():
        template, name = planes.templates(), f"cells{os.getpid()}"
        pair = planes.copy(template, name)
        other = planes.Pair(pair.control, f"test_cell_{name}b")
        planes.copy_cell(template, other.cell)
        cells = Cells(pair.control, {"default": pair.cell, "second": other.cell})
        _fill(cells)
        yield cells
        planes.drop(pair)
        planes.drop(other)


def _fill(cells: Cells) -> None:
    with cells.process_of("second"):
        name_cell()
        planes.open_seeded("Second", "second-co", "Sofia Sand")
    with cells.process_of("default"), use_control():
        cells.first = Tenant.objects.get(subdomain="acme")
        cells.second = Tenant.objects.get(subdomain="second-co")
        for tenant in (cells.first, cells.second):
            open_account(tenant)


@pytest.fixture
def cells(made: Cells, django_db_blocker: Any) -> Iterator[Cells]:
    with django_db_blocker.unblock():
        yield made


def answer(subdomain: str) -> int:
    """What the log-in page of this address says to the process that we are."""
    HOSTS.clear()
    client = Client(headers={"host": f"{subdomain}.localhost:8000"})
    return client.get("/login/").status_code


def schemas() -> set[str]:
    """What is in the database of the cell whose process we are."""
    with connect_owner() as owner:
        rows = owner.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_'")
        return {row[0] for row in rows}


def test_each_process_answers_for_its_own_companies_only(cells: Cells) -> None:
    with cells.process_of("default"):
        assert (answer("acme"), answer("globex"), answer("second-co")) == (200, 200, 404)
    with cells.process_of("second"):
        assert (answer("acme"), answer("globex"), answer("second-co")) == (404, 404, 200)


def test_the_company_was_made_where_it_lives_and_nowhere_else(cells: Cells) -> None:
    assert cells.second.cell_id == "second"
    with cells.process_of("second"):
        assert cells.second.schema_name in schemas()
    with cells.process_of("default"):
        assert cells.second.schema_name not in schemas()


@pytest.mark.parametrize("cell", ["default", "second"])
def test_nobody_gets_hold_of_a_workspace_of_the_other_cell(cells: Cells, cell: str) -> None:
    theirs = cells.first if cell == "second" else cells.second
    with cells.process_of(cell):
        with pytest.raises(WrongCell):
            ref_of(theirs)
        with pytest.raises(WrongCell):
            find_workspace(theirs.schema_name)
        with pytest.raises(WrongCell):
            migrate_schema(theirs.schema_name, cell=theirs.cell_id)
        with use_control():
            assert find_route(f"{theirs.subdomain}.localhost") is None
        with pytest.raises(CommandError, match="lives in the cell"):
            call_command("create_api_token", workspace=theirs.subdomain, email="a@b.example")


def test_a_cell_called_like_an_alias_is_not_that_database(cells: Cells) -> None:
    with cells.process_of("second"):
        foreign = Ref(cells.first.pk, "t_1", "second", "r_t_1", "acme")
        with use_tenant(foreign), pytest.raises(Exception, match="second"):
            Team.objects.count()
        with pytest.raises(NoTenant):
            Team.objects.count()


def test_rounds_are_called_in_each_cell_for_its_own(cells: Cells) -> None:
    with cells.process_of("default"):
        assert {ref.subdomain for ref in active_workspaces()} == {"acme", "globex"}
    with cells.process_of("second"):
        assert {ref.subdomain for ref in active_workspaces()} == {"second-co"}


def test_a_provisioner_leaves_alone_what_the_other_cell_wants(cells: Cells) -> None:
    with cells.process_of("second"), use_control():
        wanted = want()
    with cells.process_of("default"), use_control():
        assert build_one() is False
        assert wanted.schema_name not in schemas()
    with cells.process_of("second"), use_control():
        assert build_one() is True
        assert wanted.schema_name in schemas()


def test_a_sign_up_claims_a_schema_of_its_own_cell(cells: Cells) -> None:
    with cells.process_of("default"):
        run_once(pool_size=1)
    with cells.process_of("second"), use_control():
        ReadySchema.objects.filter(cell="second", tenant=None).update(migration_hash="older")
        with transaction.atomic(using="control"):
            assert claim() is None
        tenant = open_workspace(
            company="Late", subdomain="late", owner_email="", owner_password="", owner_name=""
        )
        assert tenant.cell_id == "second"
        tenant.delete()
    with cells.process_of("default"), use_control(), transaction.atomic(using="control"):
        assert claim().cell_id == "default"


def test_a_sign_up_that_was_cut_off_is_finished_in_its_own_cell(cells: Cells) -> None:
    with cells.process_of("second"):
        tenant = open_workspace(
            company="Cut", subdomain="cut", owner_email="c@cut.example",
            owner_password="!", owner_name="Carl",
        )  # fmt: skip
        run_once(pool_size=0)
        with use_control():
            Tenant.objects.filter(pk=tenant.pk).update(created_at="2020-01-01T00:00:00Z")
    with cells.process_of("default"):
        assert signup.resume_stuck() == 0
    with cells.process_of("second"):
        assert signup.resume_stuck() == 1
        with use_control():
            Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.CLOSED)


def test_a_fleet_is_the_schemas_of_one_cell(cells: Cells) -> None:
    with cells.process_of("default"), use_control():
        FleetState.objects.update(migration_hash="older")
        ours = {row.schema_name for row in behind()}
    done: list[str] = []
    with cells.process_of("second"):
        assert migrate_fleet(progress=lambda one: done.append(one.schema)) == 0
    assert cells.second.schema_name in done
    assert not set(done) & ours
    with cells.process_of("default"):
        with use_control():
            assert {row.schema_name for row in behind()} == ours
            left = FleetState.objects.exclude(migration_hash=migration_hash())
            assert set(left.values_list("cell", flat=True)) == {"default"}
        assert migrate_fleet(progress=lambda _one: None) == 0


def test_each_biller_tells_its_own_companies(cells: Cells) -> None:
    def pushed() -> dict[str, bool]:
        rows = BillingAccount.objects.values_list("tenant__subdomain", "pushed")
        return {name: bool(told) for name, told in rows if name in ("acme", "second-co")}

    with use_control():
        with cells.process_of("default"):
            BillingAccount.objects.update(next_look_at="2020-01-01T00:00:00Z", pushed={})
            assert push_due() >= 1
            assert pushed() == {"acme": True, "second-co": False}
        with cells.process_of("second"):
            assert push_due() == 1
            assert pushed() == {"acme": True, "second-co": True}


def test_an_operator_calls_the_biller_of_the_other_cell(cells: Cells) -> None:
    with cells.process_of("default"), use_control():
        account = BillingAccount.objects.get(tenant=cells.second)
        assert push_now(account.pk) is None
        with pytest.raises(support.NotPossible, match="another cell"):
            support.ask(cells.second.pk, by=HELPER, reason="x", hours=1, wants_to_change=False)
    with cells.process_of("second"):
        assert push_due() == 1


def test_operators_of_another_cell_help_nobody_here(cells: Cells) -> None:
    with cells.process_of("default"), use_control():
        Tenant.objects.filter(pk=cells.first.pk).update(is_operator=True)
        assert operators_ref() is not None
    try:
        with cells.process_of("second"):
            assert operators_ref() is None
    finally:
        with cells.process_of("default"), use_control():
            Tenant.objects.filter(pk=cells.first.pk).update(is_operator=False)


def test_a_pool_is_told_by_the_provisioner_that_fills_it(cells: Cells) -> None:
    def workspaces() -> float:
        found = {family.name: family for family in of_provisioner()}
        states = found["clientele_workspaces"].samples
        return sum(one.value for one in states if one.labels["status"] == "active")

    with cells.process_of("default"):
        assert workspaces() == 2
    with cells.process_of("second"):
        assert workspaces() == 1


def test_a_workspace_is_removed_by_its_own_cell(cells: Cells) -> None:
    with cells.process_of("second"):
        tenant = open_workspace(
            company="Gone", subdomain="gone", owner_email="", owner_password="", owner_name=""
        )
        run_once(pool_size=0)
        with use_control():
            Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.ACTIVE)
    refused = pytest.raises(removal.NotRemovable, match="lives in the cell 'second'")
    with cells.process_of("default"), refused:
        removal.ask_for_removal("gone")
    with cells.process_of("second"):
        removal.ask_for_removal("gone")
        with use_control():
            Removal.objects.update(asked_at="2020-01-01T00:00:00Z")
    with cells.process_of("default"):
        assert removal.advance_removals() == 0
    with cells.process_of("second"):
        assert tenant.schema_name in schemas()
        assert removal.advance_removals() == 1
        assert tenant.schema_name not in schemas()
    connections.close_all()
