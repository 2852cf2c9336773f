"""What somebody would try who wants more than he pays for, or to hurt a neighbour."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connections
from django.test import Client

from billing.errors import Refused
from billing.gateway import hosted
from billing.models import Command, Event
from local.stripe.webhooks import sign
from tenants.context import use_control
from tests.billing.dealings import Cloud, Company
from tests.payments import SECRET

T = TypeVar("T")
MANY = 5


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Each in a thread of its own, all from the same moment on; what came of each."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def live_at(cloud: Cloud, company: Company) -> list[dict[str, Any]]:
    """What the provider has of it that is not over."""
    found = cloud.ask(f"/v1/subscriptions?customer={company.customer}&status=all&limit=100")["data"]
    return [row for row in found if row["status"] not in {"canceled", "incomplete_expired"}]


def billed(cloud: Cloud, company: Company) -> list[int]:
    """What its invoices are over, the oldest first."""
    path = f"/v1/invoices?customer={company.customer}&limit=100"
    return [row["total"] for row in cloud.ask(path)["data"]][::-1]


@pytest.fixture
def payer(cloud: Cloud) -> Company:
    """A company with five seats."""
    company = cloud.open(used=2)
    cloud.subscribe(company)
    cloud.catch_up()
    cloud.world.advance(days=10)
    return company


# --- two tabs, many threads ------------------------------------------------------------------
def test_of_a_purchase_a_plan_and_a_farewell_at_once_one_is_made(
    cloud: Cloud, payer: Company
) -> None:
    seen = payer.preview(seats=9)
    made = at_once([lambda: payer.buy(seen.signed), lambda: payer.plan(seats=3), payer.cancel])
    assert sum(isinstance(one, Command) for one in made) == 1, made
    assert sum(isinstance(one, Refused) for one in made) == 2, made
    cloud.catch_up()
    with use_control():
        assert Command.objects.get(account=payer.account).state == Command.State.DONE


def test_many_checkouts_at_once_never_take_money_twice(cloud: Cloud) -> None:
    for _round in range(3):
        company = cloud.open(used=2)
        opened = at_once([company.checkout] * MANY)
        urls = [one for one in opened if isinstance(one, str)]
        assert len(urls) > 1, opened
        at_once([lambda url=url: cloud.world.pay_on_page(url) for url in urls])
        cloud.catch_up()
        # Each may have closed the pages of the others; whoever comes next has one that works.
        if not live_at(cloud, company):
            cloud.subscribe(company)
            cloud.catch_up()
        assert len(live_at(cloud, company)) == 1
        assert billed(cloud, company) == [7500]
        with pytest.raises(Refused, match="subscription already"):
            company.checkout()


def test_a_page_that_is_paid_while_another_is_opened_leaves_no_second(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 16, in its narrowest moment: the other tab pays while this one asks for a page."""
    company = cloud.open(used=2)
    first = company.checkout()
    really = hosted.open_checkout
    opened: list[str] = []

    def open_late(*args: Any, **wanted: Any) -> Any:
        session = really(*args, **wanted)
        opened.append(session["url"])
        return session

    def close_late(session: str, *, key: str) -> Any:
        if not live_at(cloud, company):
            cloud.pay(first)
        return closed(session, key=key)

    closed = hosted.close_checkout
    monkeypatch.setattr(hosted, "open_checkouts", lambda _customer: [])
    monkeypatch.setattr(hosted, "open_checkout", open_late)
    monkeypatch.setattr(hosted, "close_checkout", close_late)
    with pytest.raises(Refused, match="subscription already"):
        company.checkout()
    assert len(opened) == 1
    assert cloud.world.pay_on_page(opened[0])[0] == 410, "the second page still takes money"
    assert len(live_at(cloud, company)) == 1


def test_the_same_message_in_many_threads_is_kept_once(cloud: Cloud, payer: Company) -> None:
    cloud.world.api.v1.customers.update(payer.customer, {"description": "x"})
    body = json.dumps(cloud.events()[-1])

    def deliver() -> int:
        headers = {"Stripe-Signature": sign(body, SECRET)}
        public = Client(headers={"host": "localhost:8000"})
        url, kind = "/billing/webhook/", "application/json"
        return int(public.post(url, body, content_type=kind, headers=headers).status_code)

    assert at_once([deliver] * MANY) == [200] * MANY
    with use_control():
        assert Event.objects.filter(pk=json.loads(body)["id"]).count() == 1
