"""What a change of items does to a subscription, and which lines it makes. Nothing is kept here.

In the flexible mode of billing a change in the middle of a period gives back the unused part of
what was charged (one negative line) and charges the remaining part of what is new (one line). A
change of the interval begins a new period now: the unused part is given back, a whole period
is charged.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from local.stripe.errors import invalid, missing
from local.stripe.lines import cost, period_line, proration_line
from local.stripe.money import Step, period_after, share
from local.stripe.store import Body
from local.stripe.world import World, new_id


@dataclass
class Change:
    """What somebody asks for."""

    items: list[dict[str, Any]] = field(default_factory=list)
    behaviour: str = "create_prorations"
    date: int | None = None
    anchor_now: bool = False


@dataclass
class Changed:
    """The subscription as it would be, and what it would cost."""

    subscription: Body
    prorations: list[Body]
    full: list[Body]
    reset: bool


def new_item(world: World, given: dict[str, Any], *, at: str, period: tuple[int, int]) -> Body:
    """An item of a price."""
    price = recurring_price(world, given.get("price"), at=at)
    quantity = given.get("quantity")
    return {
        "id": new_id("si"), "object": "subscription_item", "billing_thresholds": None,
        "created": world.now(), "current_period_start": period[0],
        "current_period_end": period[1], "discounts": [], "metadata": given.get("metadata") or {},
        "price": price["id"], "quantity": 1 if quantity is None else quantity,
        "subscription": None, "tax_rates": given.get("tax_rates") or [],
    }  # fmt: skip


def recurring_price(world: World, key: str | None, *, at: str) -> Body:
    """A price that can be subscribed to."""
    if not key:
        raise invalid(f"Missing required param: {at}[price].", f"{at}[price]")
    price = world.store.get(key)
    if price is None or price["object"] != "price":
        raise missing("price", key, param=f"{at}[price]")
    if price["recurring"] is None:
        raise invalid("The price specified is set to `type=one_time`.", f"{at}[price]")
    if not price["active"]:
        raise invalid("The price specified is inactive.", f"{at}[price]")
    return price


def step_of(world: World, items: list[Body]) -> Step:
    """The interval of all items."""
    found = {_step(world.load("price", item["price"])) for item in items}
    if len(found) != 1:
        raise invalid("The simulator wants one interval for all items.", "items")
    return found.pop()


def _step(price: Body) -> Step:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def change(world: World, before: Body, asked: Change) -> Changed:
    """The subscription after the change and the lines that it makes."""
    after = new_items(world, before, asked.items)
    old, new = before["items"]["data"], after["items"]["data"]
    reset = asked.anchor_now or step_of(world, old) != step_of(world, new)
    if before["status"] in {"trialing", "paused"}:
        return Changed(after, [], [], False)
    date = _date(world, before, asked.date)
    prorate = asked.behaviour != "none"
    prorations = _prorations(world, before, new, date=date, reset=reset) if prorate else []
    full = _restart(world, after) if reset else []
    return Changed(after, prorations, full, reset)


def new_items(world: World, before: Body, asked: list[dict[str, Any]]) -> Body:
    """A copy of the subscription with the items that it is to have."""
    after = copy.deepcopy(before)
    after["items"]["data"] = _items(world, after, asked)
    after["items"]["total_count"] = len(after["items"]["data"])
    _same_currency(world, after)
    return after


def _items(world: World, subscription: Body, asked: list[dict[str, Any]]) -> list[Body]:
    items: list[Body] = subscription["items"]["data"]
    for index, given in enumerate(asked):
        at = f"items[{index}]"
        if not given.get("id"):
            first = items[0]
            period = (first["current_period_start"], first["current_period_end"])
            items.append(new_item(world, given, at=at, period=period))
            items[-1]["subscription"] = subscription["id"]
            continue
        found = next((item for item in items if item["id"] == given["id"]), None)
        if found is None:
            raise missing("subscription_item", given["id"], param=f"{at}[id]")
        if given.get("deleted"):
            items.remove(found)
            continue
        if given.get("price"):
            found["price"] = recurring_price(world, given["price"], at=at)["id"]
        plain = ("quantity", "metadata", "tax_rates")
        found |= {name: given[name] for name in plain if given.get(name) is not None}
    distinct(items)
    return items


def distinct(items: list[Body]) -> None:
    prices = [item["price"] for item in items]
    if not items:
        raise invalid("A subscription must have at least one active item.", "items")
    if len(set(prices)) != len(prices):
        raise invalid("Subscription already has an item with this price.", "items")


def _same_currency(world: World, subscription: Body) -> None:
    for item in subscription["items"]["data"]:
        currency = world.load("price", item["price"])["currency"]
        if currency != subscription["currency"]:
            message = f"The price is in `{currency}`, the subscription in another currency."
            raise invalid(message, "items")


def _date(world: World, subscription: Body, date: int | None) -> int:
    now = world.now()
    if date is None:
        return now
    item = subscription["items"]["data"][0]
    if not item["current_period_start"] <= date < item["current_period_end"]:
        raise invalid("The proration date must lie within the current period.", "proration_date")
    return date


def _prorations(
    world: World, before: Body, new: list[Body], *, date: int, reset: bool
) -> list[Body]:
    """Back what is unused, charge what remains; of items that stay as they are, nothing."""
    kept = {item["id"]: item for item in new}
    known = {item["id"]: item for item in before["items"]["data"]}
    back = [item for item in known.values() if reset or not _same(item, kept.get(item["id"]))]
    charged = [item for item in new if not reset and not _same(item, known.get(item["id"]))]
    lines = [_part(world, before, item, date=date, sign=-1) for item in back]
    lines += [_part(world, before, item, date=date, sign=1) for item in charged]
    return [entry for entry in lines if entry["amount"]]


def _same(one: Body, other: Body | None) -> bool:
    return other is not None and all(one[name] == other[name] for name in ("price", "quantity"))


def _part(world: World, subscription: Body, item: Body, *, date: int, sign: int) -> Body:
    start, end = item["current_period_start"], item["current_period_end"]
    amount = sign * share(cost(world, item), end - date, end - start)
    return proration_line(world, subscription, item, amount=amount, period=(date, end))


def _restart(world: World, subscription: Body) -> list[Body]:
    """A whole new period from now on."""
    now, items = world.now(), subscription["items"]["data"]
    subscription["billing_cycle_anchor"] = now
    period = (now, period_after(now, now, step_of(world, items)))
    return roll(world, subscription, period)


def roll(world: World, subscription: Body, period: tuple[int, int]) -> list[Body]:
    """The items enter a period; the lines that charge it."""
    for item in subscription["items"]["data"]:
        item |= {"current_period_start": period[0], "current_period_end": period[1]}
    items = subscription["items"]["data"]
    return [period_line(world, subscription, item, period=period) for item in items]


def next_period(world: World, subscription: Body) -> tuple[int, int]:
    """The period after the current one."""
    items = subscription["items"]["data"]
    start = items[0]["current_period_end"]
    return start, period_after(subscription["billing_cycle_anchor"], start, step_of(world, items))
