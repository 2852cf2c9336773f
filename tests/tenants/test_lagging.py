"""While one workspace is behind the release it is kept out, and everybody else is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from tenants import routing
from tenants.addresses import connect_owner
from tenants.context import Ref, use_control
from tenants.models import FleetState
from tenants.routing import HOSTS
from tenants.schemas import migrate_schema, migration_hash

LATEST = "usersessions_usersession"
OF_THE_NEXT = "0099_of_the_next_release"


@pytest.fixture
def others(open_fresh: Callable[[], Ref]) -> Iterator[tuple[Ref, Ref]]:
    """Two workspaces of their own, mended afterwards: others look at the whole fleet."""
    HOSTS.clear()
    pair = open_fresh(), open_fresh()
    yield pair
    HOSTS.clear()
    for ref in pair:
        _mend(ref)


def test_a_workspace_that_is_behind_is_told_so_and_others_are_served(
    others: tuple[Ref, Ref], public: Client
) -> None:
    behind, current = others
    _set_back(behind)
    answer = _sign_in_page(behind)
    assert (answer.status_code, answer["Retry-After"]) == (503, "20")
    assert "new release" in answer.content.decode()
    assert "新版本" in _sign_in_page(behind, accept_language="zh-hans").content.decode()
    assert _sign_in_page(current).status_code == 200
    assert public.get("/pricing/").status_code == 200
    assert public.get("/readyz").status_code == 200


def test_nothing_of_a_workspace_that_is_behind_is_reached(others: tuple[Ref, Ref]) -> None:
    _set_back(others[0])
    for path in ("/", "/api/v1/accounts", "/accounts/1/", "/static/nothing.css", "/login/"):
        assert _ask(others[0], path).status_code == 503


def test_it_is_served_a_moment_after_it_was_migrated(
    others: tuple[Ref, Ref], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "LIFE_OF_UNSETTLED", 0.0)
    behind = others[0]
    _set_back(behind)
    assert _sign_in_page(behind).status_code == 503
    migrate_schema(behind.schema, cell=behind.cell)
    assert _sign_in_page(behind).status_code == 200


def test_a_workspace_that_is_further_than_this_process_is_served(others: tuple[Ref, Ref]) -> None:
    """The release before must go on while the next one migrates."""
    ahead = others[0]
    _run(
        f"INSERT INTO {ahead.schema}.django_migrations (app, name, applied)"
        f" VALUES ('sales', '{OF_THE_NEXT}', now())"
    )
    _note(ahead, "of the next release")
    assert _sign_in_page(ahead).status_code == 200


def test_a_note_that_is_out_of_date_keeps_nobody_out(others: tuple[Ref, Ref]) -> None:
    with use_control():
        FleetState.objects.filter(pk=others[0].schema).delete()
    assert _sign_in_page(others[0]).status_code == 200


def _set_back(ref: Ref) -> None:
    _run(f"DROP TABLE {ref.schema}.{LATEST}")
    _run(f"DELETE FROM {ref.schema}.django_migrations WHERE app = 'usersessions'")
    _note(ref, "older")


def _mend(ref: Ref) -> None:
    _run(f"DELETE FROM {ref.schema}.django_migrations WHERE name = '{OF_THE_NEXT}'")
    migrate_schema(ref.schema, cell=ref.cell)
    with use_control():
        FleetState.objects.update_or_create(
            pk=ref.schema,
            defaults={"cell_id": ref.cell, "migration_hash": migration_hash(), "status": "current"},
        )


def _note(ref: Ref, head: str) -> None:
    with use_control():
        FleetState.objects.filter(pk=ref.schema).update(migration_hash=head)


def _run(statement: str) -> None:
    with connect_owner() as owner:
        owner.execute(statement.encode())


def _sign_in_page(ref: Ref, **headers: str):
    return _ask(ref, "/login/", **headers)


def _ask(ref: Ref, path: str, **headers: str):
    return Client(headers={"host": f"{ref.subdomain}.localhost:8000", **headers}).get(path)
