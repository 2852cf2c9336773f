"""The database notes every write, and the workspace's role cannot write the notes."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import F

from app.access.models import ApiToken, Team, User
from app.records.models import AuditEntry
from tenants.addresses import connect_owner
from tenants.audit import is_audited, name_event
from tenants.context import Ref, bind_actor


def _entries(table: str = "access_team") -> list[tuple[str, Any, Any]]:
    rows = AuditEntry.objects.filter(table_name=table).order_by("id")
    return list(rows.values_list("op", "record_id", "diff"))


def test_create_update_and_delete_are_noted(workspace: Ref) -> None:
    team = Team.objects.create(name="East")
    team.name = "West"
    team.save()
    key = team.pk
    team.delete()
    assert _entries() == [
        ("create", key, {"id": key, "name": "East"}),
        ("update", key, {"name": ["East", "West"]}),
        ("delete", key, {"id": key, "name": "West"}),
    ]


def test_bulk_writes_are_noted(workspace: Ref) -> None:
    Team.objects.bulk_create([Team(name="A"), Team(name="B")])
    Team.objects.filter(name__in="AB").update(name=F("name"))
    Team.objects.filter(name="A").update(name="C")
    Team.objects.filter(name__in="BC").delete()
    assert [entry[0] for entry in _entries()] == ["create", "create", "update", "delete", "delete"]


def test_raw_sql_and_copy_are_noted(workspace: Ref) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_team SET name = name || '!' WHERE id = 1")
        with cursor.copy("COPY access_team (name) FROM STDIN") as copy:
            copy.write("copied\n")
    assert [entry[0] for entry in _entries()] == ["update", "create"]


def test_actor_request_and_event_come_along(workspace: Ref) -> None:
    with bind_actor(7, "request-1"), transaction.atomic():
        name_event("team.renamed")
        Team.objects.filter(pk=1).update(name="Named")
    Team.objects.filter(pk=1).update(name="Unnamed")
    named, unnamed = AuditEntry.objects.order_by("id")
    assert (named.actor_id, named.request_id, named.event) == (7, "request-1", "team.renamed")
    assert unnamed.actor_id is None


def test_secrets_are_not_in_the_trail(workspace: Ref) -> None:
    user = User.objects.get(pk=1)
    user.set_password("a new secret")
    user.save()
    ApiToken.objects.create(user=user, name="robot", hash="abc", prefix="xyz")
    User.objects.create_user("new@acme.example", "also secret", name="New")
    text = str(list(AuditEntry.objects.values_list("diff", flat=True)))
    for secret in ("password", "md5$", "abc", "xyz", "last_login"):
        assert secret not in text
    assert AuditEntry.objects.count() == 2


def test_every_table_is_audited_unless_it_is_on_the_list(workspace: Ref) -> None:
    query = """
        SELECT c.relname, EXISTS (
            SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'audit')
        FROM pg_class c WHERE c.relnamespace = 't_1'::regnamespace AND c.relkind = 'r'
    """
    with connect_owner() as owner:
        tables = dict(owner.execute(query).fetchall())
    assert {name: is_audited(name) for name in tables} == tables
    assert tables["access_user"]
    assert not tables["records_auditentry"]
    assert not tables["django_session"]


def test_a_table_without_an_id_is_noted_too(db: None) -> None:
    with connect_owner() as owner, owner.transaction(force_rollback=True):
        owner.execute("SET LOCAL search_path = t_1, ext")
        owner.execute("CREATE TABLE pair (left_side int, right_side text)")
        owner.execute("SELECT ext.audit_attach('pair')")
        owner.execute("INSERT INTO pair VALUES (1, NULL)")
        rows = owner.execute("SELECT op, record_id, diff FROM records_auditentry").fetchall()
    assert rows[-1] == ("create", None, {"left_side": 1})
