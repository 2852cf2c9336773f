"""Each workspace is an account in the operators' own CRM, which stays theirs."""

from __future__ import annotations

from typing import Any

import pytest

from app.console.customers import follow_companies, with_line
from app.console.jobs import count
from app.records import changes
from app.records.registry import get
from billing.accounts import account_of
from billing.operators import push_now
from tenants.context import use_control, use_tenant
from tests.records.helpers import actor


@pytest.fixture
def told(two: Any, operators: Any) -> None:
    with use_control():
        account = account_of(two[0].id)
    push_now(account.pk)


def accounts() -> list[Any]:
    return list(get("accounts").model._default_manager.filter(deleted_at=None).order_by("pk"))


def test_a_company_becomes_an_account_once(operators, told):
    with use_tenant(operators):
        assert follow_companies() == 1
        assert follow_companies() == 0
        [made] = accounts()
    assert (made.name, made.website) == ("Acme", "http://acme.localhost:8000/")
    assert made.description == "Clientele: Business, 0 of ∞ seats in use, Trial"


def test_what_operators_typed_stays_and_the_line_is_renewed(operators, told, mallory, two):
    with use_tenant(operators):
        follow_companies()
        [made] = accounts()
        typed = {"description": f"{made.description}\nCall Tom", "name": "Acme (Berlin)"}
        changes.update(
            get("accounts"), made.pk, typed, actor=actor(mallory), version=None, origin="page"
        )
    with use_control():
        account = account_of(two[0].id)
        account.pushed |= {"seats": 12, "state": "active"}
        account.save(update_fields=["pushed"])
    with use_tenant(operators):
        assert follow_companies() == 1
        [kept] = accounts()
    assert kept.name == "Acme (Berlin)"
    assert kept.description == "Clientele: Business, 0 of 12 seats in use, Active\nCall Tom"


def test_an_account_that_was_deleted_stays_deleted(operators, told, mallory):
    with use_tenant(operators):
        follow_companies()
        [made] = accounts()
        changes.delete(get("accounts"), made.pk, actor=actor(mallory), version=made.version)
        assert follow_companies() == 0
        assert accounts() == []


def test_only_the_operators_workspace_has_companies_as_customers(two, operators, told):
    with use_tenant(two[0]):
        count()
        assert accounts() == []
    with use_tenant(operators):
        count()
        assert [one.name for one in accounts()] == ["Acme"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "Clientele: x"),
        ("Clientele: old", "Clientele: x"),
        ("a\nClientele: old\nb", "a\nClientele: x\nb"),
        ("a\nb", "Clientele: x\na\nb"),
    ],
)
def test_our_line_is_found_wherever_it_stands(before, after):
    assert with_line(before, "Clientele: x") == after
