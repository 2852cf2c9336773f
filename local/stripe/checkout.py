"""Checkout sessions: somebody is sent to a page, and comes back with a subscription or a card."""

from __future__ import annotations

from typing import Any

from local.stripe.cards import new_intent
from local.stripe.changing import recurring_price
from local.stripe.errors import invalid
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import (
    AUTOMATIC_TAX,
    CREATED,
    PAGE,
    anything,
    metadata,
    natural,
    need,
    one_of,
    stamp,
    text,
    yes,
)
from local.stripe.store import Body
from local.stripe.wire import included, listed, wire
from local.stripe.world import World, new_id

HALF_HOUR, DAY = 1800, 86400
LINE = {
    "price": text, "quantity": natural, "tax_rates": [text], "metadata": metadata,
    "adjustable_quantity": {"enabled": yes, "minimum": natural, "maximum": natural},
}  # fmt: skip
SUBSCRIPTION = {
    "metadata": metadata, "description": text, "trial_period_days": natural, "trial_end": stamp,
    "default_tax_rates": [text], "billing_mode": {"type": text, "flexible": anything},
    "trial_settings": anything, "proration_behavior": text, "invoice_settings": anything,
}  # fmt: skip
CREATE = {
    "mode": one_of("subscription", "setup", "payment"), "customer": text, "success_url": text,
    "cancel_url": text, "client_reference_id": text, "line_items": [LINE], "metadata": metadata,
    "subscription_data": SUBSCRIPTION, "customer_email": text, "expires_at": stamp,
    "automatic_tax": AUTOMATIC_TAX, "billing_address_collection": one_of("auto", "required"),
    "tax_id_collection": {"enabled": yes, "required": text}, "locale": text, "currency": text,
    "customer_update": {"address": text, "name": text, "shipping": text},
    "allow_promotion_codes": yes, "payment_method_collection": one_of("always", "if_required"),
    "allowed_payment_method_types": [text], "ui_mode": text, "customer_creation": text,
    "setup_intent_data": {"metadata": metadata, "description": text}, "submit_type": text,
    "consent_collection": anything, "custom_text": anything, "payment_method_options": anything,
    "saved_payment_method_options": anything, "after_expiration": anything,
    "phone_number_collection": anything, "adaptive_pricing": anything, "origin_context": text,
    "name_collection": anything, "branding_settings": anything,
}  # fmt: skip
EMPTY = (
    "adaptive_pricing", "after_expiration", "collected_information", "consent",
    "consent_collection", "currency_conversion", "customer_account", "invoice",
    "invoice_creation", "payment_intent", "payment_link", "recovered_from",
    "setup_intent", "shipping_address_collection", "shipping_cost", "subscription",
)  # fmt: skip
GIVEN = (
    "cancel_url", "client_reference_id", "customer_email", "locale", "success_url",
    "billing_address_collection", "allow_promotion_codes", "submit_type",
)  # fmt: skip


@route("POST /v1/checkout/sessions", CREATE, needs=("mode", "success_url"))
def create_session(call: Call) -> Body:
    """A page of its own for one purchase, open for a day at most."""
    world, mode = call.world, call["mode"]
    if mode == "payment":
        raise invalid("The simulator sells subscriptions only.", "mode")
    if call["customer"]:
        world.load("customer", call["customer"], param="customer")
    _check_customer(call)
    lines = _lines(call) if mode == "subscription" else []
    now = world.now()
    expires = call["expires_at"] or now + DAY
    if not now + HALF_HOUR - 60 <= expires <= now + DAY + 60:
        message = "The `expires_at` timestamp must be from 30 minutes to 24 hours from now."
        raise invalid(message, "expires_at")
    session = _session(call, lines, expires=expires)
    if mode == "setup":
        intent = new_intent(world, call["customer"])
        world.save(intent, "setup_intent.created")
        session["setup_intent"] = intent["id"]
    world.store.put(session)
    world.plan(expires, "checkout", session)
    return session


def _check_customer(call: Call) -> None:
    """What is typed on the page may go to a known customer only when that was allowed."""
    if call["mode"] == "setup" and not call["customer"]:
        need(call.params, "currency")
    if not call["customer"]:
        return
    may = call["customer_update"] or {}
    if (call["tax_id_collection"] or {}).get("enabled") and may.get("name") != "auto":
        message = "To collect tax ids of a known customer set `customer_update[name]` to `auto`."
        raise invalid(message, "customer_update[name]")
    if (call["automatic_tax"] or {}).get("enabled") and may.get("address") != "auto":
        known = call.world.load("customer", call["customer"])["address"]
        if not (known or {}).get("country"):
            message = "Automatic tax needs an address: set `customer_update[address]` to `auto`."
            raise invalid(message, "customer_update[address]", code="customer_tax_location_invalid")


def _session(call: Call, lines: list[Body], *, expires: int) -> Body:
    total = sum(entry["amount_total"] for entry in lines)
    tax = bool((call["automatic_tax"] or {}).get("enabled"))
    currency = lines[0]["currency"] if lines else call["currency"]
    key = new_id("cs_test")
    return call.world.fresh(
        "cs_test", "checkout.session", **dict.fromkeys(EMPTY),
        **{name: call[name] for name in GIVEN}, amount_subtotal=total, amount_total=total,
        automatic_tax={"enabled": tax, "liability": None, "status": None, "provider": None},
        client_secret=None, currency=currency, custom_fields=[], customer=call["customer"],
        custom_text={}, customer_creation=None, customer_details=None, discounts=[],
        expires_at=expires, metadata=clean_metadata(call["metadata"]), mode=call["mode"],
        origin_context=None, payment_method_options={}, payment_method_types=["card"],
        payment_method_collection=call["payment_method_collection"] or "always",
        payment_status="no_payment_required" if call["mode"] == "setup" else "unpaid",
        phone_number_collection={"enabled": False}, shipping_options=[], status="open",
        saved_payment_method_options=None, ui_mode=call["ui_mode"] or "hosted_page",
        tax_id_collection={"enabled": False, "required": "never"}
        | (call["tax_id_collection"] or {}),
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        url=f"{call.world.address}/checkout/{key}", _lines=lines,
        _data=call["subscription_data"] or {}, _update=call["customer_update"] or {},
    ) | {"id": key}  # fmt: skip


def _lines(call: Call) -> list[Body]:
    need(call.params, "line_items")
    found = []
    for index, given in enumerate(call["line_items"]):
        price = recurring_price(call.world, given.get("price"), at=f"line_items[{index}]")
        quantity = given.get("quantity")
        if not quantity:
            raise invalid("Quantity is required.", f"line_items[{index}][quantity]")
        amount = price["unit_amount"] * quantity
        product = call.world.load("product", price["product"])
        found.append({
            "id": new_id("li"), "object": "item", "amount_discount": 0, "amount_tax": 0,
            "amount_subtotal": amount, "amount_total": amount, "currency": price["currency"],
            "description": product["name"], "price": price["id"], "quantity": quantity,
            "_tax_rates": given.get("tax_rates") or [], "adjustable_quantity": None,
        })  # fmt: skip
    if len({entry["currency"] for entry in found}) != 1:
        raise invalid("All line items must be in one currency.", "line_items")
    return found


@included("checkout.session", "line_items")
def _line_items(world: World, session: Body) -> Body:
    kept = world.load("checkout.session", session["id"])
    lines = [wire(world, entry) | {"price": world.store.get(entry["price"])}
             for entry in kept["_lines"]]  # fmt: skip
    return listed(lines, f"/v1/checkout/sessions/{session['id']}/line_items")


@route("GET /v1/checkout/sessions/{id}/line_items", PAGE)
def list_session_lines(call: Call, key: str) -> Body:
    """What is being bought."""
    result: Body = _line_items(call.world, call.world.load("checkout.session", key))
    return result


@route("GET /v1/checkout/sessions/{id}")
def retrieve_session(call: Call, key: str) -> Body:
    """One session."""
    return call.world.load("checkout.session", key)


@route(
    "GET /v1/checkout/sessions",
    PAGE | {"customer": text, "subscription": text, "created": CREATED,
            "status": one_of("open", "complete", "expired"), "customer_details": anything},
)  # fmt: skip
def list_sessions(call: Call) -> Body:
    """Those of a customer."""
    exact: dict[str, Any] = call.given("status", "subscription")
    return page_of(
        call, "checkout.session", customer=call["customer"],
        keep=lambda found: all(found[k] == v for k, v in exact.items()),
    )  # fmt: skip


@route("POST /v1/checkout/sessions/{id}", {"metadata": metadata})
def update_session(call: Call, key: str) -> Body:
    """Its metadata."""
    session = call.world.load("checkout.session", key)
    merge_metadata(session, call)
    return call.world.save(session)


@route("POST /v1/checkout/sessions/{id}/expire")
def expire(call: Call, key: str) -> Body:
    """Close it, so that nobody can buy by it."""
    session = call.world.load("checkout.session", key)
    if session["status"] != "open":
        message = f"Only an open Checkout Session can be expired; this is {session['status']}."
        raise invalid(message)
    return expire_session(call.world, session)


def expire_session(world: World, session: Body) -> Body:
    """It is over."""
    world.unplan("checkout", session)
    session |= {"status": "expired", "url": None}
    return world.save(session, "checkout.session.expired")
