"""Products, prices with lookup keys, tax rates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.stripe.errors import invalid
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import (
    CREATED,
    PAGE,
    anything,
    decimal_text,
    metadata,
    natural,
    need,
    one_of,
    text,
    yes,
)
from local.stripe.store import Body

PRODUCT = {
    "active": yes, "description": text, "images": [text], "metadata": metadata, "name": text,
    "tax_code": text, "unit_label": text, "url": text, "statement_descriptor": text,
    "marketing_features": [{"name": text}], "shippable": yes,
}  # fmt: skip
BEHAVIOUR = one_of("exclusive", "inclusive", "unspecified")
RECURRING = {
    "interval": one_of("day", "week", "month", "year"),
    "interval_count": natural,
    "usage_type": one_of("licensed"),
}
PRICE = {
    "active": yes, "lookup_key": text, "metadata": metadata, "nickname": text,
    "tax_behavior": BEHAVIOUR, "transfer_lookup_key": yes,
}  # fmt: skip
NESTED = ("active", "metadata", "name", "statement_descriptor", "tax_code", "unit_label")
NEW_PRICE = PRICE | {
    "currency": text, "product": text, "unit_amount": natural, "recurring": RECURRING,
    "unit_amount_decimal": decimal_text, "billing_scheme": one_of("per_unit"),
    "product_data": {name: PRODUCT[name] for name in NESTED} | {"id": text},
}  # fmt: skip


@route("POST /v1/products", PRODUCT | {"id": text, "default_price_data": anything}, needs=("name",))
def create_product(call: Call) -> Body:
    """A product; its id may be chosen."""
    if call["default_price_data"] is not None:
        raise invalid("The simulator makes prices by themselves.", "default_price_data")
    return _create_product(call, call.params)


def _create_product(call: Call, given: Mapping[str, Any]) -> Body:
    key = given.get("id")
    if key and call.world.store.get(key):
        raise invalid(f"Product already exists: {key}", "id", code="resource_already_exists")
    plain = ("description", "unit_label", "tax_code", "url", "statement_descriptor", "shippable")
    product = call.world.fresh(
        "prod", "product", active=given.get("active", True), default_price=None,
        images=given.get("images", []), marketing_features=given.get("marketing_features", []),
        metadata=clean_metadata(given.get("metadata")), name=given["name"], type="service",
        package_dimensions=None, updated=call.world.now(),
        **{name: given.get(name) for name in plain},
    )  # fmt: skip
    return call.world.save(product | ({"id": key} if key else {}), "product.created")


@route("GET /v1/products", PAGE | {"active": yes, "ids": [text], "created": CREATED})
def list_products(call: Call) -> Body:
    """All, or some by id."""

    def keep(product: Body) -> bool:
        active = call["active"] is None or product["active"] == call["active"]
        return active and (call["ids"] is None or product["id"] in call["ids"])

    return page_of(call, "product", keep=keep)


@route("GET /v1/products/{id}")
def retrieve_product(call: Call, key: str) -> Body:
    """One product."""
    return call.world.load("product", key)


@route("POST /v1/products/{id}", PRODUCT | {"default_price": text})
def update_product(call: Call, key: str) -> Body:
    """Change what it is called or whether it is sold."""
    product = call.world.load("product", key)
    product |= call.given(*(name for name in PRODUCT if name != "metadata"), "default_price")
    merge_metadata(product, call)
    if product != call.world.store.get(key):
        product["updated"] = call.world.now()
    return call.world.save(product, "product.updated")


@route("POST /v1/prices", NEW_PRICE, needs=("currency",))
def create_price(call: Call) -> Body:
    """An amount per unit and interval; it never changes afterwards."""
    if call["product_data"]:
        product = _create_product(call, call["product_data"])
    else:
        need(call.params, "product")
        product = call.world.load("product", call["product"], param="product")
    amount = _amount(call)
    recurring = call["recurring"]
    if recurring is not None:
        need(recurring, "interval", at="recurring")
        recurring = {"interval_count": 1, "meter": None, "usage_type": "licensed"} | recurring
    price = call.world.fresh(
        "price", "price", active=call.params.get("active", True), billing_scheme="per_unit",
        currency=call["currency"].lower(), custom_unit_amount=None, lookup_key=None,
        metadata=clean_metadata(call["metadata"]), nickname=call["nickname"],
        product=product["id"], recurring=recurring, tiers_mode=None, transform_quantity=None,
        tax_behavior=call["tax_behavior"] or "unspecified", unit_amount=amount,
        type="recurring" if recurring else "one_time", unit_amount_decimal=str(amount),
    )  # fmt: skip
    price["lookup_key"] = _take_lookup_key(call)
    return call.world.save(price, "price.created", parent=product["id"])


def _amount(call: Call) -> int:
    exact = call["unit_amount_decimal"]
    if exact is None:
        need(call.params, "unit_amount")
        return int(call["unit_amount"])
    if Decimal(exact) != int(Decimal(exact)):
        raise invalid("The simulator knows whole units only.", "unit_amount_decimal")
    return int(Decimal(exact))


def _take_lookup_key(call: Call) -> str | None:
    """One price holds a lookup key; another takes it over when told to."""
    key = call["lookup_key"]
    if not key:
        return None
    holder = next((p for p in call.world.store.walk("price") if p["lookup_key"] == key), None)
    if holder is not None:
        if not call["transfer_lookup_key"]:
            message = f"A price (`{holder['id']}`) already uses that lookup key."
            raise invalid(message, "lookup_key")
        call.world.save(holder | {"lookup_key": None}, "price.updated")
    return str(key)


@route(
    "GET /v1/prices",
    PAGE
    | {
        "active": yes, "lookup_keys": [text], "product": text, "currency": text,
        "type": one_of("recurring", "one_time"), "recurring": anything, "created": CREATED,
    },
)  # fmt: skip
def list_prices(call: Call) -> Body:
    """All, or those of a product, a currency, some lookup keys."""
    if len(call["lookup_keys"] or []) > 10:
        raise invalid("You may name up to 10 lookup keys.", "lookup_keys")
    wanted = {name: call[name] for name in ("active", "product", "currency", "type")}
    exact = {name: value for name, value in wanted.items() if value is not None}

    def keep(price: Body) -> bool:
        keys = call["lookup_keys"]
        named = keys is None or price["lookup_key"] in keys
        return named and all(price[name] == value for name, value in exact.items())

    return page_of(call, "price", keep=keep)


@route("GET /v1/prices/{id}")
def retrieve_price(call: Call, key: str) -> Body:
    """One price."""
    return call.world.load("price", key)


@route("POST /v1/prices/{id}", PRICE)
def update_price(call: Call, key: str) -> Body:
    """Archive it, name it, give it a lookup key: the amount stays."""
    price = call.world.load("price", key)
    if call["lookup_key"] and call["lookup_key"] != price["lookup_key"]:
        price["lookup_key"] = _take_lookup_key(call)
    elif call["lookup_key"] == "":
        price["lookup_key"] = None
    price |= call.given("active", "nickname", "tax_behavior")
    merge_metadata(price, call)
    return call.world.save(price, "price.updated")


RATE = {
    "active": yes, "country": text, "description": text, "display_name": text,
    "jurisdiction": text, "metadata": metadata, "state": text, "tax_type": text,
}  # fmt: skip


@route(
    "POST /v1/tax_rates",
    RATE | {"percentage": decimal_text, "inclusive": yes},
    needs=("display_name", "percentage", "inclusive"),
)
def create_tax_rate(call: Call) -> Body:
    """A percentage that invoices add or contain."""
    plain = ("country", "description", "jurisdiction", "state", "tax_type")
    rate = call.world.fresh(
        "txr", "tax_rate", active=call.params.get("active", True),
        display_name=call["display_name"], percentage=float(call["percentage"]),
        effective_percentage=float(call["percentage"]), inclusive=call["inclusive"],
        metadata=clean_metadata(call["metadata"]), flat_amount=None, rate_type="percentage",
        jurisdiction_level=None, **{name: call[name] for name in plain},
    )  # fmt: skip
    return call.world.save(rate, "tax_rate.created")


@route("GET /v1/tax_rates", PAGE | {"active": yes, "inclusive": yes, "created": CREATED})
def list_tax_rates(call: Call) -> Body:
    """All tax rates."""
    exact = call.given("active", "inclusive")
    return page_of(call, "tax_rate", keep=lambda rate: all(rate[k] == v for k, v in exact.items()))


@route("GET /v1/tax_rates/{id}")
def retrieve_tax_rate(call: Call, key: str) -> Body:
    """One tax rate."""
    return call.world.load("tax_rate", key)


@route("POST /v1/tax_rates/{id}", RATE)
def update_tax_rate(call: Call, key: str) -> Body:
    """Its percentage never changes."""
    rate = call.world.load("tax_rate", key)
    rate |= call.given(*(name for name in RATE if name != "metadata"))
    merge_metadata(rate, call)
    return call.world.save(rate, "tax_rate.updated")
