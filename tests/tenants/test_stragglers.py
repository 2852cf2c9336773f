"""Who signs up while one release replaces another is brought along by the new provisioner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from tenants import fleet, routing
from tenants.addresses import connect_owner
from tenants.context import Ref, use_control
from tenants.fleet import bring_stragglers
from tenants.models import Cell, FleetState, ReadySchema, Tenant
from tenants.provisioning import _round, open_workspace, run_once
from tenants.schemas import LOCK, migrate_schema, migration_hash
from tests import planes

LATEST = "usersessions_usersession"
OF_THE_NEXT = "0099_of_the_next_release"


@pytest.fixture(autouse=True)
def pair(
    django_db_setup: Any,
    django_db_blocker: Any,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[planes.Pair]:
    """Planes of their own, and a provisioner that does nothing else."""
    settings.POOL_SIZE, settings.PROVISIONER_HOOKS = 2, []
    monkeypatch.setattr(routing, "LIFE_OF_UNSETTLED", 0.0)
    with django_db_blocker.unblock():
        made = planes.copy(planes.templates(), f"stragglers{os.getpid()}")
        with planes.using(made):
            run_once()
            yield made
        planes.drop(made)


@pytest.fixture
def acme(pair: planes.Pair) -> Ref:
    """A workspace that the provisioner of the release before made."""
    ref = planes.ref_at("acme")
    _set_back(ref.schema)
    return ref


def test_a_workspace_of_the_old_provisioner_answers_after_a_round_of_the_new_one(acme: Ref) -> None:
    assert _answer(acme) == 503
    _round()
    assert _answer(acme) == 200
    assert _note(acme.schema) == ("current", migration_hash())


def test_one_that_is_being_made_is_brought_too_and_one_that_was_closed_is_not(acme: Ref) -> None:
    made = open_workspace(
        company="Late", subdomain="late", owner_email="l@late.example",
        owner_password="!", owner_name="Lea",
    )  # fmt: skip
    _set_back(made.schema_name)
    with use_control():
        Tenant.objects.filter(pk=acme.id).update(status=Tenant.Status.CLOSED)
    _round()
    assert (_has_table(made.schema_name), _has_table(acme.schema)) == (True, False)


def test_one_that_is_further_than_this_release_is_not_touched(pair: planes.Pair) -> None:
    ref = planes.ref_at("acme")
    _run(
        f"INSERT INTO {ref.schema}.django_migrations (app, name, applied)"
        f" VALUES ('sales', '{OF_THE_NEXT}', now())"
    )
    _say(ref.schema, "of the next release")
    _round()
    assert _note(ref.schema) == ("current", "of the next release")


def test_one_that_fails_is_noted_and_left_to_the_operators(
    acme: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(f"CREATE TABLE {acme.schema}.{LATEST} (in_the_way int)")
    _round()
    assert _note(acme.schema) == ("failed", "older")
    tried: list[FleetState] = []
    monkeypatch.setattr(fleet, "_bring_to_head", tried.append)
    _round()
    assert (tried, _note(acme.schema)) == ([], ("failed", "older"))


def test_after_too_many_failures_nobody_else_is_tried(
    acme: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "TOO_MANY", 1)
    globex = planes.ref_at("globex")
    _set_back(globex.schema)
    with use_control():
        FleetState.objects.filter(pk=globex.schema).update(status="failed")
    _round()
    assert _note(acme.schema) == ("current", "older")


def test_one_that_is_busy_is_tried_again(acme: Ref, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def busy_at_first(schema: str, *, cell: str) -> None:
        seen.append(schema)
        if len(seen) < 3:
            raise TimeoutError
        migrate_schema(schema, cell=cell)

    monkeypatch.setattr(fleet, "migrate_schema", busy_at_first)
    bring_stragglers()
    assert _note(acme.schema) == ("current", migration_hash())


def test_two_never_migrate_one_schema_at_once(acme: Ref, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.schemas.LOCK_TIMEOUT", "50ms")
    with connect_owner() as other, other.transaction():
        other.execute(LOCK, [f"migrate {acme.schema}"])
        bring_stragglers()
    assert _note(acme.schema) == ("failed", "older")
    with use_control():
        assert "lock timeout" in FleetState.objects.get(pk=acme.schema).error


def test_schemas_of_another_release_do_not_fill_the_pool(pair: planes.Pair) -> None:
    with use_control():
        free = ReadySchema.objects.filter(tenant=None)
        free.update(migration_hash="of the next release")
        assert run_once() == 2
        assert free.filter(migration_hash=migration_hash()).count() == 2
        assert free.count() == 4
        assert run_once() == 0


def test_schemas_that_nobody_can_claim_any_more_are_removed(pair: planes.Pair) -> None:
    with use_control():
        old, ahead = [row.schema_name for row in ReadySchema.objects.filter(tenant=None)]
        _set_back(old)
        _say(ahead, "of the next release")
        _round()
        assert not FleetState.objects.filter(pk=old).exists()
        left = {row.schema_name for row in ReadySchema.objects.filter(tenant=None)}
    assert (old in left, ahead in left, len(left)) == (False, True, 3)
    assert (_exists(old), _exists(ahead)) == (False, True)


def test_a_cell_that_takes_nobody_fills_no_pool(acme: Ref) -> None:
    with use_control():
        Cell.objects.update(is_open=False)
        ReadySchema.objects.filter(tenant=None).update(migration_hash="of the next release")
    _round()
    assert _answer(acme) == 200


def _set_back(schema: str) -> None:
    _run(f"DROP TABLE {schema}.{LATEST}")
    _run(f"DELETE FROM {schema}.django_migrations WHERE app = 'usersessions'")
    _say(schema, "older")


def _say(schema: str, head: str) -> None:
    with use_control():
        FleetState.objects.filter(pk=schema).update(migration_hash=head)
        ReadySchema.objects.filter(pk=int(schema[2:])).update(migration_hash=head)


def _note(schema: str) -> tuple[str, str]:
    with use_control():
        row = FleetState.objects.get(pk=schema)
    return str(row.status), row.migration_hash


def _run(statement: str) -> None:
    with connect_owner() as owner:
        owner.execute(statement.encode())


def _has_table(schema: str) -> bool:
    return _is_there("SELECT to_regclass(%s) IS NOT NULL", f"{schema}.{LATEST}")


def _exists(schema: str) -> bool:
    return _is_there("SELECT to_regnamespace(%s) IS NOT NULL", schema)


def _is_there(query: str, name: str) -> bool:
    with connect_owner() as owner:
        return owner.execute(query.encode(), [name]).fetchone() == (True,)


def _answer(ref: Ref) -> int:
    page = Client(headers={"host": f"{ref.subdomain}.localhost:8000"}).get("/login/")
    return int(page.status_code)
