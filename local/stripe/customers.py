"""Customers, their tax ids, their credit balance."""

from __future__ import annotations

from typing import Any

from local.stripe.errors import invalid
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import (
    ADDRESS,
    CREATED,
    PAGE,
    TAX_ID,
    anything,
    metadata,
    need,
    one_of,
    or_blank,
    text,
    whole,
)
from local.stripe.store import Body
from local.stripe.wire import included, listed, wire
from local.stripe.world import ENDED, World, new_id

SETTINGS = {
    "custom_fields": or_blank([{"name": text, "value": text}]), "footer": text,
    "default_payment_method": text, "rendering_options": anything,
}  # fmt: skip
CUSTOMER = {
    "address": or_blank(ADDRESS), "balance": whole, "description": text, "email": text,
    "name": text, "phone": text, "invoice_settings": SETTINGS, "metadata": metadata,
    "preferred_locales": [text], "tax_exempt": one_of("", "none", "exempt", "reverse"),
    "tax": {"ip_address": text, "validate_location": text}, "invoice_prefix": text,
    "business_name": text, "individual_name": text,
}  # fmt: skip
PLAIN = ("balance", "description", "email", "name", "phone", "preferred_locales", "invoice_prefix")


@route(
    "POST /v1/customers",
    CUSTOMER | {"payment_method": text, "tax_id_data": [TAX_ID], "test_clock": text},
)
def create_customer(call: Call) -> Body:
    """Somebody who can be charged."""
    from local.stripe.cards import attach

    world = call.world
    if call["test_clock"]:
        world.load("test_helpers.test_clock", call["test_clock"], param="test_clock")
    customer = new_customer(world, **call.given(*PLAIN, "tax_exempt", "test_clock"))
    customer["address"] = full_address(call["address"])
    customer["metadata"] = clean_metadata(call["metadata"])
    world.store.put(customer)
    if call["payment_method"]:
        attach(world, call["payment_method"], customer["id"])
    _settings(call, customer)
    world.save(customer, "customer.created")
    for given in call["tax_id_data"] or []:
        add_tax_id(world, customer["id"], given)
    return customer


def new_customer(world: World, **fields: Any) -> Body:
    """A customer of whom nothing but this is known."""
    plain = ("address", "description", "email", "name", "phone", "shipping", "default_source")
    settings = dict.fromkeys(("custom_fields", "default_payment_method", "footer"))
    head = world.fresh(
        "cus", "customer", balance=0, currency=None, delinquent=False, discount=None,
        invoice_prefix=new_id("x")[2:10].upper(), metadata={}, next_invoice_sequence=1,
        preferred_locales=[], tax_exempt="none", test_clock=None,
        invoice_settings=settings | {"rendering_options": None}, **dict.fromkeys(plain),
    )  # fmt: skip
    return head | {name: value for name, value in fields.items() if value is not None}


def full_address(given: Body | None) -> Body | None:
    """Every part of an address, those that are missing as null."""
    return {name: (given.get(name) or None) for name in ADDRESS} if given else None


def _settings(call: Call, customer: Body) -> None:
    given = dict(call["invoice_settings"] or {})
    method = given.get("default_payment_method")
    if method:
        found = call.world.load("payment_method", method, param="payment_method")
        if found["customer"] != customer["id"]:
            message = f"The customer does not have a payment method with the ID {method}."
            raise invalid(message, "invoice_settings[default_payment_method]")
    customer["invoice_settings"] = customer["invoice_settings"] | {
        name: value or None for name, value in given.items()
    }


@route("GET /v1/customers", PAGE | {"email": text, "test_clock": text, "created": CREATED})
def list_customers(call: Call) -> Body:
    """All, or those of an address."""
    exact = call.given("email", "test_clock")

    def keep(customer: Body) -> bool:
        same = all(customer[name] == value for name, value in exact.items())
        return same and not customer.get("deleted")

    return page_of(call, "customer", keep=keep)


@route("GET /v1/customers/{id}")
def retrieve_customer(call: Call, key: str) -> Body:
    """One customer; of a deleted one only that it was."""
    found = call.world.store.get(key)
    if found and found["object"] == "customer" and found.get("deleted"):
        return {"id": key, "object": "customer", "deleted": True}
    return call.world.load("customer", key)


@route("POST /v1/customers/{id}", CUSTOMER)
def update_customer(call: Call, key: str) -> Body:
    """Change what is known of a customer, or the card that is charged."""
    customer = call.world.load("customer", key)
    customer |= call.given(*PLAIN)
    if "address" in call.params:
        customer["address"] = full_address(call["address"])
    if "tax_exempt" in call.params:
        customer["tax_exempt"] = call["tax_exempt"] or "none"
    _settings(call, customer)
    merge_metadata(customer, call)
    return call.world.save(customer, "customer.updated")


@route("DELETE /v1/customers/{id}")
def delete_customer(call: Call, key: str) -> Body:
    """Its subscriptions end at once; it can never be used again."""
    from local.stripe.ending import cancel_now

    world = call.world
    customer = world.load("customer", key)
    for subscription in world.store.all("subscription", customer=key):
        if subscription["status"] not in ENDED:
            cancel_now(world, subscription, reason=None)
    world.save(customer | {"deleted": True}, "customer.deleted")
    return {"id": key, "object": "customer", "deleted": True}


# --- tax ids -----------------------------------------------------------------------------------
@route("POST /v1/customers/{id}/tax_ids", TAX_ID, needs=("type", "value"))
def create_tax_id(call: Call, key: str) -> Body:
    """A number under which the customer pays taxes."""
    call.world.load("customer", key)
    return add_tax_id(call.world, key, dict(call.params))


def add_tax_id(world: World, customer: str, given: Body) -> Body:
    """One more tax id."""
    need(given, "type", "value")
    if len(given["value"]) < 5:
        raise invalid(f"Invalid value for {given['type']}.", "value", code="tax_id_invalid")
    tax_id = world.fresh(
        "txi", "tax_id", customer=customer, type=given["type"], value=given["value"],
        country=given["value"][:2].upper() if given["type"] == "eu_vat" else None,
        owner={"type": "customer", "customer": customer},
        verification={"status": "verified", "verified_address": None, "verified_name": None},
    )  # fmt: skip
    return world.save(tax_id, "customer.tax_id.created", parent=customer)


@route("GET /v1/customers/{id}/tax_ids", PAGE)
def list_tax_ids(call: Call, key: str) -> Body:
    """Those of a customer."""
    return page_of(call, "tax_id", parent=key)


@route("GET /v1/customers/{id}/tax_ids/{tax}")
def retrieve_tax_id(call: Call, key: str, tax: str) -> Body:
    """One of them."""
    return call.world.load("tax_id", tax)


@route("DELETE /v1/customers/{id}/tax_ids/{tax}")
def delete_tax_id(call: Call, key: str, tax: str) -> Body:
    """Forget it."""
    found = call.world.load("tax_id", tax)
    call.world.emit("customer.tax_id.deleted", found)
    call.world.store.drop(tax)
    return {"id": tax, "object": "tax_id", "deleted": True}


@included("customer", "tax_ids")
def _tax_ids(world: World, customer: Body) -> Body:
    data = list(world.store.walk("tax_id", parent=customer["id"]))
    return listed(data, f"/v1/customers/{customer['id']}/tax_ids")


@included("customer", "subscriptions")
def _subscriptions(world: World, customer: Body) -> Body:
    found = world.store.walk("subscription", customer=customer["id"])
    data = [wire(world, body) for body in found if body["status"] != "canceled"]
    return listed(data, f"/v1/customers/{customer['id']}/subscriptions")


# --- the balance: negative is credit ---------------------------------------------------------
BALANCE = {"amount": whole, "currency": text, "description": text, "metadata": metadata}


@route("POST /v1/customers/{id}/balance_transactions", BALANCE, needs=("amount", "currency"))
def create_balance_transaction(call: Call, key: str) -> Body:
    """Credit (negative) or debt that the next invoice takes along."""
    call.world.load("customer", key)
    return move_balance(
        call.world, key, call["amount"], currency=call["currency"], kind="adjustment",
        description=call["description"],
    )  # fmt: skip


def move_balance(
    world: World,
    customer: str,
    amount: int,
    *,
    currency: str,
    kind: str,
    description: str | None = None,
    **links: str | None,
) -> Body:
    """Write the movement down and keep the new balance."""
    found = world.load("customer", customer)
    found["balance"] += amount
    world.save(found, "customer.updated")
    movement = world.fresh(
        "cbtxn", "customer_balance_transaction", amount=amount, currency=currency.lower(),
        customer=customer, description=description, ending_balance=found["balance"],
        metadata={}, type=kind, **({"credit_note": None, "invoice": None} | links),
    )  # fmt: skip
    return world.save(movement)


@route("GET /v1/customers/{id}/balance_transactions", PAGE | {"created": CREATED, "invoice": text})
def list_balance_transactions(call: Call, key: str) -> Body:
    """How the balance came to be what it is."""
    return page_of(call, "customer_balance_transaction", customer=key)
