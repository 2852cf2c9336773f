"""Without a workspace there is an error before any SQL."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections

from app.access.models import Team
from tenants.context import NoTenant, Ref, use_control, use_tenant

pytestmark = pytest.mark.django_db


def test_the_orm_refuses() -> None:
    with pytest.raises(NoTenant):
        Team.objects.count()


def test_raw_sql_refuses() -> None:
    with connection.cursor() as cursor, pytest.raises(NoTenant):
        cursor.execute("SELECT 1")


def test_copy_refuses() -> None:
    with connection.cursor() as cursor, pytest.raises(NoTenant):
        cursor.copy("COPY access_team TO STDOUT").__enter__()


def test_the_control_plane_is_no_workspace() -> None:
    with use_control(), pytest.raises(NoTenant):
        Team.objects.count()


def test_a_queryset_made_inside_refuses_outside(two: tuple[Ref, Ref]) -> None:
    with use_tenant(two[0]):
        rows = Team.objects.all()
    with pytest.raises(NoTenant):
        list(rows)


def test_a_bare_thread_has_no_workspace(two: tuple[Ref, Ref]) -> None:
    seen: list[Any] = []

    def work() -> None:
        try:
            seen.append(Team.objects.count())
        except NoTenant as error:
            seen.append(error)
        finally:
            connections.close_all()

    with use_tenant(two[0]):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert isinstance(seen[0], NoTenant)


def test_nothing_is_sent_without_a_workspace(two: tuple[Ref, Ref], monkeypatch: Any) -> None:
    sent: list[str] = []
    real = connection.connection.cursor

    def spying(*args: Any, **kwargs: Any) -> Any:
        sent.append("plain cursor")
        return real(*args, **kwargs)

    monkeypatch.setattr(connection.connection, "cursor", spying)
    with connection.cursor() as cursor:
        sent.clear()
        with pytest.raises(NoTenant):
            cursor.execute("SELECT 1")
    assert sent == []
