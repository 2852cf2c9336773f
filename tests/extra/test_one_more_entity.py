"""One file declares an entity; everything else follows from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.access.actors import load_actor
from app.imports.models import Import
from app.records import registry
from app.records.fields import Kind
from app.records.models import AuditEntry, Event
from tenants.context import use_tenant
from tests.extra.loans import Loan
from tests.factories import sample
from tests.imports.conftest import import_file
from tests.isolation.surface import text_of
from tests.isolation.world import token_of

FILE = Path(__file__).parent / "loans.py"
LOANS = registry.get("loans")


def test_it_is_one_file_of_at_most_forty_lines():
    assert len(FILE.read_text().splitlines()) <= 40
    own = [f for f in Loan._meta.local_concrete_fields if f.name in FILE.read_text()]
    kinds = [LOANS.fields[field.name].kind for field in own if field.name in LOANS.fields]
    assert len(own) >= 8
    assert kinds.count(Kind.RELATION) == 2
    assert Kind.MONEY in kinds
    assert Kind.CHOICE in kinds


def test_nothing_else_in_the_product_or_the_tests_engine_names_it():
    root = FILE.parents[2]
    named = [p for p in (root / "app").rglob("*.py") if "loan" in p.read_text().lower()]
    assert named == []


def test_it_has_its_pages_in_the_menu_and_its_own_board(two, alice, browser):
    with use_tenant(two[0]):
        row = sample("loans", by=alice, stamp="Crane", deposit="99.5", status="OUT")
    client = browser(alice)
    pages = ("/loans/", "/loans/board/", f"/loans/{row.pk}/", "/loans/?status=OUT&deposit__gte=9")
    for path in pages:
        text = text_of(client.get(path))
        assert "Crane" in text, path
        assert 'href="/loans/"' in text, path
    moved = client.post(f"/loans/{row.pk}/move/", {"to": "BACK", "version": "1"})
    assert moved.status_code == 302
    with use_tenant(two[0]):
        assert Loan.objects.get().status == "BACK"


def test_it_is_in_the_api_and_its_specification(two, alice, browser):
    client, head = browser(), {"authorization": f"Bearer {token_of(alice, ref=two[0])}"}
    with use_tenant(two[0]):
        account = sample("accounts", by=alice)
    body = {"name": "Crane", "account_id": account.pk, "deposit": "12.30", "status": "OUT"}
    made = client.post("/api/v1/loans", json.dumps(body), "application/json", headers=head)
    assert made.status_code == 201
    found = client.get("/api/v1/loans?status=OUT&q=cra", headers=head).json()["results"]
    assert [(row["deposit"], row["deposit_currency"]) for row in found] == [("12.30", "USD")]
    document = client.get("/api/v1/openapi.json", headers=head).json()
    assert {"/loans", "/loans/bulk", "/loans/{id}"} <= document["paths"].keys()


def test_it_can_be_imported(workspace, alice):
    sample("accounts", by=alice, stamp="Acme Works")
    head = b"id,name,account,status,deposit,lent_on,insured\n"
    file = head + b"7,Crane,Acme Works,OUT,1250.50,2026-03-01,yes\n"
    made = import_file(file, "loans", actor=load_actor(alice.pk))
    assert (made.rows, made.created, made.failed) == (1, 1, 0), [x.errors for x in made.lines.all()]
    row = Loan.objects.get(external_id="7")
    assert (str(row.deposit), row.account.name, row.insured) == ("1250.5000", "Acme Works", True)
    assert Import.objects.count() == 1


def test_it_is_audited_and_told(two, alice, bob, browser):
    with use_tenant(two[0]):
        account = sample("accounts", by=alice, owner=bob)
    browser(bob).post("/loans/new/", {"name": "Crane", "account_id": account.pk, "quantity": 1})
    with use_tenant(two[0]):
        entry = AuditEntry.objects.get(table_name="extra_loan")
        assert (entry.op, entry.actor_id, entry.event) == ("create", bob.pk, "loan.created")
        assert Event.objects.get(entity="loans").actor_id == bob.pk


def test_the_database_refuses_a_second_row_of_the_same_external_id(workspace, alice: Any):
    assert "loan_external_id" in {one.name for one in Loan._meta.constraints}
