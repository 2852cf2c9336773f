"""The one way to read many: filters, order, pages, names of related rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.records import listing, registry
from app.records.errors import Invalid
from tests.records.helpers import actor, make, pipeline

ACCOUNTS = registry.get("accounts")
DEALS = registry.get("deals")


def ids(entity: Any, address: str, user: Any, *, columns: tuple[str, ...] = ("name",)) -> list[int]:
    query = listing.parse_query(entity, QueryDict(address), actor=actor(user))
    return [
        row["id"] for row in listing.page(entity, query, actor=actor(user), columns=columns).rows
    ]


def walk(entity: Any, sort: str, user: Any, *, limit: int, back: bool = False) -> list[int]:
    """All rows, page by page, to the end; with `back` from there to the start again."""
    found: list[int] = []
    cursor: str | None = ""
    pages = []
    while cursor is not None:
        address = f"sort={sort}&limit={limit}&cursor={cursor}"
        query = listing.parse_query(entity, QueryDict(address), actor=actor(user))
        page = listing.page(entity, query, actor=actor(user), columns=("name",))
        pages.append([row["id"] for row in page.rows])
        cursor, last = page.next, page
    if not back:
        return [pk for one in pages for pk in one]
    found = pages[-1]
    while last.previous is not None:
        address = f"sort={sort}&limit={limit}&cursor={last.previous}"
        query = listing.parse_query(entity, QueryDict(address), actor=actor(user))
        last = listing.page(entity, query, actor=actor(user), columns=("name",))
        found = [row["id"] for row in last.rows] + found
    return found


@pytest.fixture
def deals(workspace, alice, bob):
    stages = pipeline(alice)
    accounts = [make("accounts", bob, name=name) for name in ("Zeta", "alpha", "Ärger", "王伟公司")]
    made = []
    for n in range(23):
        values: dict[str, Any] = {"name": f"Deal {n % 5}", "stage_id": stages["Prospecting"].pk}
        if n % 3:
            values |= {"amount": str(100 * (n % 4)), "close_date": date(2026, 1, 1 + n % 7)}
        if n % 4:
            values["account_id"] = accounts[n % 4].pk
        made.append(make("deals", bob, **values))
    return made


SORTS = ["name", "amount", "close_date", "account", "owner", "id", "created_at", "stage", "status"]


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{one}" for one in SORTS)])
def test_paging_shows_every_row_once_in_both_directions(deals, bob, sort):
    everything = walk(DEALS, sort, bob, limit=200)
    assert sorted(everything) == sorted(deal.pk for deal in deals)
    assert walk(DEALS, sort, bob, limit=4) == everything
    assert walk(DEALS, sort, bob, limit=4, back=True) == everything


@pytest.mark.parametrize("sort", ["amount", "-amount", "close_date", "-close_date"])
def test_rows_without_a_value_come_last_whatever_the_direction(deals, bob, sort):
    name = sort.removeprefix("-")
    by_id = {deal.pk: getattr(deal, name) for deal in deals}
    values = [by_id[pk] for pk in walk(DEALS, sort, bob, limit=5)]
    filled = [value for value in values if value is not None]
    assert values == filled + [None] * (len(values) - len(filled))
    assert filled == sorted(filled, reverse=sort.startswith("-"))


def test_names_sort_by_sound_and_without_accents(deals, bob):
    names = {row.pk: row.name for row in ACCOUNTS.model.objects.all()}
    assert [names[pk] for pk in ids(ACCOUNTS, "sort=name", bob)] == [
        "alpha",
        "Ärger",
        "王伟公司",
        "Zeta",
    ]


def test_filters_narrow_and_unknown_ones_are_named(deals, bob, alice):
    assert len(ids(DEALS, "amount__gte=100&amount__lte=200&limit=200", bob)) == len(
        [d for d in deals if d.amount and 100 <= d.amount <= 200]
    )
    assert len(ids(DEALS, "account__isnull=true", bob)) == 6
    assert len(ids(DEALS, "owner=me&name__contains=eal+3", bob)) == 4
    assert ids(DEALS, "owner=me", alice) == []
    assert ids(DEALS, f"id__in={deals[0].pk},{deals[1].pk}&sort=id", bob) == [
        deals[0].pk,
        deals[1].pk,
    ]
    assert len(ids(DEALS, "created_at__gte=2020-01-01", bob)) == 23
    with pytest.raises(Invalid) as caught:
        ids(DEALS, "nonsense=1&amount__gte=many&owner=x&sort=foo&limit=0&cursor=zz", bob)
    assert set(caught.value.errors) == {
        "nonsense",
        "amount__gte",
        "owner",
        "sort",
        "limit",
        "cursor",
    }


def test_percent_and_underscore_are_letters_in_a_contains_filter(workspace, bob):
    make("accounts", bob, name="100% Cotton")
    make("accounts", bob, name="1000 Cotton")
    assert len(ids(ACCOUNTS, "name__contains=0%25", bob)) == 1
    assert ids(ACCOUNTS, "name__contains=_", bob) == []


def test_custom_values_filter_by_text_number_and_truth(workspace, bob):
    row = make("accounts", bob, name="A", custom={"size": 5, "vip": True, "region": "north"})
    make("accounts", bob, name="B", custom={"size": 6})
    for address in ("custom.size=5", "custom.vip=true", "custom.region=north"):
        assert ids(ACCOUNTS, address, bob) == [row.pk]


def test_the_name_of_a_related_row_is_hidden_from_who_cannot_see_it(workspace, alice, bob, charlie):
    pipeline(alice)
    account = make("accounts", bob, name="Secret")
    make("deals", alice, name="Shared", account_id=account.pk, owner_id=charlie.pk)
    query = listing.parse_query(DEALS, QueryDict(""), actor=actor(charlie))
    rows = listing.page(DEALS, query, actor=actor(charlie), columns=("name", "account")).rows
    assert [(row["name"], row["account"]) for row in rows] == [("Shared", None)]
    row = listing.one(DEALS, rows[0]["id"], actor=actor(charlie))
    assert row is not None
    assert row["account"] is None


def test_a_list_costs_one_query_whatever_its_length(deals, bob, django_assert_num_queries):
    who = actor(bob)
    query = listing.parse_query(DEALS, QueryDict("sort=stage"), actor=who)
    columns = ("name", "account", "amount", "stage", "owner", "product", "created_by")
    with django_assert_num_queries(1):
        listing.page(DEALS, query, actor=who, columns=columns)
    with django_assert_num_queries(1):
        assert listing.count(DEALS, query, actor=who, cap=10) == 11


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(address=st.text(max_size=40))
def test_no_address_breaks_a_list(workspace, bob, address):
    params = QueryDict(mutable=True)
    name, _sep, value = address.partition("=")
    params[name or "q"] = value
    for key in ("q", "name__contains", "custom.x", "cursor", "external_id"):
        params[key] = value
        try:
            query = listing.parse_query(ACCOUNTS, params, actor=actor(bob))
        except Invalid:
            params.pop(key)
            continue
        listing.page(ACCOUNTS, query, actor=actor(bob), columns=("name",))
