"""PostgreSQL itself keeps a workspace's role out of everything that is not its own."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import DatabaseError, ProgrammingError, connection, transaction

from app.access.models import Team
from tenants.addresses import connect
from tenants.context import NoTenant, Ref, WrongCell, use_control, use_tenant

FORBIDDEN = (
    "SELECT * FROM t_2.access_user",
    "INSERT INTO t_2.access_team (name) VALUES ('x')",
    "CREATE TABLE t_2.x ()",
    "CREATE TABLE t_1.x ()",
    "CREATE TABLE public.x ()",
    "CREATE TEMPORARY TABLE x ()",
    "SELECT * FROM jobs.procrastinate_jobs",
    "DELETE FROM jobs.procrastinate_jobs",
    "SELECT jobs.procrastinate_fetch_job_v2(NULL, 1)",
    "SELECT * FROM jobs.django_migrations",
    "INSERT INTO records_auditentry (table_name, op, diff) VALUES ('x', 'create', '{}')",
    "UPDATE records_auditentry SET diff = '{}'",
    "DELETE FROM records_auditentry",
    "TRUNCATE records_auditentry",
    "DELETE FROM django_migrations",
    "TRUNCATE access_team",
    "ALTER TABLE access_team DISABLE TRIGGER audit",
    "DROP TRIGGER audit ON access_team",
    "SET session_replication_role = replica",
    "SELECT ext.audit_write('t_1', 'x', 'DELETE', '{}', NULL)",
    "SELECT ext.audit_attach('access_team')",
    "SET ROLE cell_owner",
    "CREATE ROLE intruder",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_may_not(statement: str, workspace: Ref) -> None:
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_role_is_no_member_of_another(workspace: Ref) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role('r_t_1', 'r_t_2', 'MEMBER')")
        assert cursor.fetchone() == (False,)


def test_the_control_plane_is_closed_to_the_cells_login(db: None) -> None:
    from django.conf import settings

    control = settings.DATABASES["control"]["NAME"]
    with pytest.raises(Exception, match="permission denied for database"):
        connect("DATABASE_URL", database=control)


def test_the_login_role_alone_has_nothing(db: None) -> None:
    with connect("DATABASE_URL") as login:
        for statement in FORBIDDEN[:2] + FORBIDDEN[6:8]:
            with pytest.raises(Exception, match="permission denied"):
                login.execute(statement.encode())


def test_each_workspace_reads_its_own_rows(two: tuple[Ref, Ref]) -> None:
    for ref, name in zip(two, ("one", "other"), strict=True):
        with use_tenant(ref):
            Team.objects.filter(pk=1).update(name=name)
    with use_tenant(two[0]):
        assert Team.objects.get(pk=1).name == "one"
    with use_tenant(two[1]):
        assert Team.objects.get(pk=1).name == "other"


def test_a_schema_that_is_gone_is_an_error_and_not_public(two: tuple[Ref, Ref]) -> None:
    ref = Ref(9, "t_999999", "default", "r_t_1", "gone")
    with use_tenant(ref), pytest.raises(ProgrammingError), transaction.atomic():
        Team.objects.count()


def test_a_role_that_is_gone_is_an_error(two: tuple[Ref, Ref]) -> None:
    ref = Ref(9, "t_1", "default", "r_t_999999", "gone")
    with use_tenant(ref), pytest.raises(DatabaseError), transaction.atomic():
        Team.objects.count()
    with use_tenant(two[0]):
        assert Team.objects.count() == 2


def test_a_workspace_of_another_cell_is_refused(two: tuple[Ref, Ref]) -> None:
    ref = Ref(9, "t_1", "elsewhere", "r_t_1", "gone")
    with use_tenant(ref), connection.cursor() as cursor, pytest.raises(WrongCell):
        cursor.execute("SELECT 1")


def test_cached_values_stay_in_their_workspace(two: tuple[Ref, Ref]) -> None:
    with use_tenant(two[0]):
        cache.set("answer", "one")
    with use_tenant(two[1]):
        assert cache.get("answer") is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ext.cache_entries")
            assert cursor.fetchone() == (0,)
    with use_control():
        assert cache.get("answer") is None
    with pytest.raises(NoTenant):
        cache.get("answer")
