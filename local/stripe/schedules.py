"""Subscription schedules: what a subscription becomes, phase by phase, without anybody acting."""

from __future__ import annotations

from local.stripe.errors import invalid
from local.stripe.phases import current_of, enter, make_phase, make_phases, release
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import (
    AUTOMATIC_TAX,
    CREATED,
    PAGE,
    anything,
    either,
    metadata,
    natural,
    one_of,
    stamp,
    text,
    yes,
)
from local.stripe.store import Body
from local.stripe.world import ENDED, World

PRORATION = one_of("create_prorations", "always_invoice", "none")
MOMENT = either(stamp, one_of("now"))
PHASE = {
    "items": [{"price": text, "quantity": natural, "metadata": metadata, "tax_rates": [text]}],
    "start_date": MOMENT, "end_date": MOMENT, "proration_behavior": PRORATION,
    "duration": {"interval": one_of("day", "week", "month", "year"), "interval_count": natural},
    "metadata": metadata, "description": text, "default_payment_method": text,
    "collection_method": text, "automatic_tax": AUTOMATIC_TAX, "default_tax_rates": [text],
    "billing_cycle_anchor": one_of("automatic", "phase_start"), "currency": text,
    "invoice_settings": anything,
}  # fmt: skip
END = one_of("release", "cancel", "none", "renew")
UPDATE = {
    "phases": [PHASE], "end_behavior": END, "metadata": metadata,
    "proration_behavior": PRORATION, "default_settings": anything,
}  # fmt: skip


CREATE = {
    "from_subscription": text, "customer": text, "start_date": MOMENT, "billing_mode": anything,
    "phases": [anything], "end_behavior": END, "metadata": metadata, "default_settings": anything,
}  # fmt: skip


@route("POST /v1/subscription_schedules", CREATE)
def create_schedule(call: Call) -> Body:
    """Of a subscription as it is: one phase, its current period."""
    world = call.world
    if call["from_subscription"] is None:
        raise invalid("The simulator makes schedules of subscriptions.", "from_subscription")
    if call["phases"] is not None:
        raise invalid("You cannot set `phases` if `from_subscription` is set.", "phases")
    subscription = world.load("subscription", call["from_subscription"], param="from_subscription")
    if subscription["status"] in ENDED:
        raise invalid("You cannot migrate a subscription that has ended.", "from_subscription")
    if subscription["schedule"]:
        message = "The subscription already has a schedule attached."
        raise invalid(message, "from_subscription")
    schedule = _new(call, subscription)
    world.save(schedule, "subscription_schedule.created", parent=subscription["id"])
    world.save(subscription | {"schedule": schedule["id"]}, "customer.subscription.updated")
    world.plan(schedule["current_phase"]["end_date"], "phase", schedule)
    return schedule


def _new(call: Call, subscription: Body) -> Body:
    item = subscription["items"]["data"][0]
    current = {"start_date": item["current_period_start"], "end_date": item["current_period_end"]}
    settings = {
        "application_fee_percent": None, "billing_cycle_anchor": "automatic",
        "automatic_tax": {"enabled": subscription["automatic_tax"]["enabled"], "liability": None},
        "billing_thresholds": None, "collection_method": subscription["collection_method"],
        "default_payment_method": subscription["default_payment_method"], "description": None,
        "invoice_settings": subscription["invoice_settings"], "on_behalf_of": None,
        "transfer_data": None,
    }  # fmt: skip
    items = [
        {"price": entry["price"], "quantity": entry["quantity"]}
        for entry in subscription["items"]["data"]
    ]
    phase = make_phase(subscription["currency"], {"items": items}) | current
    return call.world.fresh(
        "sub_sched", "subscription_schedule", application=None, canceled_at=None,
        completed_at=None, current_phase=current, customer=subscription["customer"],
        billing_mode=subscription["billing_mode"], default_settings=settings,
        end_behavior=call["end_behavior"] or "release", phases=[phase], released_at=None,
        metadata=clean_metadata(call["metadata"]), released_subscription=None, status="active",
        subscription=subscription["id"], test_clock=subscription["test_clock"],
    )  # fmt: skip


@route("GET /v1/subscription_schedules/{id}")
def retrieve_schedule(call: Call, key: str) -> Body:
    """One schedule."""
    return call.world.load("subscription_schedule", key)


@route("GET /v1/subscription_schedules", PAGE | {
    "customer": text, "created": CREATED, "canceled_at": CREATED, "completed_at": CREATED,
    "released_at": CREATED, "scheduled": yes,
})  # fmt: skip
def list_schedules(call: Call) -> Body:
    """Those of a customer."""
    return page_of(call, "subscription_schedule", customer=call["customer"])


def _active(world: World, key: str, verb: str) -> Body:
    schedule = world.load("subscription_schedule", key)
    if schedule["status"] != "active":
        message = (
            f"You cannot {verb} a subscription schedule that is currently in the"
            f" `{schedule['status']}` status."
        )
        raise invalid(message)
    return schedule


@route("POST /v1/subscription_schedules/{id}", UPDATE)
def update_schedule(call: Call, key: str) -> Body:
    """Other phases; the current one stays the first, and keeps its beginning."""
    world = call.world
    schedule = _active(world, key, "update")
    if call["phases"] is not None:
        schedule["phases"] = make_phases(world, schedule, call["phases"])
        current = current_of(schedule["phases"], world.now())
        span = {name: current[name] for name in ("start_date", "end_date")}
        schedule["current_phase"] = span
    schedule |= call.given("end_behavior")
    merge_metadata(schedule, call)
    world.save(schedule, "subscription_schedule.updated")
    world.plan(schedule["current_phase"]["end_date"], "phase", schedule)
    if call["phases"] is not None:
        how = call["proration_behavior"] or "create_prorations"
        enter(world, schedule, current_of(schedule["phases"], world.now()), how)
    return world.load("subscription_schedule", key)


@route("POST /v1/subscription_schedules/{id}/release", {"preserve_cancel_date": yes})
def release_schedule(call: Call, key: str) -> Body:
    """The subscription goes on as it is now; what was planned is dropped."""
    return release(call.world, _active(call.world, key, "release"))


@route("POST /v1/subscription_schedules/{id}/cancel", {"invoice_now": yes, "prorate": yes})
def cancel_schedule(call: Call, key: str) -> Body:
    """The schedule and its subscription end at once."""
    from local.stripe.ending import cancel_now

    schedule = _active(call.world, key, "cancel")
    subscription = call.world.load("subscription", schedule["subscription"])
    cancel_now(
        call.world, subscription, prorate=call["prorate"] is not False,
        invoice_now=call["invoice_now"] is not False,
    )  # fmt: skip
    return call.world.load("subscription_schedule", key)
