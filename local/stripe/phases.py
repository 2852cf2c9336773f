"""Phases of schedules: what they hold, when they begin, what happens when they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.stripe.changing import Change, new_items, recurring_price, step_of
from local.stripe.errors import invalid
from local.stripe.money import period_after
from local.stripe.routes import clean_metadata
from local.stripe.schema import need
from local.stripe.store import Body
from local.stripe.updating import carry_out
from local.stripe.world import World


def make_phase(currency: str, given: Mapping[str, Any]) -> Body:
    """A phase as it is shown; when it begins and ends is put in by the caller."""
    plain = ("application_fee_percent", "billing_cycle_anchor", "billing_thresholds", "trial_end",
             "collection_method", "default_payment_method", "description", "invoice_settings",
             "on_behalf_of", "transfer_data")  # fmt: skip
    items = [
        {
            "price": item["price"], "quantity": 1 if item.get("quantity") is None else
            item["quantity"], "metadata": clean_metadata(item.get("metadata")), "discounts": [],
            "billing_thresholds": None, "tax_rates": item.get("tax_rates") or [],
        }
        for item in given["items"]
    ]  # fmt: skip
    return {name: given.get(name) for name in plain} | {
        "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
        "add_invoice_items": [], "currency": currency, "discounts": [], "items": items,
        "default_tax_rates": [], "metadata": clean_metadata(given.get("metadata")),
        "proration_behavior": given.get("proration_behavior") or "create_prorations",
    }  # fmt: skip


def make_phases(world: World, schedule: Body, asked: list[dict[str, Any]]) -> list[Body]:
    """Phases with a beginning and an end each, one after the other."""
    subscription = world.load("subscription", schedule["subscription"])
    phases: list[Body] = []
    start = schedule["current_phase"]["start_date"]
    for index, given in enumerate(asked):
        at = f"phases[{index}]"
        need(given, "items", at=at)
        _check_items(world, subscription, given["items"], at)
        begins = _moment(world, given.get("start_date"), start)
        if begins != start:
            message = "The phases must follow each other; the first begins as it did."
            raise invalid(message, f"{at}[start_date]")
        end = _end(world, given, begins, at, last=index == len(asked) - 1)
        phase = make_phase(subscription["currency"], given)
        phases.append(phase | {"start_date": begins, "end_date": end})
        start = end
    if not phases:
        raise invalid("A schedule needs a phase.", "phases")
    current_of(phases, world.now())
    return phases


def _check_items(world: World, subscription: Body, items: list[Body], at: str) -> None:
    for index, item in enumerate(items):
        price = recurring_price(world, item.get("price"), at=f"{at}[items][{index}]")
        if price["currency"] != subscription["currency"]:
            raise invalid("All phases must be in the currency of the subscription.", at)


def _moment(world: World, given: Any, default: int) -> int:
    if given is None:
        return default
    return world.now() if given == "now" else int(given)


def _end(world: World, given: Mapping[str, Any], begins: int, at: str, *, last: bool) -> int:
    if given.get("end_date") is not None:
        end = _moment(world, given["end_date"], begins)
    elif given.get("duration") is not None:
        duration = given["duration"]
        need(duration, "interval", at=f"{at}[duration]")
        step = (duration["interval"], duration.get("interval_count") or 1)
        end = period_after(begins, begins, step)
    elif last:  # a last phase without an end lasts for one of its periods
        price = world.load("price", given["items"][0]["price"])
        rhythm = price["recurring"]
        end = period_after(begins, begins, (rhythm["interval"], rhythm["interval_count"]))
    else:
        raise invalid("Every phase but the last needs `end_date` or `duration`.", at)
    if end <= begins:
        raise invalid("A phase must end after it begins.", f"{at}[end_date]")
    return end


def current_of(phases: list[Body], now: int) -> Body:
    found = next((p for p in phases if p["start_date"] <= now < p["end_date"]), None)
    if found is None:
        raise invalid("One of the phases must be the current one.", "phases")
    return found


def release(world: World, schedule: Body) -> Body:
    """Cut the tie."""
    world.unplan("phase", schedule)
    key = schedule["subscription"]
    subscription = world.load("subscription", key)
    world.save(subscription | {"schedule": None}, "customer.subscription.updated")
    schedule |= {
        "status": "released", "released_at": world.now(), "released_subscription": key,
        "subscription": None, "current_phase": None,
    }  # fmt: skip
    return world.save(schedule, "subscription_schedule.released")


def let_go(world: World, subscription: Body) -> None:
    """The subscription ends, and with it its schedule."""
    if not subscription["schedule"]:
        return
    schedule = world.load("subscription_schedule", subscription["schedule"])
    world.unplan("phase", schedule)
    schedule |= {"status": "canceled", "canceled_at": world.now(), "current_phase": None}
    world.save(schedule, "subscription_schedule.canceled")


def next_phase(world: World, key: str) -> None:
    """A phase is over: the next one begins, or the schedule is done."""
    from local.stripe.ending import cancel_now

    schedule = world.load("subscription_schedule", key)
    if schedule["status"] != "active":
        return
    now = world.now()
    following = [phase for phase in schedule["phases"] if phase["start_date"] == now]
    if following:
        span = {name: following[0][name] for name in ("start_date", "end_date")}
        schedule["current_phase"] = span
        world.save(schedule, "subscription_schedule.updated")
        world.plan(span["end_date"], "phase", schedule)
        enter(world, schedule, following[0], following[0]["proration_behavior"])
    elif schedule["end_behavior"] == "cancel":
        cancel_now(world, world.load("subscription", schedule["subscription"]))
    else:
        release(world, schedule)


def enter(world: World, schedule: Body, phase: Body, how: str) -> None:
    """The subscription gets the items of the phase."""
    before = world.load("subscription", schedule["subscription"])
    asked = Change(items_for(before, phase), how)
    wanted: dict[str, Any] = {}
    if phase["metadata"]:
        wanted["metadata"] = before["metadata"] | phase["metadata"]
    end = before["items"]["data"][0]["current_period_end"]
    if world.now() >= end:  # the renewal of this second charges the new items
        asked.behaviour = "none"
        swap(world, before, asked, wanted)
    else:
        carry_out(world, before, asked, behaviour="allow_incomplete", wanted=wanted)


def items_for(subscription: Body, phase: Body) -> list[dict[str, Any]]:
    """The change of items that leads from the subscription to the phase."""
    old = subscription["items"]["data"]
    changes: list[dict[str, Any]] = []
    for index, item in enumerate(phase["items"]):
        change: dict[str, Any] = {"price": item["price"], "quantity": item["quantity"]}
        if index < len(old):
            change["id"] = old[index]["id"]
        changes.append(change)
    changes += [{"id": item["id"], "deleted": True} for item in old[len(phase["items"]) :]]
    return changes


def swap(world: World, before: Body, asked: Change, wanted: dict[str, Any]) -> None:
    """At the end of a period: other items, nothing to charge for what is over."""
    after = new_items(world, before, asked.items)
    now = world.now()
    old, new = (step_of(world, found["items"]["data"]) for found in (before, after))
    if old != new:
        after["billing_cycle_anchor"] = now
    world.save(after | wanted, "customer.subscription.updated")
