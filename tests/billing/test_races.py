"""Several billers at once, and billers that are killed: nothing twice, nothing lost."""

from __future__ import annotations

import json
from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from billing import buying, commands, inbox
from billing.accounts import account_of
from billing.errors import Refused
from billing.models import BillingAccount, Command, Event, Mark, Subscription
from billing.offering import sync_prices
from tenants.context import use_control
from tests.billing import processes
from tests.billing.conftest import OLGA, Shop
from tests.payments import KEY


@pytest.fixture
def market(fresh, stripe_world):
    """A company of its own whose rows are committed, as other processes see them."""
    stripe_world.key = KEY
    with use_control():
        Command.objects.all().delete()
        Event.objects.all().delete()
        for name in ("quarterly", "nightly"):  # not now
            Mark.objects.update_or_create(pk=name, defaults={"at": "2100-01-01T00:00Z"})
        list(sync_prices())
        account_of(fresh.id)
        yield Shop(stripe_world, fresh)


def at_once(number: int, do) -> list:
    """The same in several threads with connections of their own, at the same moment."""
    ready, results = Barrier(number), []

    def run() -> None:
        try:
            with use_control():
                ready.wait(10)
                results.append(do())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == number
    return results


def die(market, moment: str) -> None:
    """A biller is killed at this moment."""
    child = processes.start(market.world, moment)
    assert child.wait(60) == -9, f"it never came to {moment}"
    Command.objects.update(claimed_until=None, next_at="2000-01-01T00:00Z")
    Event.objects.filter(state="new").update(next_at="2000-01-01T00:00Z")


def wish(market, **wanted) -> Command:
    """Previewed and bought, but not done."""
    return buying.buy(market.ref.id, signed=market.preview(**wanted).signed, by=OLGA)


@pytest.mark.parametrize("moment", ["claimed", "noted", "called", "fetched", "written", "mirrored"])
def test_a_biller_killed_anywhere_charges_once_and_loses_nothing(market, moment) -> None:
    """Failures 4, 5 and 19: a kill between the call and the write."""
    market.subscribe(seats=6)
    market.world.advance(days=9)
    preview = market.preview(seats=9)
    made = buying.buy(market.ref.id, signed=preview.signed, by=OLGA)
    die(market, moment)
    assert processes.start(market.world).wait(60) == 0
    made.refresh_from_db()
    assert made.state == "done"
    assert [one.total for one in market.invoices()] == [preview.due_now, 9000]
    assert market.live.seats == 9
    assert market.limits().seats == 9


@pytest.mark.parametrize("moment", ["scheduled", "planned"])
def test_a_plan_of_two_steps_is_finished_by_the_next_biller(market, moment) -> None:
    market.subscribe(seats=9)
    made = buying.plan_change(market.ref.id, seats=6, by=OLGA)
    die(market, moment)
    assert processes.start(market.world).wait(60) == 0
    made.refresh_from_db()
    assert (made.state, market.live.then_seats) == ("done", 6)
    schedules = market.world.api.v1.subscription_schedules.list({"customer": market.customer}).data
    assert len(schedules) == 1


@pytest.mark.parametrize("moment", ["event", "fetched", "written"])
def test_an_event_outlives_the_biller_that_was_looking_at_it(market, moment) -> None:
    """Failure 5: it is done in the same transaction as its effect."""
    market.world.pay_on_page(market.open(seats=6))
    Event.objects.create(
        id="evt_race", type="x", customer=market.customer, happened_at="2026-01-01T00:00Z"
    )
    die(market, moment)
    assert Event.objects.get().state == "new"
    assert not Subscription.objects.filter(account=market.account).exists()
    assert processes.start(market.world).wait(60) == 0
    assert Event.objects.get().state == "done"
    assert market.live.seats == 6


def test_a_workspace_is_told_by_the_next_biller_when_one_is_killed(market) -> None:
    market.push()
    market.subscribe(seats=6)
    die(market, "told")
    assert processes.start(market.world).wait(60) == 0
    assert market.limits().seats == 6


def test_three_billers_at_once_send_one_command_once(market) -> None:
    """Failure 16: however many run."""
    market.subscribe(seats=6)
    made = wish(market, seats=9)
    done = at_once(3, commands.run_next)
    assert sorted(done) == [False, False, True]
    made.refresh_from_db()
    assert (made.state, made.attempts) == ("done", 1)
    assert len(market.invoices()) == 2


def test_two_senders_of_the_same_command_are_one_purchase(market) -> None:
    """A lease that ran out while its owner was only slow."""
    market.subscribe(seats=6)
    made = wish(market, seats=9)
    claimed = commands.claim()

    def run() -> None:
        commands.run(Command.objects.get(pk=claimed.pk))

    assert at_once(3, run) == [None, None, None]
    while (again := Command.objects.get(pk=made.pk)).state not in ("done", "refused"):
        market.again(again)
    assert again.state == "done"
    assert len(market.invoices()) == 2
    assert market.live.seats == 9


def test_two_tabs_that_buy_at_the_same_moment_make_one_command(market) -> None:
    market.subscribe(seats=6)
    signed = market.preview(seats=9).signed
    made = at_once(4, lambda: buying.buy(market.ref.id, signed=signed, by=OLGA).pk)
    assert len(set(made)) == 1
    assert Command.objects.filter(account=market.account).count() == 1


def test_of_two_different_purchases_at_the_same_moment_one_is_refused(market) -> None:
    market.subscribe(seats=6)
    signed = [market.preview(seats=seats).signed for seats in (8, 9)]
    results = at_once(2, lambda: buying.buy(market.ref.id, signed=signed.pop(), by=OLGA))
    refused = [one for one in results if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["busy"]


def test_two_tabs_that_open_checkout_at_the_same_moment_leave_one_open(market) -> None:
    """Failure 16: an open page is a purchase to come."""
    at_once(3, lambda: market.open(seats=6))
    listed = market.world.api.v1.checkout.sessions.list({"customer": market.customer}).data
    assert [one.status for one in listed].count("open") == 1
    customers = market.world.api.v1.customers.list({}).data
    assert len(customers) == 1


def test_the_same_event_delivered_many_times_at_once_is_one_row(market) -> None:
    """Failure 20: no transaction breaks on the second."""
    from django.test import Client

    from tests.billing.conftest import post
    from tests.billing.test_webhooks import event, sign

    body = json.dumps(event(id="evt_many")).encode()

    def deliver() -> int:
        return post(Client(headers={"host": "localhost:8000"}), body, sign(body))

    assert at_once(6, deliver) == [200] * 6
    assert Event.objects.filter(pk="evt_many").count() == 1


def test_an_event_that_two_look_at_is_done_once_more_at_most(market) -> None:
    market.world.pay_on_page(market.open(seats=6))
    for number in range(6):
        Event.objects.create(
            id=f"evt_{number}", type="x", customer=market.customer, happened_at="2026-01-01T00:00Z"
        )

    def drain() -> None:
        while inbox.look_at_next():
            pass

    assert at_once(4, drain) == [None] * 4
    assert set(Event.objects.values_list("state", flat=True)) == {"done"}
    assert Subscription.objects.filter(account=market.account).count() == 1
    assert market.live.seats == 6


def test_a_seat_cannot_be_taken_while_seats_are_given_up(market) -> None:
    """Failures 12 and 26: who plans fewer and who invites wait for each other."""
    from app.access.models import User
    from app.access.seats import take_seats
    from tenants.context import use_tenant

    market.subscribe(seats=6)  # five are used
    market.push()

    def invite() -> str:
        with use_tenant(market.ref), transaction.atomic("default"):
            take_seats()
            User.objects.create_user("new@fresh.example", "x", name="New", role="sales")
        return "invited"

    def lower() -> str:
        buying.plan_change(market.ref.id, seats=5, by=OLGA)
        return "lowered"

    acts = [invite, lower]

    def act() -> str:
        return acts.pop()()

    results = at_once(2, act)
    done = [one for one in results if isinstance(one, str)]
    assert len(done) == 1, results
    with use_tenant(market.ref):
        used = User.objects.filter(has_seat=True, is_active=True).count()
    assert used <= (market.limits().seats or 0)
    assert BillingAccount.objects.filter(pk=market.account.pk).exists()
