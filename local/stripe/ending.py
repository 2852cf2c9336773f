"""The end of a subscription: now, at the end of its period, or because nothing was ever paid."""

from __future__ import annotations

from local.stripe.changing import step_of
from local.stripe.charging import collect
from local.stripe.invoicing import draft, finalize, keep_pending
from local.stripe.lines import cost, proration_line
from local.stripe.money import share
from local.stripe.store import Body
from local.stripe.updating import drop_pending, void
from local.stripe.world import World


def cancel_now(
    world: World,
    subscription: Body,
    *,
    reason: str | None = "cancellation_requested",
    prorate: bool = False,
    invoice_now: bool = False,
    details: Body | None = None,
) -> Body:
    """It ends; what is unused is given back when asked for."""
    from local.stripe.phases import let_go

    drop_pending(world, subscription)
    let_go(world, subscription)
    if prorate:
        _give_back(world, subscription, invoice_now=invoice_now)
    now = world.now()
    told = subscription["cancellation_details"] | {"reason": reason} | (details or {})
    subscription |= {
        "status": "canceled", "ended_at": now, "cancellation_details": told, "schedule": None,
        "canceled_at": subscription["canceled_at"] or now, "pending_update": None,
    }  # fmt: skip
    for kind in ("renew", "cancel", "incomplete", "will_end"):
        world.unplan(kind, subscription)
    _stop_asking(world, subscription)
    world.store.put(subscription)
    world.emit("customer.subscription.deleted", subscription)
    return subscription


def _give_back(world: World, subscription: Body, *, invoice_now: bool) -> None:
    """What is unused becomes credit: by an invoice of its own, or with the next one."""
    lines = _unused(world, subscription)
    if lines and invoice_now:
        invoice = draft(world, subscription, lines, reason="subscription_update")
        world.save(invoice, "invoice.created", parent=subscription["id"])
        collect(world, finalize(world, invoice))
        subscription["latest_invoice"] = invoice["id"]
    elif lines:
        keep_pending(world, subscription, lines)


def _unused(world: World, subscription: Body) -> list[Body]:
    step_of(world, subscription["items"]["data"])
    now, lines = world.now(), []
    for item in subscription["items"]["data"]:
        start, end = item["current_period_start"], item["current_period_end"]
        amount = -share(cost(world, item), end - now, end - start)
        lines.append(proration_line(world, subscription, item, amount=amount, period=(now, end)))
    return [entry for entry in lines if entry["amount"]]


def _stop_asking(world: World, subscription: Body) -> None:
    """Open invoices stay owed, but no card is tried for them any more."""
    for invoice in world.store.all("invoice", parent=subscription["id"]):
        if invoice["status"] in {"open", "draft"} and invoice["auto_advance"]:
            world.unplan("retry", invoice)
            world.unplan("finalize", invoice)
            changes = {"auto_advance": False, "next_payment_attempt": None}
            world.save(invoice | changes, "invoice.updated")


def expire_incomplete(world: World, key: str) -> None:
    """Nobody paid the first invoice within 23 hours."""
    subscription = world.load("subscription", key)
    if subscription["status"] != "incomplete":
        return
    invoice = world.store.get(subscription["latest_invoice"] or "")
    if invoice and invoice["status"] == "open":
        void(world, invoice)
    world.unplan("renew", subscription)
    changes = {"status": "incomplete_expired", "ended_at": world.now()}
    world.save(subscription | changes, "customer.subscription.updated")
