"""migrate_fleet brings everybody to the release, whatever happens to one of them."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.addresses import connect_owner
from tenants.context import Ref, use_control
from tenants.fleet import behind
from tenants.models import FleetState, ReadySchema
from tenants.provisioning import run_once
from tenants.schemas import migration_hash

LATEST = "usersessions_usersession"


@pytest.fixture
def three(open_fresh: Callable[[], Ref]) -> list[Ref]:
    """Three workspaces of an older release: the last table is not there yet."""
    refs = [open_fresh() for _turn in range(3)]
    for ref in refs:
        _run(f"DROP TABLE {ref.schema}.{LATEST}")
        _forget_migration(ref)
    with use_control():
        names = [ref.schema for ref in refs]
        FleetState.objects.filter(pk__in=names).update(migration_hash="older")
    return refs


def test_everybody_is_brought_to_the_release(three: list[Ref]) -> None:
    assert "done" in _migrate()
    assert all(_has_table(ref) for ref in three)
    with use_control():
        assert behind() == []
        assert {row.migration_hash for row in FleetState.objects.all()} == {migration_hash()}


def test_one_that_fails_is_reported_and_the_others_are_done(three: list[Ref]) -> None:
    first, second, third = three
    _run(f"CREATE TABLE {second.schema}.{LATEST} (in_the_way int)")
    with pytest.raises(CommandError, match="1 failed"):
        _migrate()
    assert _has_table(first)
    assert _has_table(third)
    with use_control():
        state = FleetState.objects.get(pk=second.schema)
        assert (state.status, state.migration_hash) == ("failed", "older")
        assert "already exists" in state.error
    _run(f"DROP TABLE {second.schema}.{LATEST}")
    assert second.schema in _migrate()
    with use_control():
        state.refresh_from_db()
        assert (state.status, state.error) == ("current", "")
        assert state.migration_hash == migration_hash()


def test_a_failed_migration_leaves_its_schema_as_it_was(three: list[Ref]) -> None:
    _run(f"CREATE TABLE {three[1].schema}.{LATEST} (in_the_way int)")
    before = _tables(three[1])
    with pytest.raises(CommandError):
        _migrate()
    assert _tables(three[1]) == before
    _run(f"DROP TABLE {three[1].schema}.{LATEST}")
    _migrate()


def test_a_canary_goes_first_alone(three: list[Ref]) -> None:
    _migrate("--canary", "1")
    assert sum(_has_table(ref) for ref in three) == 1
    _migrate("--jobs", "2")
    assert all(_has_table(ref) for ref in three)


def test_a_second_run_has_nothing_to_do(three: list[Ref]) -> None:
    _migrate()
    assert _migrate() == "Every workspace is at this release.\n"


def test_schemas_of_the_pool_are_migrated_too(open_fresh: Any) -> None:
    run_once(pool_size=2)
    with use_control():
        free = ReadySchema.objects.filter(tenant=None)
        names = [row.schema_name for row in free]
        FleetState.objects.filter(pk__in=names).update(migration_hash="older")
        free.update(migration_hash="older")
        _migrate()
        assert set(free.values_list("migration_hash", flat=True)) == {migration_hash()}


def test_new_tables_are_audited_and_open_to_the_workspace(three: list[Ref]) -> None:
    _migrate()
    query = "SELECT has_table_privilege(%s, %s, 'INSERT')"
    with connect_owner() as owner:
        table = f"{three[0].schema}.{LATEST}"
        assert owner.execute(query, [three[0].role, table]).fetchone() == (True,)


def _migrate(*options: str) -> str:
    out = StringIO()
    call_command("migrate_fleet", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def _run(statement: str) -> None:
    with connect_owner() as owner:
        owner.execute(statement.encode())


def _forget_migration(ref: Ref) -> None:
    _run(f"DELETE FROM {ref.schema}.django_migrations WHERE app = 'usersessions'")


def _has_table(ref: Ref) -> bool:
    return LATEST in _tables(ref)


def _tables(ref: Ref) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
    with connect_owner() as owner:
        return [row[0] for row in owner.execute(query, [ref.schema])]
