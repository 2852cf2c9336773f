"""Lines of invoices: what a period costs, what a change in the middle of one costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.stripe.money import contained, day_of, percent
from local.stripe.store import Body
from local.stripe.world import World, new_id

Period = tuple[int, int]


def line(
    world: World,
    subscription: Body,
    item: Mapping[str, Any],
    *,
    amount: int,
    period: Period,
    text: str,
    proration: bool = False,
) -> Body:
    """One line; of which invoice is said later."""
    price = world.load("price", item["price"])
    details = {
        "invoice_item": None, "proration": proration, "subscription": subscription["id"],
        "subscription_item": item["id"],
        "proration_details": {"credited_items": None} if proration else None,
    }  # fmt: skip
    parent = {
        "type": "subscription_item_details",
        "subscription_item_details": details,
        "invoice_item_details": None,
    }
    body = bare_line(subscription["currency"], amount, period=period, text=text)
    body["metadata"] = {} if proration else dict(subscription["metadata"])
    body |= {"parent": parent, "pricing": pricing(price), "quantity": item["quantity"]}
    body |= {"subscription": subscription["id"], "quantity_decimal": str(item["quantity"])}
    return tax_line(world, body, rates=item["tax_rates"] or subscription["default_tax_rates"])


def bare_line(currency: str, amount: int, *, period: Period, text: str) -> Body:
    """A line that belongs to nothing yet."""
    return {
        "id": new_id("il"), "object": "line_item", "amount": amount, "currency": currency,
        "description": text, "discount_amounts": [], "discountable": True, "discounts": [],
        "invoice": None, "livemode": False, "metadata": {}, "parent": None,
        "period": {"start": period[0], "end": period[1]}, "pretax_credit_amounts": [],
        "pricing": None, "quantity": 1, "quantity_decimal": "1", "subscription": None,
        "subtotal": amount, "taxes": [],
    }  # fmt: skip


def pricing(price: Body) -> Body:
    """By which price a line was worked out."""
    named = {"price": price["id"], "product": price["product"]}
    decimal = price["unit_amount_decimal"]
    return {"type": "price_details", "price_details": named, "unit_amount_decimal": decimal}


def tax_line(world: World, body: Body, *, rates: list[str]) -> Body:
    """Work out every tax of a line by itself."""
    taxes = []
    for rate in (world.load("tax_rate", key) for key in rates):
        rule = contained if rate["inclusive"] else percent
        taxes.append(
            {
                "amount": rule(body["amount"], rate["percentage"]),
                "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
                "tax_rate_details": {"tax_rate": rate["id"]},
                "taxability_reason": "standard_rated", "taxable_amount": body["amount"],
                "type": "tax_rate_details",
            }
        )  # fmt: skip
    return body | {"taxes": taxes}


def cost(world: World, item: Mapping[str, Any]) -> int:
    """What a whole period of an item costs."""
    price = world.load("price", item["price"])
    return int(price["unit_amount"]) * int(item["quantity"])


def named(world: World, item: Mapping[str, Any]) -> str:
    """`3 × Team`."""
    price = world.load("price", item["price"])
    product = world.load("product", price["product"])
    return f"{item['quantity']} × {product['name']}"


def period_line(
    world: World, subscription: Body, item: Mapping[str, Any], *, period: Period, free: bool = False
) -> Body:
    """A whole period, in advance."""
    price = world.load("price", item["price"])
    unit = f"{price['unit_amount'] / 100:.2f} {price['currency'].upper()}"
    text = f"{named(world, item)} (at {unit} / {price['recurring']['interval']})"
    if free:
        text = f"Trial period for {named(world, item)}"
    amount = 0 if free else cost(world, item)
    return line(world, subscription, item, amount=amount, period=period, text=text)


def proration_line(
    world: World,
    subscription: Body,
    item: Mapping[str, Any],
    *,
    amount: int,
    period: Period,
) -> Body:
    """A part of a period: negative for what is given back."""
    what = "Unused time on" if amount < 0 else "Remaining time on"
    text = f"{what} {named(world, item)} after {day_of(period[0])}"
    return line(world, subscription, item, amount=amount, period=period, text=text, proration=True)
