"""The hosted pages besides Checkout: the portal, an invoice, and the page of the simulator."""

from __future__ import annotations

import urllib.request

import pypdfium2
import pytest
import stripe

from tests.payments import ASKS, FAILS_LATER, GOOD, NO_FUNDS

CARD = {"expiry": "12 / 40", "cvc": "123", "name": "Olga Owner"}


def configuration(world, **features):
    given = {name: {"enabled": True, **more} for name, more in features.items()}
    return world.api.v1.billing_portal.configurations.create({"features": given})


def portal(world, customer, **more):
    given = {"customer": customer, "return_url": "http://acme.localhost:8000/plan/"}
    return world.api.v1.billing_portal.sessions.create(given | more)


def submit(world, url, **fields):
    return world.pay_on_page(url, **({"card": ""} | fields))


def test_the_portal_needs_a_configuration_and_offers_what_it_allows(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 1)
    with pytest.raises(stripe.InvalidRequestError, match="default configuration"):
        portal(stripe_world, customer)
    configuration(stripe_world, invoice_history={}, payment_method_update={})
    session = portal(stripe_world, customer)
    path = session.url.removeprefix(stripe_world.simulator.address)
    page = stripe_world.simulator.visit("GET", path)[1]
    assert "Visa ending in 4242" in page
    assert "-0001" in page
    assert "Cancel at the end" not in page
    status, page = submit(stripe_world, session.url, do="cancel", subscription=made.id)
    assert (status, "not offered" in page) == (402, True)
    assert not stripe_world.api.v1.subscriptions.retrieve(made.id).cancel_at_period_end


def test_a_card_of_the_portal_is_charged_from_then_on(stripe_world):
    customer = stripe_world.customer(card=GOOD)
    made = stripe_world.subscribe(customer, 1)
    configuration(stripe_world, payment_method_update={})
    session = portal(stripe_world, customer)
    assert submit(stripe_world, session.url, do="card", card=NO_FUNDS)[0] == 402
    status, page = submit(stripe_world, session.url, do="card", card=ASKS)
    assert (status, "Confirm with your bank" in page) == (200, True)
    assert submit(stripe_world, session.url, do="card", card=ASKS, confirmed="yes")[0] == 303
    stripe_world.advance(days=32)
    charge = stripe_world.api.v1.charges.list({"customer": customer}).data[0]
    assert charge.payment_method_details.card.last4 == ASKS[-4:]
    assert stripe_world.api.v1.subscriptions.retrieve(made.id).status == "active"


def test_an_address_and_a_tax_id_of_the_portal_stand_on_the_next_invoice(stripe_world):
    customer = stripe_world.customer()
    stripe_world.subscribe(customer, 1)
    configuration(stripe_world, customer_update={"allowed_updates": ["address", "name", "tax_id"]})
    session = portal(stripe_world, customer)
    details = {"company": "Acme <b>", "line1": "Mill Lane 3", "city": "Bonn", "country": "DE"}
    assert submit(stripe_world, session.url, do="details", **details)[0] == 303
    tax = {"tax_kind": "eu_vat", "tax_id": "DE123456789"}
    assert submit(stripe_world, session.url, do="add_tax", **tax)[0] == 303
    stripe_world.advance(days=32)
    invoice = stripe_world.api.v1.invoices.list({"customer": customer}).data[0]
    assert (invoice.customer_address.city, invoice.customer_name) == ("Bonn", "Acme <b>")
    assert [found.value for found in invoice.customer_tax_ids] == ["DE123456789"]
    path = invoice.hosted_invoice_url.removeprefix(stripe_world.simulator.address)
    assert "Acme &lt;b&gt;" in stripe_world.simulator.visit("GET", path)[1]


def test_an_open_invoice_is_paid_on_its_page_and_the_card_is_kept(stripe_world):
    customer = stripe_world.customer(card=FAILS_LATER)
    made = stripe_world.subscribe(customer, 2)
    invoice = stripe_world.api.v1.invoices.retrieve(made.latest_invoice)
    assert (made.status, invoice.status) == ("incomplete", "open")
    assert stripe_world.pay_on_page(invoice.hosted_invoice_url, card=NO_FUNDS)[0] == 402
    assert stripe_world.pay_on_page(invoice.hosted_invoice_url)[0] == 303
    assert stripe_world.pay_on_page(invoice.hosted_invoice_url)[0] == 303
    paid = stripe_world.api.v1.invoices.retrieve(made.latest_invoice)
    assert (paid.status, paid.amount_paid, paid.attempt_count) == ("paid", 2400, 3)
    assert stripe_world.api.v1.subscriptions.retrieve(made.id).status == "active"
    assert len(stripe_world.api.v1.charges.list({"customer": customer}).data) == 1


def test_an_invoice_has_a_pdf_and_nobody_guesses_its_address(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 2, expand=["latest_invoice"])
    path = made.latest_invoice.invoice_pdf.removeprefix(stripe_world.simulator.address)
    with urllib.request.urlopen(f"http://127.0.0.1:{stripe_world.simulator.port}{path}") as answer:
        document = pypdfium2.PdfDocument(answer.read())
    printed = document[0].get_textpage().get_text_bounded()
    assert len(document) == 1
    assert made.latest_invoice.number in printed
    assert "24.00 EUR" in printed
    assert stripe_world.simulator.visit("GET", path.replace("/pdf", "x/pdf"))[0] == 404


def test_the_page_of_the_simulator_moves_time_and_spoils_cards(stripe_world):
    customer = stripe_world.customer(name="Acme")
    made = stripe_world.subscribe(customer, 2)
    visit = stripe_world.simulator.visit
    assert "Acme" in visit("GET", "/")[1]
    assert visit("POST", "/", f"do=fail&customer={customer}")[0] == 303
    for _step in range(2):
        visit("POST", "/", "do=next")
    assert stripe_world.api.v1.subscriptions.retrieve(made.id).status == "past_due"
    visit("POST", "/", f"do=mend&customer={customer}")
    visit("POST", "/", "do=next")
    assert stripe_world.api.v1.subscriptions.retrieve(made.id).status == "active"


def test_another_site_cannot_press_the_buttons(stripe_world):
    import http.client

    for headers in (
        {"Origin": "http://evil.example"},
        {"Host": "evil.example"},
    ):
        connection = http.client.HTTPConnection("127.0.0.1", stripe_world.simulator.port)
        given = {"Host": f"localhost:{stripe_world.simulator.port}"} | headers
        connection.request("POST", "/_sim/reset", "{}", given)
        assert connection.getresponse().status == 403
        connection.close()
