"""What time does to subscriptions: renewals, failing cards, trials, endings."""

from __future__ import annotations

import pytest
import stripe

from tests.payments import ASKS, DAY, FAILS_LATER, GOOD


def status(world, subscription):
    return world.api.v1.subscriptions.retrieve(subscription.id).status


def invoices(world, customer):
    found = world.api.v1.invoices.list({"customer": customer, "limit": 100}).data
    return list(reversed(found))


def types(world, *wanted):
    events = list(world.api.v1.events.list({"limit": 100}).auto_paging_iter())
    return [event.type for event in reversed(events) if event.type.startswith(wanted)]


def test_a_renewal_is_a_draft_for_an_hour_and_then_charged(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 3)
    end = made["items"].data[0].current_period_end
    stripe_world.advance(to=end)
    renewed = stripe_world.api.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert renewed["items"].data[0].current_period_start == end
    assert (renewed.latest_invoice.status, renewed.latest_invoice.number) == ("draft", None)
    stripe_world.advance(seconds=3600)
    paid = invoices(stripe_world, customer)[-1]
    assert (paid.status, paid.billing_reason, paid.amount_paid) == (
        "paid",
        "subscription_cycle",
        3600,
    )
    assert paid.status_transitions.finalized_at == end + 3600
    assert paid.created == end


def test_a_failing_card_is_tried_five_times_and_then_the_subscription_ends(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 1)
    stripe_world.card(customer, "insufficient_funds")
    first = made["items"].data[0].current_period_end + 3600
    states = []
    for day in (0, 3, 8, 15, 22):
        stripe_world.advance(to=first + day * DAY)
        invoice = invoices(stripe_world, customer)[-1]
        states.append((invoice.attempt_count, invoice.status, status(stripe_world, made)))
    assert states == [(n, "open", "past_due" if n < 5 else "canceled") for n in range(1, 6)]
    assert invoice.status_transitions.finalized_at == first
    assert invoice.next_payment_attempt is None
    ended = stripe_world.api.v1.subscriptions.retrieve(made.id)
    assert ended.cancellation_details.reason == "payment_failed"
    assert types(stripe_world, "invoice.payment_failed") == ["invoice.payment_failed"] * 5


def test_a_mended_card_brings_a_subscription_back_at_the_next_attempt(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 1)
    stripe_world.card(customer, "generic_decline")
    stripe_world.advance(days=32)
    assert status(stripe_world, made) == "past_due"
    assert stripe_world.api.v1.customers.retrieve(customer).delinquent
    stripe_world.card(customer, None)
    stripe_world.advance(days=3)
    assert status(stripe_world, made) == "active"
    assert invoices(stripe_world, customer)[-1].status == "paid"


@pytest.mark.parametrize("follows", ["unpaid", "past_due"])
def test_after_the_last_attempt_it_may_stay_unpaid(stripe_world, follows):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 1)
    settings = {"after_retries": follows, "retries": [1]}
    stripe_world.simulator.control("POST", "settings", **settings)
    stripe_world.card(customer, "generic_decline")
    stripe_world.advance(days=34)
    assert status(stripe_world, made) == follows
    unpaid = invoices(stripe_world, customer)[-1]
    stripe_world.card(customer, None)
    stripe_world.api.v1.invoices.pay(unpaid.id)
    assert status(stripe_world, made) == "active"


def test_it_ends_with_the_period_unless_somebody_thinks_better_of_it(stripe_world):
    v1 = stripe_world.api.v1
    one, other = (stripe_world.subscribe(stripe_world.customer(), 1) for _ in range(2))
    for made in (one, other):
        told = v1.subscriptions.update(
            made.id,
            {
                "cancel_at_period_end": True,
                "cancellation_details": {"feedback": "too_expensive", "comment": "Next year"},
            },
        )
        end = made["items"].data[0].current_period_end
        assert (told.cancel_at, told.status) == (end, "active")
    back = v1.subscriptions.update(other.id, {"cancel_at_period_end": False})
    assert (back.cancel_at, back.canceled_at) == (None, None)
    stripe_world.advance(days=32)
    ended = v1.subscriptions.retrieve(one.id)
    end = one["items"].data[0].current_period_end
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert ended.cancellation_details.feedback == "too_expensive"
    assert status(stripe_world, other) == "active"
    assert [i.billing_reason for i in invoices(stripe_world, one.customer)] == [
        "subscription_create"
    ]
    with pytest.raises(stripe.InvalidRequestError):
        v1.subscriptions.update(one.id, {"cancel_at_period_end": False})


def test_a_trial_without_a_card_pauses_and_goes_on_with_one(stripe_world):
    v1 = stripe_world.api.v1
    customer = stripe_world.customer(card=None)
    made = stripe_world.subscribe(
        customer,
        2,
        trial_period_days=14,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    assert (made.status, made.trial_end - made.trial_start) == ("trialing", 14 * DAY)
    assert [i.amount_due for i in invoices(stripe_world, customer)] == [0]
    stripe_world.advance(days=15)
    assert status(stripe_world, made) == "paused"
    assert "customer.subscription.trial_will_end" in types(stripe_world, "customer.subscription")
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    chosen = {"invoice_settings": {"default_payment_method": method.id}}
    v1.customers.update(customer, chosen)
    v1.subscriptions.resume(made.id, {"billing_cycle_anchor": "now"})
    stripe_world.advance(seconds=3601)
    assert status(stripe_world, made) == "active"
    assert [i.amount_due for i in invoices(stripe_world, customer)] == [0, 2400]


def test_an_invoice_that_is_sent_is_overdue_after_its_days(stripe_world):
    customer = stripe_world.customer(card=None)
    made = stripe_world.subscribe(customer, 3, collection_method="send_invoice", days_until_due=30)
    assert made.status == "active"
    stripe_world.advance(seconds=3600)
    sent = invoices(stripe_world, customer)[0]
    assert (sent.status, sent.due_date - sent.status_transitions.finalized_at) == (
        "open",
        30 * DAY,
    )
    paid = stripe_world.api.v1.invoices.pay(sent.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid_off_stripe) == ("paid", 3600)
    stripe_world.advance(days=65)
    assert status(stripe_world, made) == "past_due"


def test_a_card_that_asks_needs_its_holder_once(stripe_world):
    customer = stripe_world.customer(card=ASKS)
    made = stripe_world.subscribe(
        customer, 1, payment_behavior="default_incomplete", expand=["latest_invoice"]
    )
    assert made.status == "incomplete"
    url = made.latest_invoice.hosted_invoice_url
    assert "Confirm with your bank" in stripe_world.pay_on_page(url, card=ASKS)[1]
    assert stripe_world.pay_on_page(url, card=ASKS, confirmed="yes")[0] == 303
    stripe_world.advance(days=32)
    assert status(stripe_world, made) == "active"
    assert invoices(stripe_world, customer)[-1].status == "paid"


def test_a_customer_of_a_test_clock_lives_by_it(stripe_world):
    v1 = stripe_world.api.v1
    clock = v1.test_helpers.test_clocks.create({"frozen_time": 1_700_000_000, "name": "year"})
    customer = stripe_world.customer(test_clock=clock.id)
    made = stripe_world.subscribe(customer, 1)
    assert made.created == 1_700_000_000
    v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_700_000_000 + 100 * DAY})
    found = invoices(stripe_world, customer)
    assert [i.status for i in found] == ["paid"] * 4
    stripe_world.advance(days=400)
    assert len(invoices(stripe_world, customer)) == 4
    v1.test_helpers.test_clocks.delete(clock.id)
    assert v1.customers.retrieve(customer).deleted


def test_the_clock_file_follows_every_step_and_never_goes_back(stripe_world):
    stripe_world.subscribe(stripe_world.customer(), 1)
    before = stripe_world.now()
    told = stripe_world.advance(days=40)
    assert told["steps"] >= 2
    assert float(stripe_world.simulator.clock_file.read_text()) == told["offset"]
    assert stripe_world.now() - before >= 40 * DAY
    status_code, _page = stripe_world.simulator.visit("POST", "/_sim/advance", '{"to": 5}')
    assert status_code == 400


def test_a_bought_back_subscription_is_a_new_one(stripe_world):
    customer = stripe_world.customer(card=GOOD)
    made = stripe_world.subscribe(customer, 2)
    stripe_world.api.v1.subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    assert status(stripe_world, made) == "canceled"
    credit = stripe_world.api.v1.customers.retrieve(customer).balance
    assert -2400 <= credit < -2390
    again = stripe_world.subscribe(customer, 3, expand=["latest_invoice"])
    assert again.id != made.id
    assert again.latest_invoice.amount_paid == 3600 + credit
    assert stripe_world.api.v1.customers.retrieve(customer).balance == 0
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription"):
        stripe_world.api.v1.subscriptions.cancel(made.id)


def test_without_a_card_nothing_is_sold(stripe_world):
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        stripe_world.subscribe(stripe_world.customer(card=None), 1)
    customer = stripe_world.customer(card=FAILS_LATER)
    assert stripe_world.subscribe(customer, 1).status == "incomplete"


def test_a_trial_can_be_prolonged(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 2, trial_period_days=14)
    later = made.trial_end + 7 * DAY
    changed = stripe_world.api.v1.subscriptions.update(made.id, {"trial_end": later})
    assert changed["items"].data[0].current_period_end == later
    stripe_world.advance(days=15)
    assert status(stripe_world, made) == "trialing"
    stripe_world.advance(days=7)
    assert [i.amount_paid for i in invoices(stripe_world, customer)] == [0, 2400]
    with pytest.raises(stripe.InvalidRequestError, match="running trial"):
        stripe_world.api.v1.subscriptions.update(made.id, {"trial_end": later + 99 * DAY})


def test_a_card_of_another_customer_pays_nothing(stripe_world):
    mine, theirs = stripe_world.customer(), stripe_world.customer()
    stripe_world.card(mine, "generic_decline")
    made = stripe_world.subscribe(mine, 1)
    other = stripe_world.api.v1.payment_methods.list({"customer": theirs}).data[0].id
    with pytest.raises(stripe.InvalidRequestError, match="another customer"):
        stripe_world.api.v1.invoices.pay(made.latest_invoice, {"payment_method": other})
