"""Money to the cent: rounding, credit, taxes, refunds, and a year summed by another way."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from fractions import Fraction

import pytest
import stripe

from local.stripe.money import contained, half_up, percent, period_after, share
from tests.payments import DAY


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1/2", 1), ("-1/2", -1), ("1/3", 0), ("2/3", 1), ("5/2", 3), ("-5/2", -3), ("7", 7)],
)
def test_halves_go_away_from_nought(value, rounded):
    assert half_up(Fraction(value)) == rounded


def test_what_is_given_back_and_charged_again_in_one_second_cancels_out():
    for amount in (1, 999, 1200, 123457):
        assert share(amount, 1234567, 2592000) - share(amount, 1234567, 2592000) == 0
        assert share(amount, 2592000, 2592000) == amount


def test_a_tax_is_added_or_contained():
    assert (percent(1005, 19.0), contained(1190, 19)) == (191, 190)
    assert percent(-1000, "8.1") == -81


def at(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def test_months_are_counted_from_the_day_of_the_anchor():
    anchor = at(2027, 1, 31, 10)
    ends, start = [], anchor
    for _month in range(4):
        start = period_after(anchor, start, ("month", 1))
        ends.append(start)
    assert ends == [at(2027, m, d, 10) for m, d in ((2, 28), (3, 31), (4, 30), (5, 31))]
    assert period_after(at(2028, 2, 29), at(2028, 2, 29), ("year", 1)) == at(2029, 2, 28)


def test_fewer_seats_at_once_become_credit_that_the_next_invoice_uses_up(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    made = stripe_world.subscribe(customer, 5)
    item = {"id": made["items"].data[0].id, "quantity": 1}
    how = {"proration_behavior": "always_invoice", "expand": ["latest_invoice"]}
    less = v1.subscriptions.update(made.id, {"items": [item], **how}).latest_invoice
    assert (less.status, less.amount_due) == ("paid", 0)
    assert less.total < -4790
    balance = v1.customers.retrieve(customer).balance
    assert balance == less.total == less.ending_balance
    moved = v1.customers.balance_transactions.list(customer).data
    assert [found.amount for found in moved] == [less.total]
    stripe_world.advance(days=32)
    renewal = v1.invoices.list({"customer": customer}).data[0]
    assert (renewal.total, renewal.amount_due, renewal.starting_balance) == (1200, 0, balance)
    assert v1.customers.retrieve(customer).balance == balance + 1200


def test_a_void_invoice_gives_back_the_credit_that_it_took(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    v1.customers.balance_transactions.create(customer, {"amount": -500, "currency": "eur"})
    stripe_world.card(customer, "generic_decline")
    made = stripe_world.subscribe(customer, 1, expand=["latest_invoice"])
    assert (made.latest_invoice.amount_due, made.latest_invoice.ending_balance) == (700, 0)
    v1.invoices.void_invoice(made.latest_invoice.id)
    assert v1.customers.retrieve(customer).balance == -500


def test_taxes_are_worked_out_by_line(stripe_world):
    v1 = stripe_world.api.v1
    rate = v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False})
    made = stripe_world.subscribe(
        stripe_world.customer(), 3, default_tax_rates=[rate.id], expand=["latest_invoice"]
    )
    invoice = made.latest_invoice
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (3600, 4284, 4284)
    assert invoice.total_taxes[0].amount == 684
    assert made.default_tax_rates[0].percentage == 19


def test_stripe_tax_charges_what_a_country_takes(stripe_world):
    stripe_world.simulator.control("POST", "settings", automatic_tax={"DE": 19})
    for country, total in (("DE", 1428), ("US", 1200)):
        customer = stripe_world.customer(address={"country": country})
        made = stripe_world.subscribe(
            customer, 1, automatic_tax={"enabled": True}, expand=["latest_invoice"]
        )
        assert made.latest_invoice.amount_paid == total
        assert made.latest_invoice.automatic_tax.status == "complete"


def test_a_paid_invoice_is_credited_to_the_card_and_the_balance(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    made = stripe_world.subscribe(customer, 2)
    note = {"invoice": made.latest_invoice, "amount": 900, "reason": "product_unsatisfactory"}
    with pytest.raises(stripe.InvalidRequestError, match="make up the amount"):
        v1.credit_notes.create(note)
    given = v1.credit_notes.create(note | {"refund_amount": 400, "credit_amount": 500})
    assert (given.type, given.post_payment_amount) == ("post_payment", 900)
    assert v1.refunds.retrieve(given.refunds[0].refund).amount == 400
    assert v1.customers.retrieve(customer).balance == -500
    with pytest.raises(stripe.InvalidRequestError, match="exceeds"):
        v1.credit_notes.create({"invoice": made.latest_invoice, "credit_amount": 1501})
    invoice = v1.invoices.retrieve(made.latest_invoice)
    assert invoice.post_payment_credit_notes_amount == 900


def test_an_open_invoice_is_lowered_until_nothing_is_owed(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    stripe_world.card(customer, "generic_decline")
    made = stripe_world.subscribe(customer, 1)
    v1.credit_notes.create({"invoice": made.latest_invoice, "amount": 700})
    assert v1.invoices.retrieve(made.latest_invoice).amount_remaining == 500
    v1.credit_notes.create({"invoice": made.latest_invoice, "amount": 500})
    assert v1.invoices.retrieve(made.latest_invoice).status == "paid"


def test_no_more_is_refunded_than_was_taken(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    stripe_world.subscribe(customer, 2)
    charge = v1.charges.list({"customer": customer}).data[0]
    assert v1.refunds.create({"charge": charge.id, "amount": 1000}).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="from 1 to 1400"):
        v1.refunds.create({"charge": charge.id, "amount": 1401})
    v1.refunds.create({"payment_intent": charge.payment_intent})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"


@pytest.mark.parametrize("seed", range(3))
def test_a_year_of_changes_costs_what_the_seconds_say(stripe_world, seed):
    """An account of the same year kept by days and fractions, without looking at the simulator."""
    chance = random.Random(seed)
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    seats = chance.randint(1, 9)
    made = stripe_world.subscribe(customer, seats)
    item = made["items"].data[0]
    expected, paid_until = 1200 * seats, item.current_period_end
    period = paid_until - made.created
    for _change in range(40):
        stripe_world.advance(seconds=chance.randint(3600, 14 * DAY))
        now = stripe_world.now()
        while now >= paid_until:
            step = _month_on(made.created, paid_until)
            period, paid_until = step - paid_until, step
            expected += 1200 * seats
        wanted = chance.randint(1, 30)
        if wanted == seats:
            continue
        asked = {"items": [{"id": item.id, "quantity": wanted}], "proration_date": now}
        v1.subscriptions.update(made.id, asked | {"proration_behavior": "always_invoice"})
        left = paid_until - now
        expected += _rounded(1200 * wanted * left, period) - _rounded(1200 * seats * left, period)
        seats = wanted
    stripe_world.advance(seconds=2 * 3600)
    found = list(v1.invoices.list({"customer": customer, "limit": 100}).auto_paging_iter())
    assert sum(invoice.total for invoice in found) == expected
    balance = v1.customers.retrieve(customer).balance
    assert sum(invoice.amount_paid for invoice in found) + balance == expected
    assert {invoice.status for invoice in found} == {"paid"}


def _rounded(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def _month_on(anchor, moment):
    start, now = (datetime.fromtimestamp(found, UTC) for found in (anchor, moment))
    year, month = (now.year, now.month + 1) if now.month < 12 else (now.year + 1, 1)
    for day in range(start.day, 27, -1):
        try:
            return int(start.replace(year=year, month=month, day=day).timestamp())
        except ValueError:
            continue
    return int(start.replace(year=year, month=month).timestamp())
