"""Changes of a running subscription: paid at once, waiting for money, or refused."""

from __future__ import annotations

import pytest
import stripe

from tests.payments import DAY


def status(world, subscription):
    return world.api.v1.subscriptions.retrieve(subscription.id).status


def invoices(world, customer):
    found = world.api.v1.invoices.list({"customer": customer, "limit": 100}).data
    return list(reversed(found))


def types(world, *wanted):
    events = list(world.api.v1.events.list({"limit": 100}).auto_paging_iter())
    return [event.type for event in reversed(events) if event.type.startswith(wanted)]


def test_an_update_waits_for_its_payment_and_is_dropped_after_23_hours(stripe_world):
    v1 = stripe_world.api.v1
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 2)
    stripe_world.card(customer, "generic_decline")
    stripe_world.advance(days=10)
    item = {"id": made["items"].data[0].id, "quantity": 4}
    asked = {
        "items": [item],
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
    }
    waiting = v1.subscriptions.update(made.id, asked)
    assert (waiting.status, waiting["items"].data[0].quantity) == ("active", 2)
    assert waiting.pending_update.subscription_items[0].quantity == 4
    invoice = v1.invoices.retrieve(waiting.latest_invoice)
    assert waiting.pending_update.expires_at == invoice.created + 23 * 3600
    assert invoice.status == "open"
    stripe_world.advance(days=1)
    dropped = v1.subscriptions.retrieve(made.id)
    assert (dropped.pending_update, dropped["items"].data[0].quantity) == (None, 2)
    assert v1.invoices.retrieve(invoice.id).status == "void"
    assert types(stripe_world, "customer.subscription.pending")[-1].endswith("expired")
    again = v1.subscriptions.update(made.id, asked)
    assert (
        stripe_world.pay_on_page(v1.invoices.retrieve(again.latest_invoice).hosted_invoice_url)[0]
        == 402
    )
    stripe_world.card(customer, None)
    assert (
        stripe_world.pay_on_page(v1.invoices.retrieve(again.latest_invoice).hosted_invoice_url)[0]
        == 303
    )
    done = v1.subscriptions.retrieve(made.id)
    assert (done.pending_update, done["items"].data[0].quantity) == (None, 4)


def test_what_cannot_wait_may_not_stand_beside_it(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 2)
    with pytest.raises(stripe.InvalidRequestError, match="pending_if_incomplete"):
        stripe_world.api.v1.subscriptions.update(
            made.id, {"payment_behavior": "pending_if_incomplete", "description": "no"}
        )


def test_an_error_asked_for_changes_nothing(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 2)
    stripe_world.card(customer, "generic_decline")
    item = {"id": made["items"].data[0].id, "quantity": 4}
    how = {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError):
        stripe_world.api.v1.subscriptions.update(made.id, {"items": [item], **how})
    after = stripe_world.api.v1.subscriptions.retrieve(made.id)
    assert (after["items"].data[0].quantity, after.latest_invoice) == (2, made.latest_invoice)
    assert len(invoices(stripe_world, customer)) == 1


def test_a_longer_interval_begins_now_and_gives_the_rest_of_the_old_one_back(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 2)
    stripe_world.advance(days=6)
    item = {"id": made["items"].data[0].id, "price": stripe_world.year}
    asked = {"items": [item], "proration_behavior": "always_invoice"}
    asked |= {"proration_date": stripe_world.now()}
    preview = stripe_world.api.v1.invoices.create_preview(
        {"subscription": made.id, "subscription_details": asked}
    )
    changed = stripe_world.api.v1.subscriptions.update(
        made.id, asked | {"payment_behavior": "pending_if_incomplete", "expand": ["latest_invoice"]}
    )
    assert changed.latest_invoice.amount_paid == preview.amount_due
    back, full = changed.latest_invoice.lines.data
    assert (full.amount, back.amount < 0) == (24000, True)
    held = changed["items"].data[0]
    assert held.current_period_end - held.current_period_start in {365 * DAY, 366 * DAY}
    assert held.current_period_start == changed.billing_cycle_anchor


def test_changes_that_are_not_invoiced_wait_for_the_renewal(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 4)
    stripe_world.advance(days=10)
    item = {"id": made["items"].data[0].id, "quantity": 2}
    asked = {"items": [item], "proration_date": stripe_world.now()}
    preview = stripe_world.api.v1.invoices.create_preview(
        {"subscription": made.id, "subscription_details": asked}
    )
    stripe_world.api.v1.subscriptions.update(made.id, asked)
    assert len(invoices(stripe_world, customer)) == 1
    stripe_world.advance(days=25)
    renewal = invoices(stripe_world, customer)[-1]
    assert [line.amount for line in renewal.lines.data][-1] == 2400
    assert sum(line.amount for line in renewal.lines.data) == preview.total == renewal.amount_paid


def test_without_another_attempt_a_failing_change_ends_the_subscription(stripe_world):
    stripe_world.simulator.control("POST", "settings", retries=[])
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 2)
    stripe_world.card(customer, "generic_decline")
    item = {"id": made["items"].data[0].id, "quantity": 4}
    changed = stripe_world.api.v1.subscriptions.update(
        made.id, {"items": [item], "proration_behavior": "always_invoice"}
    )
    assert (changed.status, changed.ended_at is None) == ("canceled", False)
