"""Broken, huge and twisted input is refused in words, never by a fault of ours."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import signing
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.records import changes, registry
from app.records.errors import Invalid, RecordError
from tenants.context import use_tenant
from tests.factories import sample
from tests.isolation.world import token_of
from tests.people import person
from tests.records.helpers import actor

REFUSED = range(400, 500)


@pytest.fixture
def call(two, alice, browser, _unhurried) -> Any:
    """Alice's program."""
    client, token = browser(), token_of(alice, ref=two[0])
    client.raise_request_exception = False

    def send(method: str, path: str, body: Any = b"", **headers: str) -> Any:
        given = {"authorization": f"Bearer {token}"}
        given |= {key.replace("_", "-"): value for key, value in headers.items()}
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        kind = "application/json"
        return client.generic(method, f"/api/v1/{path}", data, content_type=kind, headers=given)

    return send


@pytest.fixture
def account(two, alice) -> Any:
    """An account of alice's."""
    with use_tenant(two[0]):
        return sample("accounts", by=alice, stamp="Zebra")


BODIES = {
    "no JSON": b"{",
    "a list": b"[1]",
    "a text": b'"x"',
    "deep": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "deeper": b"[" * 200_000,
    "not a number": b'{"name": "x", "revenue": NaN}',
    "infinity": b'{"name": "x", "revenue": 1e999}',
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a null character": b'{"name": "a\\u0000b"}',
    "a null in custom": b'{"name": "x", "custom": {"a": "\\u0000"}}',
    "a null in a custom key": b'{"name": "x", "custom": {"\\u0000": 1}}',
    "a huge number": b'{"name": "x", "employees": 99999999999999999999999}',
    "a huge amount": b'{"name": "x", "revenue": "1e400"}',
    "a negative number": b'{"name": "x", "employees": -1}',
    "a long name": b'{"name": "' + b"x" * 100_000 + b'"}',
    "an object as name": b'{"name": {"a": 1}}',
    "a list as name": b'{"name": ["a"]}',
    "truth as name": b'{"name": true}',
    "nested custom": b'{"name": "x", "custom": {"a": {"b": 1}}}',
    "wide custom": json.dumps(
        {"name": "x", "custom": dict.fromkeys(map(str, range(999)), 1)}
    ).encode(),
    "an odd parent": b'{"name": "x", "parent_id": "1; DROP TABLE"}',
    "a fraction as parent": b'{"name": "x", "parent_id": 1.5}',
    "a big parent": b'{"name": "x", "parent_id": 9223372036854775808}',
    "an unknown parent": b'{"name": "x", "parent_id": 9223372036854775807}',
    "a negative parent": b'{"name": "x", "parent_id": -1}',
    "an unknown owner": b'{"name": "x", "owner_id": 4242}',
    "an odd year": b'{"name": "x", "founded": "MMXX"}',
    "a script as address": b'{"name": "x", "website": "javascript:alert(1)"}',
    "an unknown currency": b'{"name": "x", "revenue": "1", "revenue_currency": "XXQ"}',
    "an unknown choice": b'{"name": "x", "category": "king"}',
    "a key of ours": b'{"name": "x", "id": 5}',
    "two versions": b'{"name": "x", "version": 5}',
    "no name": b"{}",
    "blanks as name": b'{"name": "   "}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_broken_body_is_refused(call, account, body):
    for method, path, head in (
        ("POST", "accounts", {}),
        ("PATCH", f"accounts/{account.pk}", {"If_Match": "1"}),
    ):
        answer = call(method, path, body, **head)
        if method == "PATCH" and body == b"{}":
            continue
        assert answer.status_code in REFUSED, (method, answer.content[:300])
        assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_broken_row_of_many_is_refused(call, account, body):
    raw = b'{"mode": "row_by_row", "operation": "create", "records": [' + body + b"]}"
    answer = call("POST", "accounts/bulk", raw)
    assert answer.status_code == 200 or answer.status_code in REFUSED, answer.content[:300]
    if answer.status_code == 200:
        assert answer.json()["failed"] == 1


def test_a_huge_body_is_refused(call):
    answer = call("POST", "accounts", b'{"name": "' + b"x" * 6_000_000 + b'"}')
    assert answer.status_code == 413
    many = {"mode": "row_by_row", "operation": "create", "records": [{"name": "x"}] * 1_001}
    assert call("POST", "accounts/bulk", many).status_code == 422


@pytest.mark.parametrize(
    "match",
    ["0", '"0"', "-1", "1.0", '"1","2"', "W/1", "x", '"', "9" * 40, "\u0661", '""', "true", "1 "],
)
def test_an_odd_version_changes_nothing(call, account, two, alice, match):
    with use_tenant(two[0]):
        values = {"name": "Okapi"}
        changes.update(registry.get("accounts"), account.pk, values, actor=actor(alice), version=1)
    given = {"If_Match": match.encode().decode("latin-1")}
    assert call("PATCH", f"accounts/{account.pk}", {"name": "x"}, **given).status_code in (412, 428)
    assert call("DELETE", f"accounts/{account.pk}", **given).status_code in (412, 428)
    assert call("GET", f"accounts/{account.pk}").json()["name"] == "Okapi"


def test_any_version_is_not_a_version(call, account):
    answer = call("PATCH", f"accounts/{account.pk}", {"name": "x"}, If_Match="*")
    assert answer.status_code == 428


def test_of_two_tabs_the_second_is_told(call, account, browser, alice):
    client = browser(alice)
    form = {"name": "First", "version": "1", "city": "Rome"}
    assert client.post(f"/accounts/{account.pk}/edit/", form).status_code == 302
    second = client.post(f"/accounts/{account.pk}/edit/", {**form, "name": "Second"})
    assert second.status_code == 412
    assert 'value="Second"' in second.content.decode()
    stale = call("PATCH", f"accounts/{account.pk}", {"name": "Third"}, If_Match="1")
    assert stale.status_code == 412
    assert call("GET", f"accounts/{account.pk}").json()["name"] == "First"


ADDRESSES = [
    "accounts?custom.%00=1",
    "accounts?custom.a=%00",
    "accounts?custom.=1",
    "accounts?q=%00",
    "accounts?name__contains=%25%25_%5C",
    "accounts?name=%FF",
    "accounts?sort=sort_key",
    "accounts?sort=owner__password",
    "accounts?owner__password=x",
    "accounts?owner__email__contains=a",
    "accounts?parent__name=x",
    "accounts?id=1%20OR%201=1",
    "accounts?id__in=" + ",".join(["1"] * 1_001),
    "accounts?created_at__gte=yesterday",
    "accounts?created_at__gte=0001-01-01",
    "accounts?created_at__lte=9999-12-31",
    "accounts?created_at=9999-12-31",
    "accounts?created_at__gte=2026-13-45",
    "accounts?employees=1e5",
    "accounts?employees=99999999999999999999",
    "accounts?employees__in=,,,",
    "accounts?revenue=NaN",
    "accounts?revenue__gte=-Infinity",
    "accounts?founded=99999999",
    "accounts?limit=-1",
    "accounts?limit=99999999999999999999",
    "accounts?cursor=x",
    "accounts?cursor=" + signing.dumps(["name", [["", 1]], False, False], salt="keyset"),
    "accounts?cursor=" + signing.dumps(["name", [["", 1]], True, False], salt="keyset"),
    "accounts/99999999999999999999999999",
    "accounts/-1",
    "accounts/0",
    "accounts/1/nonsense",
    "accounts//",
    "search?q=" + "a" * 3_000,
    "search?q=%F0%9F%98%80",
    "search?q=%27%22%5C%3A*%26%7C%21",
    "people/99999999999999999999999999",
    "imports/99999999999999999999999999",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_odd_address_is_no_fault(call, account, address):
    status = call("GET", address).status_code
    assert status == 200 or status in REFUSED


PAGES = [
    "/accounts/?cursor=x",
    "/accounts/?sort=nonsense",
    "/accounts/?columns=nonsense,password,deleted_at",
    "/accounts/?custom.%00=1",
    "/accounts/99999999999999999999999999/",
    "/accounts/99999999999999999999999999/edit/",
    "/accounts/lookup/?field=nonsense",
    "/accounts/lookup/?field=custom&q=x",
    "/accounts/filter/?field=nonsense",
    "/accounts/filter/?field=custom",
    "/accounts/new/?parent_id=nonsense&owner_id=99999999999999999999",
    "/accounts/new/?name=%00",
    "/activities/new/?link=nonsense:1&link=deals:x&link=deals:99999999999999999999",
    "/accounts/recycle-bin/?page=-1",
    "/accounts/recycle-bin/?page=9999",
    "/accounts/export/?columns=nonsense&sort=nonsense",
    "/deals/board/?pipeline_id=nonsense",
    "/deals/board/?pipeline_id=99999999999999999999",
    "/deals/board/cards/?lane=99999999999999999999&start=-1",
    "/deals/board/cards/?lane=1&start=99999999999999999",
    "/loans/board/cards/?lane=nonsense&start=0",
    "/search/?q=%00",
    "/settings/people/99999999999999999999999999/",
    "/settings/people/?show=nonsense",
    "/settings/imports/99999999999999999999999999/",
    "/settings/pipelines/99999999999999999999999999/",
    "/settings/currencies/%00/",
    "/%00/",
    "/accounts/%00/",
]


@pytest.mark.parametrize("path", PAGES)
def test_an_odd_page_is_no_fault(browser, alice, account, path):
    client = browser(alice)
    client.raise_request_exception = False
    assert client.get(path).status_code < 500


FORMS = [
    {"name": "a\x00b", "version": "1"},
    {"name": "x", "version": "99999999999999999999"},
    {"name": "x", "version": "\u0661"},
    {"name": "x", "version": "1", "employees": "9" * 40, "founded": "-3", "revenue": "NaN"},
    {"name": "x", "version": "1", "parent_id": "9" * 40, "owner_id": "nonsense"},
    {"name": "x", "version": "1", "links": "1", "link.0.id": "9" * 40, "link.0.kind": "nonsense"},
    {"name": "x" * 5_000, "version": "1"},
]


@pytest.mark.parametrize("form", FORMS)
def test_an_odd_form_is_no_fault(browser, alice, account, form):
    client = browser(alice)
    client.raise_request_exception = False
    pk = account.pk
    for path in ("/accounts/new/", f"/accounts/{pk}/edit/", f"/accounts/{pk}/field/name/"):
        assert client.post(path, form).status_code < 500, path
    odd = {"id": ["nonsense", "9" * 40], "do": "assign", "owner_id": "9" * 40}
    assert client.post("/accounts/bulk/", odd).status_code < 500
    assert client.post("/settings/stages/1/", form).status_code < 500
    assert client.post("/settings/profile/", form).status_code < 500
    assert client.post("/settings/tokens/", form).status_code < 500
    assert client.post("/login/", {"email": form["name"], "password": "\x00"}).status_code < 500


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_no_value_of_any_field_breaks_the_engine(workspace, alice, data):
    entity = data.draw(st.sampled_from(registry.all_entities()))
    key = data.draw(st.sampled_from(sorted(entity.writable)))
    value = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=300),
            st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
            st.lists(st.integers(), max_size=2),
            st.datetimes().map(str),
        )
    )
    from tests.factories import least

    values = {**least(entity, by=alice, stamp="Zebra"), key: value}
    try:
        row = changes.create(entity, values, actor=actor(alice))
    except RecordError:
        return
    row.refresh_from_db()


def test_a_batch_cannot_make_a_circle(workspace, alice):
    entity = registry.get("accounts")
    rows = [sample("accounts", by=alice, name=name) for name in ("One", "Two", "Three")]
    one, two, three = (row.pk for row in rows)
    circle = [
        {"id": one, "parent_id": two},
        {"id": two, "parent_id": three},
        {"id": three, "parent_id": one},
    ]
    changes.update_many(entity, circle, actor=actor(alice), origin="api")
    parents = dict(entity.model.objects.values_list("pk", "parent_id"))
    for start in parents:
        seen, at = set(), start
        while at is not None:
            assert at not in seen, f"{parents} goes round"
            seen.add(at)
            at = parents[at]


def test_two_people_at_once_cannot_make_a_circle(fresh):
    barrier, entity = Barrier(2), registry.get("accounts")
    fiona = person("fiona", ref=fresh)
    with use_tenant(fresh):
        one, two = (sample("accounts", by=fiona, name=name).pk for name in ("One", "Two"))

    def move(pk: int, under: int) -> str:
        try:
            with use_tenant(fresh):
                barrier.wait(10)
                values = {"parent_id": under}
                changes.update(entity, pk, values, actor=actor(fiona), version=1)
                return "moved"
        except Invalid:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(move, (one, two), (two, one)))
    assert sorted(ends) == ["moved", "refused"]


def test_a_moment_is_not_its_whole_day(call, account, two):
    at = call("GET", f"accounts/{account.pk}").json()["created_at"]
    day = at[:10]
    assert call("GET", f"accounts?created_at__gte={day}").json()["results"]
    assert call("GET", f"accounts?created_at={day}").json()["results"]
    assert call("GET", f"accounts?created_at__lte={at}").json()["results"]
    assert call("GET", f"accounts?created_at__gte={day}T23:59:59.999Z").json()["results"] == []
    assert call("GET", f"accounts?created_at__lte={day}T00:00:00Z").json()["results"] == []


def test_a_cursor_of_somebody_who_sees_less_is_no_fault(two, alice, charlie, bob, browser):
    from tests.isolation.world import token_of

    with use_tenant(two[0]):
        for number in range(3):
            account = sample("accounts", by=alice, owner=bob, name=f"Hidden {number}")
            sample("loans", by=alice, owner=charlie, account_id=account.pk)
    tokens = [{"authorization": f"Bearer {token_of(one, ref=two[0])}"} for one in (charlie, alice)]
    path, client = "/api/v1/loans?sort=account&limit=1", browser()
    for maker, user in (tokens, tokens[::-1]):
        cursor = client.get(path, headers=maker).json()["next"]
        answer = client.get(f"{path}&cursor={cursor}", headers=user)
        assert answer.status_code == 200


def test_paging_by_a_hidden_relation_shows_every_row_once(two, alice, charlie, bob, browser):
    from tests.isolation.world import token_of

    with use_tenant(two[0]):
        for number in range(6):
            owner = charlie if number % 2 else bob
            account = sample("accounts", by=alice, owner=owner, name=f"Account {number}")
            sample("contacts", by=alice, owner=charlie, account_id=account.pk)
    head, seen = {"authorization": f"Bearer {token_of(charlie, ref=two[0])}"}, []
    for sort in ("account", "-account"):
        cursor, found = "", []
        while cursor is not None:
            path = f"/api/v1/contacts?sort={sort}&limit=2" + (f"&cursor={cursor}" if cursor else "")
            answer = browser().get(path, headers=head).json()
            found += [row["account"] for row in answer["results"]]
            cursor = answer["next"]
        seen.append(found)
    assert seen[0] == ["Account 1", "Account 3", "Account 5", None, None, None]
    assert seen[1] == ["Account 5", "Account 3", "Account 1", None, None, None]


def test_a_circle_that_two_people_made_at_once_can_still_be_deleted(workspace, alice):
    entity = registry.get("accounts")
    one, two = (sample("accounts", by=alice, name=name) for name in ("One", "Two"))
    entity.model.objects.filter(pk=one.pk).update(parent_id=two.pk)
    entity.model.objects.filter(pk=two.pk).update(parent_id=one.pk)
    changes.delete(entity, one.pk, actor=actor(alice), version=None, with_children=True)
    assert not entity.queryset(actor(alice)).exists()
