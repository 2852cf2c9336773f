"""The sales book from end to end, compared with what the file says, read without our code."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from app.access.actors import Actor
from app.access.models import User
from app.sales.accounts import Account
from app.sales.deals import Deal
from local.book import Book
from tests.imports.conftest import DEALS, counts, import_file, make_pipeline


@pytest.fixture
def ready(owner: Actor, sales_book: Book) -> Actor:
    """Accounts, products and a pipeline are in."""
    make_pipeline(owner)
    import_file(sales_book.accounts, "accounts", actor=owner)
    import_file(sales_book.products, "products", actor=owner)
    return owner


def test_accounts_come_in_with_their_parents(ready: Actor, sales_book: Book) -> None:
    text = sales_book.accounts.decode().split("\r\n")[1:]
    rows = [line.split(",") for line in text if line]
    assert Account.objects.count() == len(rows)
    stored = {a.name: a for a in Account.objects.select_related("parent")}
    for name, sector, founded, revenue, employees, country, parent in rows:
        account = stored[name]
        assert (account.industry, str(account.founded)) == (sector, founded)
        assert (account.revenue, str(account.employees)) == (Decimal(revenue), employees)
        assert (account.country, account.parent.name if account.parent else "") == (country, parent)


def test_every_deal_equals_its_row(ready: Actor, sales_book: Book) -> None:
    made = import_file(sales_book.deals, "deals", actor=ready, mapping=DEALS)
    rows = sales_book.rows
    assert counts(made) == (len(rows), len(rows), 0, 0, 0)
    relations = ("owner", "product", "account", "stage")
    stored = {deal.external_id: deal for deal in Deal.objects.select_related(*relations)}
    assert stored.keys() == {row["opportunity_id"] for row in rows}
    for row in rows:
        assert as_row(stored[row["opportunity_id"]]) == expected(row)
    assert Counter(d.stage.name for d in stored.values()) == Counter(r["deal_stage"] for r in rows)
    assert Counter(d.owner.name for d in stored.values()) == Counter(r["sales_agent"] for r in rows)
    won = sum(deal.amount for deal in stored.values() if deal.status == "won")
    assert won == sum(int(r["close_value"]) for r in rows if r["deal_stage"] == "Won")


def as_row(deal: Any) -> tuple[str, ...]:
    return (
        deal.owner.name,
        deal.product.name,
        deal.account.name if deal.account else "",
        deal.stage.name,
        str(deal.engaged_on or ""),
        str(deal.close_date or ""),
        "" if deal.amount is None else str(int(deal.amount)),
        deal.amount_currency,
    )


def expected(row: dict[str, str]) -> tuple[str, ...]:
    product = "GTX Pro" if row["product"] == "GTXPro" else row["product"]
    currency = "USD" if row["close_value"] else ""
    columns = ("account", "deal_stage", "engage_date", "close_date", "close_value")
    return (row["sales_agent"], product, *(row[name] for name in columns), currency)


def test_agents_become_people_without_a_seat(ready: Actor, sales_book: Book) -> None:
    import_file(sales_book.deals, "deals", actor=ready, mapping=DEALS)
    people = User.objects.filter(has_seat=False)
    assert {person.name for person in people} == sales_book.agents
    assert not any(person.email for person in people)


def test_importing_again_creates_and_changes_nothing(ready: Actor, sales_book: Book) -> None:
    import_file(sales_book.deals, "deals", actor=ready, mapping=DEALS)
    people, rows = User.objects.count(), len(sales_book.rows)
    again = import_file(sales_book.deals, "deals", actor=ready, mapping=DEALS)
    assert counts(again) == (rows, 0, 0, rows, 0)
    assert User.objects.count() == people
    assert not Deal.objects.filter(version__gt=1).exists()
    for entity, data in (("accounts", sales_book.accounts), ("products", sales_book.products)):
        made = import_file(data, entity, actor=ready)
        assert (made.created, made.updated, made.failed) == (0, 0, 0)
        assert made.skipped == made.rows


def test_a_declined_offer_leaves_the_rows_unknown(ready: Actor, sales_book: Book) -> None:
    declined = {**DEALS, "columns": {**DEALS["columns"], "product": "product"}}  # type: ignore[dict-item]
    made = import_file(sales_book.deals, "deals", actor=ready, mapping=declined)
    misspelt = {row["opportunity_id"] for row in sales_book.misspelt}
    assert made.failed == len(misspelt) > 0
    assert made.created == made.rows - len(misspelt)
    errors = made.lines.filter(outcome=5).values_list("cells", "errors")
    assert {cells[0] for cells, _errors in errors} == misspelt
    assert all(found == {"product": ["“GTXPro” is unknown."]} for _cells, found in errors)


def test_a_dry_run_counts_the_same_and_writes_nothing(ready: Actor, sales_book: Book) -> None:
    people = User.objects.count()
    made = import_file(sales_book.deals, "deals", actor=ready, mapping=DEALS, mode="dry_run")
    rows = len(sales_book.rows)
    assert (made.status, counts(made)) == ("done", (rows, rows, 0, 0, 0))
    assert (Deal.objects.count(), User.objects.count()) == (0, people)
