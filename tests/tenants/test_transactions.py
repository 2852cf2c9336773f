"""Transactions, hooks and streams belong to the workspace that began them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.http import StreamingHttpResponse

from app.access.models import Team
from tenants.addresses import connect
from tenants.context import NoTenant, Ref, TenantSwitch, current, use_tenant
from tenants.routing import hold_context


def test_a_second_workspace_may_not_speak_in_a_transaction(two: tuple[Ref, Ref]) -> None:
    with transaction.atomic():
        with use_tenant(two[0]):
            Team.objects.count()
        with use_tenant(two[1]), pytest.raises(TenantSwitch):
            Team.objects.count()


def test_one_transaction_after_another_may(two: tuple[Ref, Ref]) -> None:
    @transaction.atomic
    def count() -> int:
        return Team.objects.count()

    for ref in (*two, *two):
        with use_tenant(ref):
            assert count() == 2


def test_a_transaction_begun_before_the_workspace_belongs_to_the_first(
    two: tuple[Ref, Ref],
) -> None:
    with transaction.atomic(), use_tenant(two[1]):
        Team.objects.create(name="inside")
    with use_tenant(two[0]):
        assert not Team.objects.filter(name="inside").exists()


def test_a_rollback_forgets_what_was_set(two: tuple[Ref, Ref]) -> None:
    with use_tenant(two[0]):
        Team.objects.count()
    try:
        with transaction.atomic(), use_tenant(two[1]):
            Team.objects.create(name="lost")
            raise LookupError
    except LookupError:
        pass
    with use_tenant(two[1]):
        assert not Team.objects.filter(name="lost").exists()
    with use_tenant(two[0]):
        assert _schema() == "t_1"


def test_an_error_inside_a_savepoint_leaves_the_workspace_right(two: tuple[Ref, Ref]) -> None:
    with use_tenant(two[1]), transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            Team.objects.create(name="North")
        assert _schema() == "t_2"
        assert Team.objects.count() == 2


def test_a_cursor_opened_in_one_runs_in_the_current_one(two: tuple[Ref, Ref]) -> None:
    with use_tenant(two[0]), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        with use_tenant(two[1]):
            cursor.execute("SELECT current_schema()")
            assert cursor.fetchone() == ("t_2",)


def test_rows_of_a_server_side_cursor_are_not_handed_to_another(two: tuple[Ref, Ref]) -> None:
    with use_tenant(two[0]):
        rows = Team.objects.all().iterator(chunk_size=1)
        next(rows)
    with use_tenant(two[1]), pytest.raises(TenantSwitch):
        list(rows)


def test_a_commit_hook_runs_as_who_registered_it(fresh: Ref) -> None:
    seen: list[str] = []
    with transaction.atomic(), use_tenant(fresh):
        Team.objects.count()
        transaction.on_commit(lambda: seen.append(current().schema))
    assert seen == [fresh.schema]


def test_a_killed_connection_errs_once_and_comes_back(fresh: Ref) -> None:
    with use_tenant(fresh):
        assert _schema() == fresh.schema
        with connect("ADMIN_DATABASE_URL") as admin:
            pid = connection.connection.info.backend_pid
            admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(Exception, match=r"terminat|closed"):
            _schema()
        connections["default"].close_if_unusable_or_obsolete()
        assert _schema() == fresh.schema


def test_a_connection_closes_after_many_schemas(fresh: Ref, settings: Any) -> None:
    settings.MAX_SCHEMAS_PER_CONNECTION = 1
    wrapper = connections["default"]
    wrapper.close()
    with use_tenant(fresh):
        Team.objects.count()
        wrapper.close_if_unusable_or_obsolete()
        assert wrapper.connection is not None
    other = Ref(9, "jobs", "default", fresh.role, "", ("jobs",))
    with use_tenant(other):
        _schema()
    wrapper.close_if_unusable_or_obsolete()
    assert wrapper.connection is None


def test_a_streaming_body_keeps_its_workspace(two: tuple[Ref, Ref]) -> None:
    def body() -> Any:
        for team in Team.objects.order_by("pk"):
            yield f"{current().schema}:{team.pk} "

    with use_tenant(two[0]):
        held = hold_context(StreamingHttpResponse(body()))
        loose = StreamingHttpResponse(body())
    with use_tenant(two[1]):
        assert b"".join(held).decode() == "t_1:1 t_1:2 "
    with pytest.raises(NoTenant):
        list(loose)


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])
