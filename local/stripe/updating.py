"""Carrying a change out: at once, or once its invoice is paid, or not at all."""

from __future__ import annotations

from typing import Any

from local.stripe.changing import Change, Changed, change
from local.stripe.charging import after_failure, collect
from local.stripe.errors import declined, invalid
from local.stripe.invoicing import (
    HOUR,
    draft,
    finalize,
    keep_draft,
    keep_pending,
    pending_items,
    take_pending,
)
from local.stripe.store import Body
from local.stripe.world import ENDED, World

WAITS = 23 * HOUR
PENDING = ("items", "metadata", "cancel_at_period_end", "trial_end", "billing_cycle_anchor")
#: What may stand beside `pending_if_incomplete`: anything else could not wait for the payment.
ALLOWED = {*PENDING, "payment_behavior", "proration_behavior", "proration_date", "expand",
           "off_session", "discounts", "add_invoice_items"}  # fmt: skip


def check_allowed(params: Any) -> None:
    """Refuse what cannot be pending."""
    for name in params:
        if name not in ALLOWED:
            message = (
                "When `payment_behavior` is set to `pending_if_incomplete`, only attributes that"
                f" pending updates support may be given; `{name}` is none of them."
            )
            raise invalid(message, name)


def bill(world: World, before: Body, asked: Change) -> tuple[Changed, Body | None]:
    """The change, and the invoice that it makes at once, worked out but not kept."""
    done = change(world, before, asked)
    at_once = asked.behaviour == "always_invoice" and done.prorations
    if not at_once and not done.full:
        return done, None
    waiting = [item["_line"] for item in pending_items(world, before["id"])]
    lines = [*waiting, *done.prorations, *done.full]
    item = done.subscription["items"]["data"][0]
    period = (item["current_period_start"], item["current_period_end"])
    subscription = done.subscription if done.reset else before
    return done, draft(world, subscription, lines, reason="subscription_update", period=period)


def carry_out(world: World, before: Body, asked: Change, *, behaviour: str, wanted: Body) -> Body:
    """Change, charge, keep. ``wanted`` are the other fields that change with it."""
    done, invoice = bill(world, before, asked)
    if invoice is None:
        after = done.subscription | wanted
        if asked.behaviour != "none":
            keep_pending(world, after, done.prorations)
        return keep(world, after)
    drop_pending(world, before)
    if behaviour == "pending_if_incomplete":
        return _once_paid(world, before, asked, invoice, wanted)
    after = done.subscription | wanted | {"latest_invoice": invoice["id"]}
    world.store.put(after)
    _charge(world, before, invoice, behaviour)
    kept = world.load("subscription", before["id"])
    if kept["status"] in ENDED:  # no attempt was left for the failing card
        return kept
    world.store.put(before)  # so that one event tells of the change and of what came of it
    return keep(world, after | {"status": kept["status"]})


def _charge(world: World, before: Body, invoice: Body, behaviour: str) -> None:
    """Finalise and collect; what fails follows the asked-for behaviour."""
    take_pending(world, before["id"], invoice=invoice["id"])
    invoice["auto_advance"] = before["collection_method"] == "charge_automatically"
    if before["collection_method"] == "send_invoice":
        keep_draft(world, invoice | {"auto_advance": True})
        return
    world.save(invoice, "invoice.created", parent=before["id"])
    finalize(world, invoice)
    if behaviour == "default_incomplete" and invoice["amount_due"]:
        return
    outcome = collect(world, invoice)
    if outcome == "paid":
        return
    if behaviour == "error_if_incomplete":
        raise declined(reason_of(outcome))
    after_failure(world, invoice)


def reason_of(outcome: str) -> str:
    """The decline that a failed attempt is told as."""
    told = {"no_card": "generic_decline", "requires_action": "authentication_required"}
    return told.get(outcome, outcome)


def _once_paid(world: World, before: Body, asked: Change, invoice: Body, wanted: Body) -> Body:
    """The change waits in `pending_update` until its invoice is paid, for 23 hours at most."""
    end = before["items"]["data"][0]["current_period_end"]
    items = change(world, before, asked).subscription["items"]["data"]
    expires = min(world.now() + WAITS, end)
    before = before | {
        "latest_invoice": invoice["id"],
        "pending_update": {
            "billing_cycle_anchor": None, "expires_at": expires, "subscription_items": items,
            "trial_end": None, "trial_from_plan": None, "discount": None, "discounts": None,
            "metadata": wanted.get("metadata"), "_invoice": invoice["id"], "_wanted": wanted,
            "cancel_at_period_end": wanted.get("cancel_at_period_end"),
            "_asked": {"items": asked.items, "anchor_now": asked.anchor_now},
        },
    }  # fmt: skip
    stored = world.load("subscription", before["id"])
    world.store.put(before)
    take_pending(world, before["id"], invoice=invoice["id"])
    invoice["auto_advance"] = False
    world.save(invoice, "invoice.created", parent=before["id"])
    finalize(world, invoice)
    outcome = collect(world, invoice)
    after = world.load("subscription", before["id"])
    if outcome != "paid":
        world.plan(expires, "pending_update", after)
        world.store.put(stored)
        return world.save(after, "customer.subscription.updated")
    return after


def apply_pending(world: World, subscription: Body) -> Body:
    """Its invoice is paid: what waited is done, without another charge."""
    waiting = subscription["pending_update"]
    asked = Change(waiting["_asked"]["items"], "none", anchor_now=waiting["_asked"]["anchor_now"])
    after = change(world, subscription, asked).subscription
    after |= (waiting["_wanted"] or {}) | {"pending_update": None}
    late = world.store.run("SELECT 1 FROM due WHERE kind = 'pending_update' AND target = ?",
                           subscription["id"])  # fmt: skip
    world.unplan("pending_update", subscription)
    after = keep(world, after)
    if late:
        world.emit("customer.subscription.pending_update_applied", after)
    return after


def drop_pending(world: World, subscription: Body) -> None:
    """What waited is not done: its invoice is void."""
    waiting = subscription["pending_update"]
    if not waiting:
        return
    subscription["pending_update"] = None
    world.unplan("pending_update", subscription)
    invoice = world.store.get(waiting["_invoice"])
    if invoice and invoice["status"] == "open":
        void(world, invoice)
    world.store.put(subscription)


def expire_pending(world: World, key: str) -> None:
    """The 23 hours are over."""
    subscription = world.load("subscription", key)
    waiting = subscription["pending_update"]
    if waiting:
        drop_pending(world, subscription)
        world.emit(
            "customer.subscription.updated", subscription, {"pending_update": _told(waiting)}
        )
        world.emit("customer.subscription.pending_update_expired", subscription)


def _told(waiting: Body) -> Body:
    return {name: value for name, value in waiting.items() if not name.startswith("_")}


def void(world: World, invoice: Body) -> Body:
    """It is owed no longer; credit that it took is given back."""
    from local.stripe.customers import move_balance

    taken = invoice["ending_balance"] - invoice["starting_balance"]
    if invoice["total"] > 0 and taken:
        move_balance(
            world, invoice["customer"], -taken, currency=invoice["currency"],
            kind="unapplied_from_invoice", invoice=invoice["id"],
        )  # fmt: skip
    world.unplan("retry", invoice)
    moments = invoice["status_transitions"] | {"voided_at": world.now()}
    invoice |= {"status": "void", "status_transitions": moments, "next_payment_attempt": None}
    return world.save(invoice, "invoice.voided")


def keep(world: World, subscription: Body) -> Body:
    """Keep it, and plan when it renews."""
    saved = world.save(subscription, "customer.subscription.updated")
    plan_renewal(world, saved)
    return saved


def plan_renewal(world: World, subscription: Body) -> None:
    """At the end of the period, or at the moment at which it is cancelled."""
    for item in subscription["items"]["data"]:
        world.store.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
                        f"item:{item['id']}", f'"{subscription["id"]}"')  # fmt: skip
    if subscription["status"] in {"canceled", "incomplete_expired", "paused"}:
        world.unplan("renew", subscription)
        return
    world.plan(subscription["items"]["data"][0]["current_period_end"], "renew", subscription)
    if subscription["cancel_at"] and not subscription["cancel_at_period_end"]:
        world.plan(subscription["cancel_at"], "cancel", subscription)
    else:
        world.unplan("cancel", subscription)
