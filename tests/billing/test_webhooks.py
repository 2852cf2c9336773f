"""What comes to /billing/webhook/: genuine, fresh, ours, once; and what it leads to."""

from __future__ import annotations

import json
import time
from itertools import permutations

import pytest

from billing import buying, inbox
from billing.models import Entry, Event, Subscription
from tests.billing.conftest import counts, id_in, post, read_inbox
from tests.payments import SECRET

OTHER = "whsec_" + "0" * 32


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    """As the provider signs."""
    import hashlib
    import hmac

    stamp = int(time.time() if at is None else at)
    signed = f"{stamp}.".encode() + body
    return f"t={stamp},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def event(**more) -> dict:
    """A genuine event's body."""
    values = {
        "id": "evt_1",
        "object": "event",
        "type": "customer.subscription.updated",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"object": "subscription", "id": "sub_1", "customer": "cus_1"}},
    }
    return values | more


def send(public, told: dict | bytes, **how) -> int:
    """Sign and send."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return post(public, body, sign(body, **how))


def test_an_event_is_kept_once_however_often_it_comes(shop, public) -> None:
    """Failures 4 and 5: a replay is harmless, and nothing is done while it arrives."""
    assert send(public, event()) == 200
    assert send(public, event(), at=time.time() - 250) == 200
    row = Event.objects.get()
    assert (row.state, row.customer, row.object) == ("new", "cus_1", "sub_1")
    Event.objects.update(state="done")
    assert send(public, event(type="something.else")) == 200
    assert Event.objects.get().state == "done"


@pytest.mark.parametrize(
    "signature",
    ["", "nonsense", "t=1,v1=é", "t=x,v1=y", "v1=abc", "t=,v1=", sign(b"{}"), sign(b"{}", at=0)],
)
def test_what_is_not_signed_is_refused_and_leaves_nothing(shop, public, signature) -> None:
    body = json.dumps(event()).encode()
    before = counts()
    assert post(public, body, signature) == 400
    assert counts() == before


def test_a_signature_of_another_secret_an_old_one_and_a_changed_body_are_refused(
    shop, public
) -> None:
    before = counts()
    assert send(public, event(), secret=OTHER) == 400
    assert send(public, event(), at=time.time() - 301) == 400
    body = json.dumps(event()).encode()
    assert post(public, body.replace(b"cus_1", b"cus_2"), sign(body)) == 400
    assert counts() == before


def test_both_secrets_are_accepted_while_one_replaces_the_other(shop, public, settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [OTHER, SECRET]
    assert send(public, event()) == 200
    assert send(public, event(id="evt_2"), secret=OTHER) == 200
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert send(public, event(id="evt_3")) == 400
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    "told",
    [
        event(livemode=True),
        event(account="acct_somebody"),
        event(object="v2.core.event"),
        event(id="evt_" + "x" * 100),
        event(id=7),
        event(id="evt_\0"),
        event(type=None),
        event(created="soon"),
        event(created=10**30),
        event(data={}),
        event(data=[]),
        [],
        "text",
        None,
    ],
)
def test_what_is_no_event_of_ours_is_refused_although_signed(shop, public, told) -> None:
    before = counts()
    assert send(public, json.dumps(told).encode()) == 400
    assert counts() == before


def test_no_json_too_much_and_other_methods_are_refused(shop, public) -> None:
    assert send(public, b"{") == 400
    assert send(public, b"\xff\xfe") == 400
    assert send(public, b" " * (1024 * 1024 + 1)) == 400
    assert public.get("/billing/webhook/").status_code == 405
    assert not Event.objects.exists()


def test_the_address_is_on_the_public_host_only(shop, browser, alice) -> None:
    body = json.dumps(event()).encode()
    headers = {"Stripe-Signature": sign(body)}
    for client in (browser(), browser(alice)):
        answer = client.post("/billing/webhook/", body, "application/json", headers=headers)
        assert answer.status_code in (302, 404)
    assert not Event.objects.exists()


def test_an_event_of_an_unknown_customer_or_of_nobody_is_ignored(shop, public) -> None:
    before = counts()[1:]
    send(public, event())
    send(public, event(id="evt_2", data={"object": {"object": "price", "id": "price_1"}}))
    read_inbox()
    assert set(Event.objects.values_list("state", flat=True)) == {"ignored"}
    assert counts()[1:] == before


def test_what_an_event_says_of_itself_is_never_believed(shop, other_shop, public) -> None:
    """A forged reference, metadata and status: the customer decides, and is asked about."""
    shop.subscribe(seats=6)
    other_shop.subscribe(seats=7)
    lie = {
        "object": "subscription",
        "id": other_shop.live.stripe_id,
        "customer": shop.customer,
        "client_reference_id": str(other_shop.ref.id),
        "metadata": {"tenant": str(other_shop.ref.id)},
        "status": "canceled",
        "quantity": 1000,
    }
    send(public, event(data={"object": lie}))
    entries = Entry.objects.count()
    read_inbox()
    assert Event.objects.get().state == "done"
    assert (shop.live.seats, other_shop.live.seats) == (6, 7)
    assert Entry.objects.count() == entries


def test_an_event_of_one_company_never_touches_another(shop, other_shop, public) -> None:
    other_shop.subscribe(seats=7)
    shop.subscribe(seats=6)
    before = list(Subscription.objects.filter(account=other_shop.account).values())
    account = other_shop.account
    shop.world.api.v1.subscriptions.cancel(shop.live.stripe_id)
    about = {"object": "subscription", "id": shop.live.stripe_id, "customer": shop.customer}
    send(public, event(data={"object": about}))
    read_inbox()
    assert not Subscription.objects.filter(account=shop.account, is_current=True).exists()
    assert list(Subscription.objects.filter(account=other_shop.account).values()) == before
    assert other_shop.account.synced_at == account.synced_at


def history(shop, told, public) -> list[tuple[bytes, str]]:
    """What the provider tells of a purchase, a change and a failed card."""
    shop.subscribe(seats=6)
    shop.buy(seats=8)
    shop.world.settle()
    return list(told.got)


def state_of(shop) -> list:
    """The mirror, without when it was written."""
    rows = Subscription.objects.filter(account=shop.account).order_by("stripe_id")
    names = [f.name for f in Subscription._meta.fields if f.name not in ("id", "synced_at")]
    return [list(rows.values(*names)), shop.account.details, shop.account.needs_attention]


def test_the_first_purchase_is_heard_of_by_events_alone(shop, told, public) -> None:
    """Failures 1 and 8: whatever comes first, and without an `updated`."""
    shop.world.pay_on_page(shop.open(seats=6))
    shop.world.settle()
    assert not Subscription.objects.exists()
    for body, signature in told.got:
        assert post(public, body, signature) == 200
    read_inbox()
    assert (shop.live.seats, shop.live.status) == (6, "active")
    assert not Event.objects.filter(state="new").exists()


def test_any_order_of_events_ends_in_the_same_state(shop, told, public) -> None:
    """Failures 1, 2, 3 and 4: late, twice, and in any order."""
    deliveries = history(shop, told, public)
    right = state_of(shop)
    about = [
        d for d in deliveries if b'"object": "subscription"' in d[0] or b'subscription"' in d[0]
    ]
    for order in list(permutations(about[:4]))[::5]:
        Event.objects.all().delete()
        Subscription.objects.filter(account=shop.account).update(status="incomplete", seats=1)
        for body, signature in [*order, *order[:2]]:
            assert post(public, body, signature) == 200
        read_inbox()
        assert state_of(shop) == right
    assert Event.objects.count() == len({id_in(body) for body, _sign in about[:4]})


def test_the_end_of_an_old_subscription_leaves_the_new_one(shop, told, public) -> None:
    """Failure 17: `deleted` of the old one comes last."""
    old = shop.subscribe(seats=6)
    shop.world.api.v1.subscriptions.cancel(old.stripe_id)
    shop.world.settle()
    ended = [d for d in told.got if b"customer.subscription.deleted" in d[0]]
    shop.sync()
    new = shop.subscribe(seats=7)
    for body, signature in ended:
        post(public, body, signature)
    read_inbox()
    assert (shop.live.stripe_id, shop.live.status) == (new.stripe_id, "active")
    old.refresh_from_db()
    assert (old.status, old.is_current) == ("canceled", False)


def test_an_event_waits_for_a_provider_that_is_down_and_is_given_up_late(shop, public) -> None:
    """Failure 5: it stays new until its effect is written."""
    shop.subscribe(seats=6)
    about = {"object": "customer", "id": shop.customer}
    send(public, event(data={"object": about}))
    shop.world.fault("refuse", times=1000)
    assert not inbox.look_at_next(), "nobody answers: the others need not try"
    row = Event.objects.get()
    assert (row.state, row.attempts) == ("new", 1)
    assert "Unreachable" in row.error
    assert not inbox.look_at_next(), "it is not asked again at once"
    Event.objects.update(attempts=inbox.MAX_ATTEMPTS - 1, next_at="2000-01-01T00:00Z")
    inbox.look_at_next()
    assert Event.objects.get().state == "failed"
    shop.world.simulator.control("DELETE", "faults")
    assert inbox.try_again("evt_1")
    read_inbox()
    assert Event.objects.get().state == "done"


def test_one_look_answers_all_events_of_a_customer(shop, told, public, monkeypatch) -> None:
    deliveries = history(shop, told, public)
    for body, signature in deliveries:
        post(public, body, signature)
    looked: list[str] = []
    real = inbox.sync_account

    def counted(account, **how):
        looked.append(str(account.customer))
        return real(account, **how)

    monkeypatch.setattr(inbox, "sync_account", counted)
    read_inbox()
    assert looked == [shop.customer]
    assert buying.overview(shop.ref.id).subscription.seats == 8


def test_events_of_other_shapes_and_versions_are_only_hints(shop, public) -> None:
    """Failures 22 and 24: nothing is read from an event but its customer."""
    shop.subscribe(seats=6)
    old = {"object": "invoice", "id": "in_1", "subscription": "sub_x", "customer": shop.customer}
    assert send(public, event(api_version="2017-08-15", data={"object": old})) == 200
    whole = {"object": "invoice", "customer": {"id": shop.customer, "object": "customer"}}
    assert send(public, event(id="evt_2", data={"object": whole})) == 200
    read_inbox()
    assert set(Event.objects.values_list("state", "customer")) == {("done", shop.customer)}
    assert shop.live.seats == 6
