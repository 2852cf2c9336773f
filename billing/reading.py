"""From what the provider told to what we keep. Pure: the same answer gives the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, overload

from billing.catalogue import sold_by

Body = Mapping[str, Any]
#: A subscription that was never paid for, or is over.
NOT_LIVE = frozenset({"incomplete", "incomplete_expired", "canceled"})
NEVER_PAID = frozenset({"incomplete", "incomplete_expired"})
#: What a plan is called that an operator made by hand at the provider.
CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Fetched:
    """Everything that the provider knew of one customer at one moment."""

    began: datetime
    customer: Body
    subscriptions: Sequence[Body]
    invoices: Sequence[Body]
    #: The prices that planned changes name, by id.
    prices: Mapping[str, Body] = field(default_factory=dict)


@overload
def moment(stamp: int) -> datetime: ...
@overload
def moment(stamp: int | None) -> datetime | None: ...
def moment(stamp: int | None) -> datetime | None:
    """A moment of the provider."""
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


def id_of(value: Any) -> str:
    """The id of something that came as an id, whole, or not at all."""
    if isinstance(value, Mapping):
        return str(value.get("id") or "")
    return str(value or "")


def item_of(subscription: Body) -> Body:
    """The one position of a subscription; period, price and quantity stand there."""
    found: Body = subscription["items"]["data"][0]
    return found


def is_live(subscription: Body) -> bool:
    """Whether it counts: somebody paid for it, and it is not over."""
    return subscription["status"] not in NOT_LIVE


def live_of(subscriptions: Sequence[Body]) -> list[Body]:
    """Those that count, the newest first."""
    rows = [row for row in subscriptions if is_live(row)]
    return sorted(rows, key=lambda row: (row["created"], row["id"]), reverse=True)


def price_values(price: Body) -> dict[str, Any]:
    """What a price is a price of."""
    sold = sold_by(str(price.get("lookup_key") or ""))
    return {
        "plan": sold.plan if sold else CUSTOM,
        "interval": price["recurring"]["interval"],
        "currency": str(price["currency"]).upper(),
        "unit_amount": int(price["unit_amount"] or 0),
    }


def subscription_values(fetched: Fetched, body: Body) -> dict[str, Any]:
    """The columns of a subscription's row."""
    item = item_of(body)
    end = moment(item["current_period_end"])
    return {
        **price_values(item["price"]),
        **_then(fetched, body),
        **_pending(body),
        "status": body["status"],
        "item": item["id"],
        "seats": int(item.get("quantity") or 0),
        "period_start": moment(item["current_period_start"]),
        "period_end": end,
        "cancel_at": _cancel_at(body, end),
        "ended_at": moment(body.get("ended_at")),
        "past_due_since": past_due_since(body, fetched.invoices),
        "started_at": moment(body["created"]),
    }


def _cancel_at(body: Body, end: datetime | None) -> datetime | None:
    if body["status"] in NOT_LIVE:
        return None
    planned = moment(body.get("cancel_at"))
    return planned or (end if body.get("cancel_at_period_end") else None)


def past_due_since(body: Body, invoices: Sequence[Body]) -> datetime | None:
    """Since when money is owed: the oldest open invoice for which somebody was asked in vain."""
    if body["status"] not in ("past_due", "unpaid"):
        return None
    pending = id_of(body.get("latest_invoice")) if body.get("pending_update") else ""
    owed = [
        row["status_transitions"]["finalized_at"] or row["created"]
        for row in invoices
        if row["status"] == "open"
        and row["attempt_count"] > 0
        and row["id"] != pending
        and subscription_of(row) == body["id"]
    ]
    return moment(min(owed, default=None))


def subscription_of(invoice: Body) -> str:
    """Which subscription an invoice is for; empty when for none."""
    parent = invoice.get("parent") or {}
    return id_of((parent.get("subscription_details") or {}).get("subscription"))


def _pending(body: Body) -> dict[str, Any]:
    pending = body.get("pending_update") or {}
    items = pending.get("subscription_items") or [{}]
    return {
        "pending_seats": items[0].get("quantity"),
        "pending_until": moment(pending.get("expires_at")),
    }


def _then(fetched: Fetched, body: Body) -> dict[str, Any]:
    """What a schedule plans for the end of the running period."""
    schedule = body.get("schedule")
    blank = {"then_plan": "", "then_interval": "", "then_seats": None, "then_at": None}
    phase = next_phase(body)
    if phase is None:
        return {"schedule": id_of(schedule), **blank}
    item = phase["items"][0]
    price = price_values(fetched.prices[id_of(item["price"])])
    return {
        "schedule": id_of(schedule),
        "then_plan": price["plan"],
        "then_interval": price["interval"],
        "then_seats": int(item.get("quantity") or 0),
        "then_at": moment(phase["start_date"]),
    }


def next_phase(body: Body) -> Body | None:
    """The part of the schedule that has not begun yet."""
    schedule = body.get("schedule")
    if not isinstance(schedule, Mapping) or schedule.get("status") not in ("active", "not_started"):
        return None
    now = (schedule.get("current_phase") or {}).get("start_date", 0)
    later = [row for row in schedule.get("phases") or () if row["start_date"] > now]
    return min(later, key=lambda row: row["start_date"], default=None)


def planned_prices(subscriptions: Sequence[Body]) -> Iterator[str]:
    """The ids of the prices that schedules name; they come as ids only."""
    for body in subscriptions:
        phase = next_phase(body)
        if phase is not None:
            yield id_of(phase["items"][0]["price"])


def invoice_values(body: Body) -> dict[str, Any]:
    """The columns of an invoice's row."""
    steps = body["status_transitions"]
    credited = (body.get("pre_payment_credit_notes_amount") or 0) + (
        body.get("post_payment_credit_notes_amount") or 0
    )
    return {
        "subscription": subscription_of(body),
        "number": body.get("number") or "",
        "status": body["status"] or "draft",
        "reason": body.get("billing_reason") or "",
        "currency": str(body["currency"]).upper(),
        "total": body["total"],
        "tax": sum(row["amount"] for row in body.get("total_taxes") or ()),
        "amount_due": body["amount_due"],
        "amount_paid": body["amount_paid"],
        "credited": credited,
        "hosted_url": body.get("hosted_invoice_url") or "",
        "pdf_url": body.get("invoice_pdf") or "",
        "attempts": body["attempt_count"],
        "finalized_at": moment(steps["finalized_at"]),
        "paid_at": moment(steps["paid_at"]),
        "due_at": moment(body.get("due_date")),
        "created_at": moment(body["created"]),
    }


def details_of(fetched: Fetched) -> dict[str, Any]:
    """Name, address, mail, tax number and the card's last digits."""
    customer = fetched.customer
    ids = (customer.get("tax_ids") or {}).get("data") or []
    address = customer.get("address") or {}
    first = ids[0] if ids else {}
    return {
        "name": customer.get("name") or "",
        "email": customer.get("email") or "",
        "address": {key: value for key, value in address.items() if value},
        "tax_id": {"type": first["type"], "value": first["value"]} if first else {},
        "card": _card(fetched),
    }


def _card(fetched: Fetched) -> dict[str, Any]:
    """The card that the next payment is taken from."""
    live = live_of(fetched.subscriptions)
    settings = fetched.customer.get("invoice_settings") or {}
    own = live[0].get("default_payment_method") if live else None
    method = own or settings.get("default_payment_method")
    card = method.get("card") if isinstance(method, Mapping) else None
    if not card:
        return {}
    return {name: card[name] for name in ("brand", "last4", "exp_month", "exp_year")}
