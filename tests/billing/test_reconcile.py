"""The mirror is compared with the provider, and put right; a broken listing proves nothing."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from billing import biller, buying, reconcile
from billing.models import BillingAccount, DriftReport, Entry, Event, Invoice, Mark, Subscription
from billing.sync import database_time, fetch, mirror
from tests.billing.conftest import OLGA, read_inbox
from tests.billing.test_buying import refused


def change_elsewhere(shop, seats: int) -> None:
    """Somebody changes the quantity in the provider's dashboard."""
    item = shop.subscription()["items"].data[0].id
    changed = {"items": [{"id": item, "quantity": seats}], "proration_behavior": "none"}
    shop.world.api.v1.subscriptions.update(shop.live.stripe_id, changed)


def test_no_difference_is_reported_where_there_is_none(shop, other_shop) -> None:
    shop.subscribe(seats=6)
    other_shop.subscribe(seats=7, interval="year")
    report = reconcile.compare()
    assert (report.is_complete, report.differences, report.compared) == (True, [], 2)


def test_a_missed_message_is_found_and_put_right_and_noted(shop, other_shop) -> None:
    """Failure 21: the comparison writes nothing but its report."""
    shop.subscribe(seats=6)
    other_shop.subscribe(seats=7)
    change_elsewhere(shop, 9)
    report = reconcile.compare()
    assert [(row["ours"], row["theirs"]) for row in report.differences] == [(6, 9)]
    assert shop.live.seats == 6, "only a report"
    assert reconcile.apply(report, by="Oscar Operator") == 1
    assert shop.live.seats == 9
    report.refresh_from_db()
    assert report.applied_by == "Oscar Operator"
    assert Entry.objects.filter(what="drift.applied").count() == 1
    assert reconcile.compare().differences == []


def test_a_purchase_of_which_nobody_told_is_found(shop) -> None:
    """Failures 21 and 9: not even the subscription's row is there."""
    shop.world.pay_on_page(shop.open(seats=6))
    report = reconcile.compare()
    assert {row["ours"] for row in report.differences} == {"missing"}
    reconcile.apply(report, by="a test")
    assert shop.live.seats == 6


def test_a_listing_that_broke_off_proves_nothing(shop) -> None:
    shop.subscribe(seats=6)
    shop.world.fault("refuse", times=3, path="/v1/invoices")
    report = reconcile.compare()
    assert (report.is_complete, report.differences) == (False, [])
    with pytest.raises(ValueError, match="proves nothing"):
        reconcile.apply(report, by="a test")
    assert shop.live.status == "active"


def test_a_subscription_that_is_gone_there_is_a_difference_not_a_deletion(shop) -> None:
    row = shop.subscribe(seats=6)
    Subscription.objects.filter(pk=row.pk).update(stripe_id="sub_gone")
    Invoice.objects.update(subscription="sub_gone")
    whats = {(d["what"], d["theirs"]) for d in reconcile.compare().differences}
    assert ("sub_gone", "missing") in whats
    assert Subscription.objects.filter(stripe_id="sub_gone").exists()


def test_two_live_subscriptions_need_an_operator_and_nothing_is_cancelled(shop) -> None:
    """Failure 16: found and told; money is never moved by itself."""
    old = shop.subscribe(seats=6)
    price = shop.subscription()["items"].data[0].price.id
    shop.world.advance(seconds=5)
    card = shop.subscription().default_payment_method
    new = shop.world.subscribe(shop.customer, 8, price, default_payment_method=card)
    report = reconcile.compare()
    assert "live subscriptions" in {row["what"] for row in report.differences}
    reconcile.apply(report, by="a test")
    assert "Two live subscriptions" in shop.account.needs_attention
    assert shop.live.stripe_id == new.id
    found = shop.world.api.v1.subscriptions.list({"customer": shop.customer}).data
    assert {one.status for one in found} == {"active"}
    with refused("being_checked"):
        shop.preview(seats=9)
    shop.world.api.v1.subscriptions.cancel(new.id)
    shop.sync()
    assert (shop.account.needs_attention, shop.live.pk) == ("", old.pk)


def test_events_that_never_arrived_are_fetched(shop) -> None:
    """Failure 21: lost for ever on the way, found by asking."""
    reconcile.replay_events()
    Event.objects.all().delete()
    shop.world.advance(seconds=4000)
    shop.world.pay_on_page(shop.open(seats=6))
    assert reconcile.replay_events() > 3
    assert reconcile.replay_events() == 0
    read_inbox()
    assert shop.live.seats == 6


def test_an_older_answer_never_overwrites_a_newer_one(shop) -> None:
    """Failures 1 and 2: whose question was asked last wins."""
    shop.subscribe(seats=6)
    old = fetch(shop.customer)
    shop.buy(seats=8)
    assert mirror(shop.account.pk, old, by="a slow worker") is False
    assert shop.live.seats == 8


def test_the_same_answer_gives_the_same_mirror_whatever_was_there(shop) -> None:
    """Failure 3: nothing of the mirror depends on what came before."""
    shop.subscribe(seats=6)
    shop.work(buying.plan_change(shop.ref.id, seats=5, by=OLGA))
    rows = Subscription.objects.filter(account=shop.account)
    names = [f.name for f in Subscription._meta.fields if f.name not in ("id", "synced_at")]
    right = list(rows.values(*names))
    rows.update(status="canceled", is_current=False, then_seats=None, seats=1, plan="enterprise")
    BillingAccount.objects.update(details={}, needs_attention="something")
    shop.sync()
    assert list(rows.values(*names)) == right
    assert shop.account.needs_attention == ""
    rows.all().delete()
    Invoice.objects.all().delete()
    shop.sync()
    assert list(rows.values(*names)) == right


def test_every_change_of_plan_seats_and_state_is_noted_once(shop) -> None:
    """Failure 18: there is a history."""
    shop.subscribe(seats=6)
    shop.buy(seats=8)
    shop.sync()
    entries = list(Entry.objects.order_by("pk").values_list("what", "by"))
    assert entries.count(("subscription.seats", "Olga Owner")) == 1
    assert [what for what, _by in entries].count("subscription.plan") == 1
    entry = Entry.objects.filter(what="subscription.seats").last()
    assert (entry.before, entry.after) == ({"seats": 6}, {"seats": 8})


def test_what_is_old_is_looked_at_and_what_is_stale_only_reported(shop, caplog) -> None:
    shop.subscribe(seats=6)
    change_elsewhere(shop, 9)
    assert reconcile.look_at_unsettled() == 0, "it was looked at a moment ago"
    back = database_time() - timedelta(hours=80)
    BillingAccount.objects.filter(pk=shop.account.pk).update(synced_at=back)
    assert reconcile.stale() == [shop.account.pk]
    shop.world.fault("refuse", times=3)
    with caplog.at_level(logging.ERROR):
        biller._quarterly(lambda: True)
    assert "three days" in caplog.text
    assert (shop.live.status, shop.live.seats) == ("active", 6)
    assert reconcile.look_at_unsettled() == 1
    assert shop.live.seats == 9


def test_who_is_past_due_is_looked_at_every_quarter_of_an_hour(shop) -> None:
    shop.subscribe(seats=6)
    Subscription.objects.update(status="past_due")
    assert reconcile.look_at_unsettled() == 1
    assert shop.live.status == "active"


def test_the_night_puts_right_what_was_missed_and_is_called_once(shop) -> None:
    shop.subscribe(seats=6)
    change_elsewhere(shop, 9)
    biller.run_round()
    assert shop.live.seats == 9
    assert DriftReport.objects.count() == 1
    biller.run_round()
    assert DriftReport.objects.count() == 1
    shop.world.advance(days=1, seconds=5)
    biller.run_round()
    assert DriftReport.objects.count() == 2
    assert Mark.objects.filter(pk=biller.HEARTBEAT).exists()


def test_a_night_that_broke_off_comes_again(shop) -> None:
    shop.subscribe(seats=6)
    shop.world.fault("refuse", times=1000)
    biller.run_round()
    shop.world.simulator.control("DELETE", "faults")
    biller.run_round()
    assert not DriftReport.objects.filter(is_complete=True).exists()
    shop.world.advance(seconds=3700)
    biller.run_round()
    assert DriftReport.objects.filter(is_complete=True).count() == 1


def test_the_audit_is_only_added_to(shop) -> None:
    shop.subscribe(seats=6)
    for change in (lambda rows: rows.update(by="Mallory"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="only added"), transaction.atomic("control"):
            change(Entry.objects.filter(what="subscription.seats"))
    assert Entry.objects.filter(what="subscription.seats").count() == 1


def test_while_nobody_answers_the_rest_waits_and_is_put_right_later(shop, other_shop) -> None:
    """An outage costs one attempt, not one for each account."""
    for one in (shop, other_shop):
        one.subscribe(seats=6)
        change_elsewhere(one, 9)
    report = reconcile.compare()
    shop.world.fault("refuse", times=3)
    assert reconcile.apply(report, by="a test") == 0
    report.refresh_from_db()
    assert report.applied_at is None
    assert reconcile.apply(report, by="a test") == 2
    assert (shop.live.seats, other_shop.live.seats) == (9, 9)
