"""Making a subscription: its first period, its first invoice, and whether that is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.stripe.changing import distinct, new_item, recurring_price, step_of
from local.stripe.charging import collect, method_for
from local.stripe.errors import declined, invalid
from local.stripe.invoicing import HOUR, draft, finalize, keep_draft
from local.stripe.lines import period_line
from local.stripe.money import days_on, period_after
from local.stripe.routes import clean_metadata
from local.stripe.store import Body
from local.stripe.updating import plan_renewal, reason_of
from local.stripe.wire import listed
from local.stripe.world import ENDED, World

EMPTY = (
    "application", "application_fee_percent", "billing_cycle_anchor_config",
    "billing_thresholds", "cancel_at", "canceled_at", "customer_account", "default_source",
    "ended_at", "latest_invoice", "next_pending_invoice_item_invoice", "on_behalf_of",
    "pause_collection", "pending_invoice_item_interval", "pending_setup_intent",
    "pending_update", "schedule", "transfer_data", "trial_end", "trial_start",
)  # fmt: skip
NOTHING_SAID = {"comment": None, "feedback": None, "reason": None}


def build(world: World, given: Mapping[str, Any]) -> Body:
    """A subscription of these parameters, not kept yet."""
    customer = world.load("customer", given["customer"], param="customer")
    now = world.now()
    items = [
        new_item(world, item, at=f"items[{index}]", period=(now, now))
        for index, item in enumerate(given.get("items") or [])
    ]
    distinct(items)
    currency = world.load("price", items[0]["price"])["currency"]
    _one_currency(world, customer, items, currency)
    mode = (given.get("billing_mode") or {}).get("type", "flexible")
    subscription = world.fresh(
        "sub", "subscription", **dict.fromkeys(EMPTY), automatic_tax=_tax(given),
        billing_cycle_anchor=now, billing_mode=_mode(mode), billing_schedules=[],
        cancel_at_period_end=bool(given.get("cancel_at_period_end")),
        cancellation_details=dict(NOTHING_SAID), currency=currency, customer=customer["id"],
        collection_method=given.get("collection_method") or "charge_automatically",
        days_until_due=given.get("days_until_due"), start_date=now, status="active",
        default_payment_method=given.get("default_payment_method"),
        default_tax_rates=given.get("default_tax_rates") or [], discounts=[],
        description=given.get("description"), test_clock=customer["test_clock"],
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        metadata=clean_metadata(given.get("metadata")), trial_settings=_trial_settings(given),
        payment_settings=_payment_settings(given),
    )  # fmt: skip
    for item in items:
        item["subscription"] = subscription["id"]
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    subscription["items"] = listed(items, url) | {"total_count": len(items)}
    _set_periods(world, subscription, given)
    return subscription


def _one_currency(world: World, customer: Body, items: list[Body], currency: str) -> None:
    for item in items:
        recurring_price(world, item["price"], at="items")
        if world.load("price", item["price"])["currency"] != currency:
            raise invalid("All prices of a subscription must be in one currency.", "items")
    held = customer["currency"]
    if held and held != currency and _still_bound(world, customer):
        message = f"You cannot combine currencies on a single customer; this one uses {held}."
        raise invalid(message, "currency")


def _still_bound(world: World, customer: Body) -> bool:
    live = world.store.walk("subscription", customer=customer["id"])
    return any(found["status"] not in ENDED for found in live) or bool(customer["balance"])


def _tax(given: Mapping[str, Any]) -> Body:
    enabled = bool((given.get("automatic_tax") or {}).get("enabled"))
    liability = {"type": "self"} if enabled else None
    return {"enabled": enabled, "liability": liability, "disabled_reason": None}


def _mode(kind: str) -> Body:
    flexible = {"proration_discounts": "included"} if kind == "flexible" else None
    return {"type": kind, "flexible": flexible}


def _trial_settings(given: Mapping[str, Any]) -> Body:
    behaviour = (given.get("trial_settings") or {}).get("end_behavior") or {}
    wanted = behaviour.get("missing_payment_method", "create_invoice")
    return {"end_behavior": {"missing_payment_method": wanted}}


def _payment_settings(given: Mapping[str, Any]) -> Body:
    plain = {"payment_method_options": None, "payment_method_types": None}
    return plain | {"save_default_payment_method": "off"} | (given.get("payment_settings") or {})


def _set_periods(world: World, subscription: Body, given: Mapping[str, Any]) -> None:
    now, items = subscription["created"], subscription["items"]["data"]
    end = period_after(now, now, step_of(world, items))
    trial_end = given.get("trial_end")
    if given.get("trial_period_days"):
        trial_end = days_on(now, given["trial_period_days"])
    if trial_end and trial_end != "now":
        if trial_end <= now:
            raise invalid("Invalid timestamp: can't be in the past.", "trial_end")
        subscription |= {
            "trial_start": now, "trial_end": trial_end, "status": "trialing",
            "billing_cycle_anchor": trial_end,
        }  # fmt: skip
        end = trial_end
    for item in items:
        item |= {"current_period_start": now, "current_period_end": end}


def start(world: World, subscription: Body, *, behaviour: str, method: Body | None = None) -> Body:
    """Keep it, bill its first period, and say what became of it.

    With ``method`` the customer is present and has confirmed whatever the bank asked.
    """
    trial = subscription["status"] == "trialing"
    period = (subscription["created"], subscription["items"]["data"][0]["current_period_end"])
    lines = [
        period_line(world, subscription, item, period=period, free=trial)
        for item in subscription["items"]["data"]
    ]
    invoice = draft(world, subscription, lines, reason="subscription_create", period=period)
    subscription["latest_invoice"] = invoice["id"]
    charged = subscription["collection_method"] == "charge_automatically" and not trial
    if charged:
        subscription["status"] = "incomplete"
    world.store.put(subscription)
    plan_renewal(world, subscription)
    if trial:
        world.plan(max(subscription["trial_end"] - 3 * 86400, world.now()), "will_end",
                   subscription)  # fmt: skip
    _first_invoice(world, subscription, invoice, charged=charged or trial, behaviour=behaviour,
                   method=method)  # fmt: skip
    return world.load("subscription", subscription["id"])


def _first_invoice(
    world: World, subscription: Body, invoice: Body, *, charged: bool, behaviour: str,
    method: Body | None,
) -> None:  # fmt: skip
    if not charged:
        world.emit("customer.subscription.created", subscription)
        keep_draft(world, invoice)
        return
    world.save(invoice, "invoice.created", parent=subscription["id"])
    finalize(world, invoice)
    world.emit("customer.subscription.created", subscription)
    if behaviour != "default_incomplete" or not invoice["amount_due"]:
        if invoice["amount_due"] and method is None and method_for(world, invoice) is None:
            message = (
                "This customer has no attached payment source or default payment method. Please"
                " consider adding a default payment method."
            )
            raise invalid(message, code="resource_missing")
        outcome = collect(world, invoice, method=method, confirmed=method is not None)
        if outcome != "paid" and behaviour == "error_if_incomplete":
            raise declined(reason_of(outcome))
    stored = world.load("subscription", subscription["id"])
    if stored["status"] == "incomplete":
        world.plan(world.now() + 23 * HOUR, "incomplete", stored)
