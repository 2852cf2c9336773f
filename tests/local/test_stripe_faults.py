"""What goes wrong on demand, what is refused, and what a key of idempotency is worth."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
import stripe

from local.ports import free_port
from tests.payments import DAY, DECLINED
from tests.server import ROOT


def once(key):
    return {"idempotency_key": key}


def test_a_request_sent_twice_has_one_effect(stripe_world):
    customers = stripe_world.api.v1.customers
    first = customers.create({"name": "Acme"}, once("k1"))
    again = customers.create({"name": "Acme"}, once("k1"))
    assert again.id == first.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert len(customers.list().data) == 1
    with pytest.raises(stripe.IdempotencyError):
        customers.create({"name": "Globex"}, once("k1"))
    stripe_world.advance(days=2)
    assert customers.create({"name": "Acme"}, once("k1")).id != first.id


def test_a_refused_request_may_be_put_right_under_its_key_a_declined_one_may_not(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer(card=None)
    with pytest.raises(stripe.InvalidRequestError):
        v1.customers.create({"emial": "a@example.com"}, once("k"))
    assert v1.customers.create({"email": "a@example.com"}, once("k")).email
    card = {"type": "card", "card": {"number": DECLINED, "exp_month": 1, "exp_year": 2040}}
    method = v1.payment_methods.create(card)
    for _attempt in range(2):
        with pytest.raises(stripe.CardError) as declined:
            v1.payment_methods.attach(method.id, {"customer": customer}, once("d"))
    assert declined.value.code == "card_declined"
    assert declined.value.headers["idempotent-replayed"] == "true"


def test_the_same_key_at_the_same_time_is_refused(stripe_world):
    stripe_world.fault("slow", seconds=2, method="POST")
    slow = threading.Thread(
        target=stripe_world.api.v1.customers.create, args=({"name": "A"}, once("same"))
    )
    slow.start()
    time.sleep(0.5)
    with pytest.raises(stripe.APIError) as refused:
        stripe_world.api.v1.customers.create({"name": "A"}, once("same"))
    slow.join()
    assert refused.value.http_status == 409
    assert stripe_world.api.v1.customers.create({"name": "A"}, once("same")).name == "A"
    assert len(stripe_world.api.v1.customers.list().data) == 1


@pytest.mark.parametrize(
    ("kind", "error", "done"),
    [
        ("429", stripe.RateLimitError, False),
        ("500_before", stripe.APIError, False),
        ("500_after", stripe.APIError, True),
        ("timeout_before", stripe.APIConnectionError, False),
        ("timeout_after", stripe.APIConnectionError, True),
        ("refuse", stripe.APIConnectionError, False),
    ],
)
def test_a_fault_strikes_before_or_after_the_effect(stripe_world, kind, error, done):
    customers = stripe_world.api.v1.customers
    stripe_world.fault(kind, path="/v1/customers", method="POST")
    with pytest.raises(error):
        customers.create({"name": "Acme"}, once("key"))
    assert len(customers.list().data) == done
    if kind == "500_after":  # the answer is stored, as it was
        with pytest.raises(stripe.APIError):
            customers.create({"name": "Acme"}, once("key"))
    else:
        customers.create({"name": "Acme"}, once("key"))
    assert len(customers.list().data) == 1


def test_the_client_itself_gets_over_a_lost_answer(stripe_world):
    patient = stripe_world.simulator.client(max_network_retries=2)
    stripe_world.fault("timeout_after", path="/v1/customers", method="POST")
    stripe_world.fault("429", path="/v1/customers", method="GET")
    made = patient.v1.customers.create({"name": "Acme"})
    with pytest.raises(stripe.RateLimitError):
        patient.v1.customers.list()
    assert [found.id for found in patient.v1.customers.list().data] == [made.id]


def test_a_slow_answer_is_one_after_all_and_other_paths_are_spared(stripe_world):
    stripe_world.fault("slow", seconds=1, path="/v1/prices*")
    start = time.monotonic()
    stripe_world.api.v1.customers.list()
    assert time.monotonic() - start < 1
    stripe_world.api.v1.prices.list()
    assert time.monotonic() - start >= 1


def test_what_is_unknown_or_missing_is_named(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    cases = [
        (lambda: v1.customers.create({"address": {"town": "Bonn"}}), "address[town]"),
        (lambda: v1.subscriptions.create({"items": [{"price": "p"}]}), "customer"),
        (lambda: stripe_world.subscribe(customer, 1, "price_none"), "items[0][price]"),
        (lambda: stripe_world.subscribe(customer, 1, automatic_tax={"on": True}),
         "automatic_tax[on]"),
        (lambda: v1.invoices.list({"state": "open"}), "state"),
        (lambda: v1.checkout.sessions.create({"mode": "subscription", "success_url": "http://x",
                                              "payment_method_types": ["card"]}),
         "payment_method_types"),
        (lambda: v1.subscriptions.retrieve("sub_none"), "id"),
    ]  # fmt: skip
    for ask, param in cases:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            ask()
        assert refused.value.param == param
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.retrieve("cus_none")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        v1.customers.retrieve(customer, {"expand": ["invoices"]})


def test_a_list_is_read_page_by_page_in_both_directions(stripe_world):
    customers = stripe_world.api.v1.customers
    made = [customers.create({"name": f"C{number}"}).id for number in range(7)][::-1]
    assert [c.id for c in customers.list({"limit": 3}).auto_paging_iter()] == made
    page = customers.list({"limit": 2, "starting_after": made[1]})
    assert ([c.id for c in page.data], page.has_more) == (made[2:4], True)
    back = customers.list({"limit": 2, "ending_before": made[4]})
    assert ([c.id for c in back.data], back.has_more) == (made[2:4], True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        customers.list({"limit": 101})
    assert refused.value.param == "limit"


def test_only_its_own_key_and_version_are_answered(stripe_world):
    other = stripe.StripeClient(
        "sk_test_other", base_addresses={"api": stripe_world.simulator.address}
    )
    with pytest.raises(stripe.AuthenticationError):
        other.v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError, match="version"):
        stripe_world.api.v1.customers.list({}, {"stripe_version": "2024-06-20"})


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--key", "sk_live_0123456789"], "live key"),
        (["--bind", "0.0.0.0"], "127.0.0.1 only"),
        (["--webhook", "http://hooks.example.com/", "--secret", "whsec_x"], "this machine"),
        (["--webhook", "http://127.0.0.1.example.com/", "--secret", "whsec_x"], "this machine"),
    ],
)
def test_it_is_a_toy_on_this_machine_or_does_not_start(tmp_path, options, reason):
    command = [sys.executable, "-m", "local.stripe", "--port", str(free_port())]
    done = subprocess.run(
        [*command, "--dir", str(tmp_path), *options],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert reason in done.stderr


def test_an_endpoint_is_on_this_machine(stripe_world):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_world.api.v1.webhook_endpoints.create(
            {"url": "http://hooks.example.com/", "enabled_events": ["*"]}
        )
    assert refused.value.param == "url"


def test_a_killed_simulator_has_everything_that_it_answered(stripe_world):
    v1, customer = stripe_world.api.v1, stripe_world.customer()
    made = stripe_world.subscribe(customer, 3)
    stripe_world.advance(days=33)
    answered: list[str] = []

    def write_on():
        while True:
            try:
                answered.append(v1.customers.create({"name": "more"}, once(str(len(answered)))).id)
            except stripe.StripeError:
                return

    writer = threading.Thread(target=write_on)
    writer.start()
    while len(answered) < 20:
        time.sleep(0.005)
    before = stripe_world.now()
    stripe_world.simulator.kill()
    writer.join()
    stripe_world.simulator.start()
    assert before <= stripe_world.now() < before + 60
    known = {found.id for found in v1.customers.list({"limit": 100}).auto_paging_iter()}
    assert set(answered) <= known
    assert v1.customers.create({"name": "more"}, once("0")).id == answered[0]
    invoices = v1.invoices.list({"subscription": made.id}).data
    assert [found.amount_paid for found in invoices] == [3600, 3600]
    stripe_world.advance(seconds=31 * DAY)
    assert len(v1.invoices.list({"subscription": made.id}).data) == 3


def test_a_simulator_killed_on_its_way_through_time_goes_on_where_it_was(stripe_world):
    """Renewals are charged once each, though it was killed between any two steps."""
    v1 = stripe_world.api.v1
    made = [stripe_world.subscribe(stripe_world.customer(), seats) for seats in (1, 2, 3)]
    target = stripe_world.now() + 2000 * DAY
    kills = 0
    while stripe_world.now() < target:
        way = threading.Thread(target=_advance_until_killed, args=(stripe_world, target))
        way.start()
        if kills < 4:
            time.sleep(0.1)
            stripe_world.simulator.kill()
            stripe_world.simulator.start()
            kills += 1
        way.join()
    stripe_world.advance(seconds=3600)
    for seats, subscription in enumerate(made, 1):
        found = v1.invoices.list({"subscription": subscription.id, "limit": 100})
        paid = list(found.auto_paging_iter())
        assert {invoice.amount_paid for invoice in paid} == {1200 * seats}
        starts = [invoice.lines.data[0].period.start for invoice in paid]
        ends = [invoice.lines.data[0].period.end for invoice in paid]
        assert starts[:-1] == ends[1:]
        assert ends[0] > target - 86400 >= starts[0] - 86400


def _advance_until_killed(world, target):
    try:
        world.advance(to=target)
    except (OSError, AssertionError):
        return
