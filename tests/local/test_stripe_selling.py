"""The simulator by the real client: from a price to a paid subscription."""

from __future__ import annotations

import pytest
import stripe

from tests.payments import ASKS, DECLINED, FAILS_LATER


def checkout(world, customer, seats=3, **more):
    back = "http://acme.localhost:8000/plan/"
    return world.api.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": customer,
            "line_items": [{"price": world.month, "quantity": seats}],
            "success_url": back + "?session={CHECKOUT_SESSION_ID}",
            "cancel_url": back,
            **more,
        }
    )


def test_a_price_is_found_by_its_lookup_key_and_the_key_moves_to_another(stripe_world):
    v1 = stripe_world.api.v1
    found = v1.prices.list({"lookup_keys": ["test_month"], "expand": ["data.product"]}).data
    assert [(p.id, p.unit_amount, p.product.name) for p in found] == [
        (stripe_world.month, 1200, "Team")
    ]
    given = {"currency": "eur", "product": found[0].product.id, "unit_amount": 1500}
    given |= {"recurring": {"interval": "month"}, "lookup_key": "test_month"}
    with pytest.raises(stripe.InvalidRequestError, match="already uses"):
        v1.prices.create(given)
    dearer = v1.prices.create(given | {"transfer_lookup_key": True})
    assert v1.prices.list({"lookup_keys": ["test_month"]}).data[0].id == dearer.id
    assert v1.prices.retrieve(stripe_world.month).lookup_key is None


def test_a_subscription_is_paid_and_shows_the_current_shapes(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(
        customer, 3, expand=["latest_invoice.payments.data.payment.payment_intent"]
    )
    item, invoice = made["items"].data[0], made.latest_invoice
    assert (made.status, item.quantity, item.price.lookup_key) == ("active", 3, "test_month")
    assert item.current_period_start == made.start_date < item.current_period_end
    assert "current_period_end" not in made
    assert invoice.parent.subscription_details.subscription == made.id
    line = invoice.lines.data[0]
    assert line.pricing.price_details.price == stripe_world.month
    assert line.parent.subscription_item_details.subscription_item == item.id
    payment = invoice.payments.data[0]
    assert (payment.amount_paid, payment.payment.payment_intent.status) == (3600, "succeeded")
    assert (invoice.status, invoice.amount_paid, invoice.amount_remaining) == ("paid", 3600, 0)


def test_a_card_that_fails_at_once_leaves_an_incomplete_subscription(stripe_world):
    customer = stripe_world.customer(card=FAILS_LATER)
    made = stripe_world.subscribe(customer, 1)
    assert made.status == "incomplete"
    with pytest.raises(stripe.CardError) as refused:
        stripe_world.subscribe(customer, 1, payment_behavior="error_if_incomplete")
    assert refused.value.error.decline_code == "generic_decline"
    assert len(stripe_world.api.v1.subscriptions.list({"customer": customer}).data) == 1
    stripe_world.advance(days=1)
    assert stripe_world.api.v1.subscriptions.retrieve(made.id).status == "incomplete_expired"


def test_the_page_of_checkout_takes_a_card_and_leads_back(stripe_world):
    customer = stripe_world.customer(card=None)
    session = checkout(stripe_world, customer, client_reference_id="7")
    status, page = stripe_world.simulator.visit("GET", f"/checkout/{session.id}")
    assert status == 200
    assert "3 × Team" in page
    assert "36.00 EUR" in page
    assert stripe_world.pay_on_page(session.url, card=DECLINED)[0] == 402
    first = stripe_world.pay_on_page(session.url)
    assert first == (303, f"http://acme.localhost:8000/plan/?session={session.id}")
    assert stripe_world.pay_on_page(session.url) == first
    done = stripe_world.api.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.status, done.payment_status, done.client_reference_id) == ("complete", "paid", "7")
    assert (done.subscription.status, done.subscription["items"].data[0].quantity) == ("active", 3)
    assert done.subscription.default_payment_method
    everything = stripe_world.api.v1.subscriptions.list({"customer": customer, "status": "all"})
    assert len(everything.data) == 1


def test_a_session_expires_by_itself_and_on_demand(stripe_world):
    customer = stripe_world.customer(card=None)
    one, other = checkout(stripe_world, customer), checkout(stripe_world, customer)
    assert stripe_world.api.v1.checkout.sessions.expire(one.id).status == "expired"
    assert stripe_world.pay_on_page(one.url)[0] == 410
    stripe_world.advance(days=1)
    assert stripe_world.api.v1.checkout.sessions.retrieve(other.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="open"):
        stripe_world.api.v1.checkout.sessions.expire(other.id)


def test_more_seats_cost_what_the_preview_says(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 3)
    item = made["items"].data[0].id
    stripe_world.advance(days=10)
    at = stripe_world.now()
    wanted = {"items": [{"id": item, "quantity": 5}], "proration_behavior": "always_invoice"}
    wanted |= {"proration_date": at}
    preview = stripe_world.api.v1.invoices.create_preview(
        {"subscription": made.id, "subscription_details": wanted}
    )
    changed = stripe_world.api.v1.subscriptions.update(
        made.id,
        wanted | {"payment_behavior": "pending_if_incomplete", "expand": ["latest_invoice"]},
    )
    assert preview.amount_due == changed.latest_invoice.amount_paid > 0
    assert [line.amount for line in preview.lines.data] == [
        line.amount for line in changed.latest_invoice.lines.data
    ]
    assert (changed.status, changed["items"].data[0].quantity) == ("active", 5)
    assert changed.pending_update is None


def test_an_address_and_a_tax_id_of_checkout_go_to_the_customer_when_that_is_allowed(stripe_world):
    customer = stripe_world.customer(card=None)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        checkout(stripe_world, customer, tax_id_collection={"enabled": True})
    assert refused.value.param == "customer_update[name]"
    session = checkout(
        stripe_world,
        customer,
        tax_id_collection={"enabled": True},
        customer_update={"name": "auto", "address": "auto"},
        billing_address_collection="required",
    )
    typed = {"line1": "Mill Lane 3", "postal_code": "53111", "city": "Bonn", "country": "DE"}
    typed |= {"tax_kind": "eu_vat", "tax_id": "DE123456789"}
    assert stripe_world.pay_on_page(session.url, **typed)[0] == 303
    found = stripe_world.api.v1.customers.retrieve(customer, {"expand": ["tax_ids"]})
    assert (found.name, found.address.city) == ("Olga Owner", "Bonn")
    assert [tax.value for tax in found.tax_ids.data] == ["DE123456789"]
    done = stripe_world.api.v1.checkout.sessions.retrieve(session.id)
    assert done.customer_details.address.country == "DE"


def test_somebody_unknown_becomes_a_customer_by_buying(stripe_world):
    session = stripe_world.api.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer_email": "new@example.com",
            "line_items": [{"price": stripe_world.year, "quantity": 2}],
            "subscription_data": {"trial_period_days": 14, "metadata": {"a": "b"}},
            "success_url": "http://acme.localhost:8000/",
        }
    )
    assert stripe_world.pay_on_page(session.url)[0] == 303
    done = stripe_world.api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["customer", "subscription", "invoice"]}
    )
    assert done.customer.email == "new@example.com"
    assert (done.subscription.status, done.subscription.metadata["a"]) == ("trialing", "b")
    assert (done.invoice.amount_paid, done.amount_total) == (0, 0)


def test_a_card_is_set_up_without_a_charge(stripe_world):
    customer = stripe_world.customer(card=None)
    session = stripe_world.api.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "eur",
            "customer": customer,
            "success_url": "http://acme.localhost:8000/",
        }
    )
    assert stripe_world.pay_on_page(session.url, card=DECLINED)[0] == 402
    assert "Confirm" in stripe_world.pay_on_page(session.url, card=ASKS)[1]
    assert stripe_world.pay_on_page(session.url, card=ASKS, confirmed="yes")[0] == 303
    done = stripe_world.api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["setup_intent.payment_method"]}
    )
    assert (done.setup_intent.status, done.payment_status) == ("succeeded", "no_payment_required")
    assert done.setup_intent.payment_method.customer == customer
    held = stripe_world.api.v1.payment_methods.list({"customer": customer}).data
    assert [method.card.last4 for method in held] == [ASKS[-4:]]
    gone = stripe_world.api.v1.payment_methods.detach(held[0].id)
    assert gone.customer is None
    assert "4000002500003155" not in str(gone)
