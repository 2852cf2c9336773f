"""Webhooks: signed, in order, repeated until they are taken, and mistreated on demand."""

from __future__ import annotations

import json
import time

import pytest
import stripe

from tests.payments import SECRET, Receiver


@pytest.fixture
def told(stripe_world, receiver):
    """An empty account that tells the receiver what happens."""
    stripe_world.send_to(receiver.url)
    return stripe_world


def make(world, count):
    return [world.api.v1.customers.create({"name": f"C{n}"}).id for n in range(count)]


def names(receiver):
    return [json.loads(body)["data"]["object"]["name"] for body, _signature in receiver.got]


def test_an_event_is_signed_so_that_the_client_takes_it(told, receiver):
    make(told, 1)
    told.settle()
    body, signature = receiver.got[0]
    event = stripe.Webhook.construct_event(body, signature, SECRET)
    assert (event.type, event.data.object.name) == ("customer.created", "C0")
    assert (event.livemode, event.api_version) == (False, "2026-10-28.endive")
    assert event.request.id.startswith("req_")
    assert abs(int(signature.partition(",")[0][2:]) - time.time()) < 30
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_another")


def test_events_come_in_the_order_in_which_things_happened(told, receiver):
    make(told, 20)
    told.settle()
    assert names(receiver) == [f"C{n}" for n in range(20)]
    assert {found["state"] for found in told.deliveries()} == {"delivered"}


def test_an_update_says_what_was_before_and_nothing_is_said_of_no_change(told, receiver):
    customer = make(told, 1)[0]
    for name in ("Acme", "Acme"):
        told.api.v1.customers.update(customer, {"name": name})
    told.settle()
    assert receiver.types() == ["customer.created", "customer.updated"]
    assert json.loads(receiver.got[-1][0])["data"]["previous_attributes"] == {"name": "C0"}


def test_what_is_not_taken_is_sent_again(told, receiver):
    told.webhooks(backoff=0.02)
    receiver.status = 500
    make(told, 1)
    while len(receiver.got) < 3:
        time.sleep(0.01)
    receiver.status = 200
    told.simulator.control("POST", "retry")
    while told.deliveries()[0]["state"] != "delivered":
        time.sleep(0.01)
    assert len({body for body, _signature in receiver.got}) == 1
    assert told.deliveries()[0]["attempts"] == len(receiver.got)


def test_events_can_be_held_dropped_doubled_and_shuffled(told, receiver):
    told.webhooks(held=True)
    make(told, 3)
    time.sleep(0.2)
    assert receiver.got == []
    told.webhooks(held=False, drop=1)
    told.settle()
    assert names(receiver) == ["C1", "C2"]
    receiver.got.clear()
    told.webhooks(drop=1, drop_type="invoice.paid", duplicate=True)
    make(told, 1)
    told.settle()
    assert names(receiver) == ["C0", "C0"]
    receiver.got.clear()
    told.webhooks(held=True, duplicate=False, shuffle=True)
    make(told, 30)
    told.webhooks(held=False)
    told.settle()
    assert sorted(names(receiver)) == sorted(f"C{n}" for n in range(30))
    assert names(receiver) != [f"C{n}" for n in range(30)]


def test_an_event_is_sent_again_on_demand(told, receiver):
    make(told, 1)
    told.settle()
    event = json.loads(receiver.got[0][0])["id"]
    told.simulator.control("POST", "redeliver", event=event)
    told.settle()
    assert [json.loads(body)["id"] for body, _signature in receiver.got] == [event, event]


def test_what_waits_is_delivered_after_a_kill(told, receiver):
    told.webhooks(held=True)
    make(told, 4)
    told.simulator.kill()
    told.simulator.start()
    told.simulator.control("POST", "endpoint", webhook=receiver.url, secret=SECRET)
    told.simulator.control("POST", "retry")
    assert sorted(names(receiver)) == ["C0", "C1", "C2", "C3"]


def test_an_endpoint_of_the_api_hears_what_it_asked_for(told, receiver):
    other = Receiver()
    wanted = {"url": other.url, "enabled_events": ["product.created"]}
    made = told.api.v1.webhook_endpoints.create(wanted)
    assert made.secret.startswith("whsec_")
    assert "secret" not in told.api.v1.webhook_endpoints.retrieve(made.id)
    make(told, 1)
    told.api.v1.products.create({"name": "Team"})
    told.settle()
    assert other.types() == ["product.created"]
    assert stripe.Webhook.construct_event(*other.got[0], made.secret)
    told.api.v1.webhook_endpoints.delete(made.id)
    told.api.v1.products.create({"name": "Business"})
    told.settle()
    assert (len(other.got), receiver.types().count("product.created")) == (1, 2)
    other.close()


def test_events_are_listed_by_type_and_read_one_by_one(told):
    customer = make(told, 2)[0]
    told.api.v1.customers.update(customer, {"name": "Acme"})
    listed = told.api.v1.events.list({"types": ["customer.updated"]}).data
    assert [event.data.object.name for event in listed] == ["Acme"]
    assert told.api.v1.events.retrieve(listed[0].id).type == "customer.updated"
    assert len(told.api.v1.events.list({"type": "customer.*"}).data) == 3


def test_a_step_of_time_is_told_before_the_next_one_is_taken(told, receiver):
    product = told.api.v1.products.create({"name": "Team"})
    price = told.api.v1.prices.create(
        {
            "currency": "eur",
            "product": product.id,
            "unit_amount": 100,
            "recurring": {"interval": "month"},
        }
    )
    told.subscribe(told.customer(), 1, price.id)
    told.settle()
    receiver.got.clear()
    told.advance(days=62, settle=5)
    events = [json.loads(body) for body, _signature in receiver.got]
    assert [event["created"] for event in events] == sorted(event["created"] for event in events)
    assert [event["type"] for event in events].count("invoice.paid") == 2
    assert events[0]["request"] == {"id": None, "idempotency_key": None}
