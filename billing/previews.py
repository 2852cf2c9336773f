"""What a purchase would cost at this second, signed, so that exactly this is bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core import signing

from billing import clock
from billing.errors import Refused
from billing.gateway import hosted
from billing.guards import check_more, check_seats, check_sold, check_used, wished
from billing.kinds import base_of, check_open, live, price_for, terms_of
from billing.models import BillingAccount
from billing.reading import Body, Fetched, item_of, moment, price_values
from billing.sync import fetch, mirror

SALT = "billing.preview"
#: Seconds that a price may be looked at before it must be asked for anew.
LIFE = 600


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the invoice to come; minor units."""

    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What is taken now and what at each renewal, in minor units."""

    due_now: int
    currency: str
    tax: int
    lines: list[Line]
    #: Without tax.
    renewal: int
    renews_at: datetime
    plan: str
    interval: str
    seats: int
    signed: str


def make_preview(
    account: BillingAccount, *, used: int, plan: str | None, interval: str | None, seats: int | None
) -> Preview:
    """Ask the provider for the invoice that buying now would make."""
    if not account.customer:
        raise Refused("no_subscription")
    fetched = fetch(account.customer)
    mirror(account.pk, fetched, by="a preview")
    subscription = live(fetched)
    check_open(subscription)
    now = terms_of(subscription)
    then = wished(now, plan=plan, interval=interval, seats=seats)
    check_sold(then[0], then[1], price_values(item_of(subscription)["price"])["currency"])
    check_seats(then[0], then[2])
    check_more(now, then)
    check_used(then[2], used)
    return _ask(account, fetched, subscription, then=then)


def _ask(
    account: BillingAccount, fetched: Fetched, subscription: Body, *, then: tuple[str, str, int]
) -> Preview:
    price, at = price_for(subscription, then), int(clock.now().timestamp())
    # Never before the period that is divided, should our clock be a little behind.
    at = max(at, item_of(subscription)["current_period_start"])
    body = hosted.preview(
        fetched.customer["id"],
        subscription=subscription["id"],
        item=item_of(subscription)["id"],
        price=price["id"],
        seats=then[2],
        proration_date=at,
    )
    wanted = {"plan": then[0], "interval": then[1], "seats": then[2], "price": price["id"]}
    wanted |= {"proration_date": at, "base": base_of(subscription)}
    renewal = then[2] * int(price["unit_amount"])
    signed = sign(account, wanted | {"due_now": body["amount_due"]})
    return _preview(body, then, renewal=renewal, signed=signed)


def _preview(body: Body, then: tuple[str, str, int], *, renewal: int, signed: str) -> Preview:
    lines = body["lines"]["data"]
    ends = [line["period"]["end"] for line in lines]
    return Preview(
        due_now=body["amount_due"],
        currency=str(body["currency"]).upper(),
        tax=sum(row["amount"] for row in body.get("total_taxes") or ()),
        lines=[Line(line["description"] or "", line["amount"]) for line in lines],
        renewal=renewal,
        renews_at=moment(max(ends)) or clock.now(),
        plan=then[0],
        interval=then[1],
        seats=then[2],
        signed=signed,
    )


def sign(account: BillingAccount, wanted: dict[str, Any]) -> str:
    """What was looked at, for this account only."""
    return signing.dumps(wanted | {"account": account.pk}, salt=SALT, compress=True)


def read_signed(account: BillingAccount, signed: str) -> dict[str, Any]:
    """What was looked at; Refused when it is old, forged or somebody else's."""
    try:
        found: dict[str, Any] = signing.loads(signed, salt=SALT, max_age=LIFE)
    except signing.BadSignature as error:
        raise Refused("stale_preview") from error
    if found.pop("account") != account.pk:
        raise Refused("stale_preview")
    return found


def once_of(signed: str) -> str:
    """By which the same preview is known again."""
    return sha256(signed.encode()).hexdigest()
