"""Cards: the numbers that work and those that fail, attaching them, setting them up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from local.stripe.errors import declined, invalid
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import ADDRESS, PAGE, anything, metadata, need, one_of, text, whole
from local.stripe.store import Body
from local.stripe.world import World, new_secret

#: Number: brand, country, how it behaves.
NUMBERS = {
    "4242424242424242": ("visa", "US", "ok"),
    "4000056655665556": ("visa", "US", "ok"),
    "5555555555554444": ("mastercard", "US", "ok"),
    "378282246310005": ("amex", "US", "ok"),
    "4000002760000016": ("visa", "DE", "ok"),
    "6205500000000000004": ("unionpay", "CN", "ok"),
    "4000000000000341": ("visa", "US", "attaches"),
    "4000000000000002": ("visa", "US", "generic_decline"),
    "4000000000009995": ("visa", "US", "insufficient_funds"),
    "4000000000000069": ("visa", "US", "expired_card"),
    "4000000000000127": ("visa", "US", "incorrect_cvc"),
    "4000002500003155": ("visa", "US", "authenticate_once"),
    "4000002760003184": ("visa", "DE", "authenticate_always"),
}
ALIASES = {
    "visa": "4242424242424242",
    "visa_debit": "4000056655665556",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "de": "4000002760000016",
    "chargeCustomerFail": "4000000000000341",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "authenticationRequiredOnSetup": "4000002500003155",
    "authenticationRequired": "4000002760003184",
}
#: What a charge of them is answered with; the others charge, or ask who it is.
FAILING = {
    "attaches": "generic_decline",
    "generic_decline": "generic_decline",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
}
EXPIRY = {"exp_month": whole, "exp_year": whole}
CARD = EXPIRY | {"number": text, "cvc": text, "token": text}
DETAILS = {"address": ADDRESS, "email": text, "name": text, "phone": text, "tax_id": text}


@route(
    "POST /v1/payment_methods",
    {
        "type": one_of("card"), "card": CARD, "billing_details": DETAILS, "metadata": metadata,
        "allow_redisplay": text, "customer": text, "payment_method": text,
    },
    needs=("type", "card"),
)  # fmt: skip
def create_payment_method(call: Call) -> Body:
    """A card that nobody holds yet."""
    return new_card(call.world, call["card"], details=call["billing_details"] or {})


def new_card(world: World, given: Mapping[str, Any], *, details: Mapping[str, Any]) -> Body:
    """A card of a number or a token."""
    number = _number(given)
    brand, country, behaviour = NUMBERS[number]
    digest = hashlib.sha256(number.encode()).hexdigest()[:16]
    year = given.get("exp_year") or 2099
    card = {
        "brand": brand, "country": country, "display_brand": brand, "funding": "credit",
        "exp_month": given.get("exp_month") or 12, "exp_year": year + 2000 * (year < 100),
        "last4": number[-4:], "fingerprint": digest, "generated_from": None, "wallet": None,
        "checks": {"address_line1_check": None, "address_postal_code_check": None,
                   "cvc_check": "pass"},
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True}, "regulated_status": "unregulated",
    }  # fmt: skip
    named = {name: details.get(name) or None for name in DETAILS}
    method = world.fresh(
        "pm", "payment_method", type="card", card=card, customer=None, metadata={},
        billing_details=named, allow_redisplay="unspecified",
        _behaviour=behaviour, _authenticated=False,
    )  # fmt: skip
    world.store.put(method)
    return method


def _number(given: Mapping[str, Any]) -> str:
    token = str(given.get("token") or "")
    if token:
        return ALIASES.get(token.removeprefix("tok_"), "4242424242424242")
    need(given, "number", "exp_month", "exp_year", at="card")
    number = given["number"].replace(" ", "").replace("-", "")
    if not 1 <= given["exp_month"] <= 12:
        raise invalid("Your card's expiration month is invalid.", "card[exp_month]")
    if number not in NUMBERS:
        raise declined_number()
    return str(number)


def declined_number() -> Exception:
    """Only the numbers made for tests are cards here; a real one must not be typed."""
    refused = declined("generic_decline", param="number")
    refused.body["error"] |= {
        "code": "incorrect_number",
        "message": "Your card number is incorrect. Use one of the test cards.",
    }
    return refused


def find_method(world: World, key: str) -> Body:
    """A kept card, or a new one of an alias as `pm_card_visa`."""
    if key.startswith("pm_card_"):
        alias = key.removeprefix("pm_card_")
        if alias not in ALIASES:
            raise invalid(f"No such PaymentMethod: '{key}'", "payment_method")
        number = {"number": ALIASES[alias], "exp_month": 12, "exp_year": 2099}
        return new_card(world, number, details={})
    return world.load("payment_method", key, param="payment_method")


def attach(world: World, key: str, customer: str) -> Body:
    """Give a card to a customer; a card that its bank refuses cannot be given."""
    method = find_method(world, key)
    if method["customer"] == customer:
        return method
    if method["customer"] or method.get("_detached"):
        message = "The payment method you provided has already been attached to a customer."
        raise invalid(message, "payment_method")
    if method["_behaviour"] in FAILING and method["_behaviour"] != "attaches":
        raise declined(method["_behaviour"])
    method["customer"] = customer
    return world.save(method, "payment_method.attached")


def try_reachable(world: World, method: Body, *, confirmed: bool) -> bool:
    """Whether the bank still asks who it is; once it was told, it does not ask again."""
    asks = method["_behaviour"].startswith("authenticate") and not method["_authenticated"]
    if asks and confirmed:
        world.store.put(method | {"_authenticated": True})
    return asks and not confirmed


@route("GET /v1/payment_methods", PAGE | {"customer": text, "type": text})
def list_payment_methods(call: Call) -> Body:
    """Those of a customer."""
    return page_of(call, "payment_method", customer=call["customer"])


@route("GET /v1/customers/{id}/payment_methods", PAGE | {"type": text})
def list_customer_methods(call: Call, key: str) -> Body:
    """Those of a customer."""
    return page_of(call, "payment_method", customer=key)


@route("GET /v1/payment_methods/{id}")
def retrieve_payment_method(call: Call, key: str) -> Body:
    """One card, never its number."""
    return call.world.load("payment_method", key)


@route(
    "POST /v1/payment_methods/{id}",
    {"billing_details": DETAILS, "card": EXPIRY, "metadata": metadata, "allow_redisplay": text},
)
def update_payment_method(call: Call, key: str) -> Body:
    """Whose name and address stand on it."""
    method = call.world.load("payment_method", key)
    method["billing_details"] = method["billing_details"] | (call["billing_details"] or {})
    method["card"] = method["card"] | (call["card"] or {})
    merge_metadata(method, call)
    return call.world.save(method, "payment_method.updated")


@route("POST /v1/payment_methods/{id}/attach", {"customer": text}, needs=("customer",))
def attach_payment_method(call: Call, key: str) -> Body:
    """Give it to a customer."""
    call.world.load("customer", call["customer"], param="customer")
    return attach(call.world, key, call["customer"])


@route("POST /v1/payment_methods/{id}/detach")
def detach_payment_method(call: Call, key: str) -> Body:
    """Take it away for good."""
    method = call.world.load("payment_method", key)
    holder = method["customer"]
    if holder is None:
        raise invalid("The payment method is not attached to a customer.", "payment_method")
    _forget_default(call.world, holder, key)
    method |= {"customer": None, "_detached": True}
    return call.world.save(method, "payment_method.detached")


def _forget_default(world: World, holder: str, key: str) -> None:
    customer = world.load("customer", holder)
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == key:
        customer["invoice_settings"] = settings | {"default_payment_method": None}
        world.save(customer, "customer.updated")
    for subscription in world.store.all("subscription", customer=holder):
        if subscription["default_payment_method"] == key:
            subscription["default_payment_method"] = None
            world.save(subscription, "customer.subscription.updated")


# --- setting a card up without a charge --------------------------------------------------------
INTENT = {
    "customer": text, "payment_method": text, "usage": one_of("off_session", "on_session"),
    "confirm": anything, "metadata": metadata, "description": text, "return_url": text,
    "automatic_payment_methods": anything, "allowed_payment_method_types": [text],
    "payment_method_options": anything,
}  # fmt: skip


@route("POST /v1/setup_intents", INTENT)
def create_setup_intent(call: Call) -> Body:
    """Permission to charge a card later."""
    intent = new_intent(call.world, call["customer"], metadata_given=call["metadata"])
    if call["payment_method"]:
        intent["payment_method"] = find_method(call.world, call["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    call.world.save(intent, "setup_intent.created")
    return confirm_intent(call.world, intent) if call["confirm"] == "true" else intent


def new_intent(
    world: World, customer: str | None, *, metadata_given: Mapping[str, str] | None = None
) -> Body:
    """A setup intent without a card."""
    plain = ("application", "cancellation_reason", "description", "last_setup_error", "mandate")
    more = ("latest_attempt", "next_action", "on_behalf_of", "payment_method", "single_use_mandate")
    return world.fresh(
        "seti", "setup_intent", customer=customer, client_secret=new_secret("seti_secret"),
        metadata=clean_metadata(metadata_given), payment_method_types=["card"],
        status="requires_payment_method", usage="off_session", **dict.fromkeys((*plain, *more)),
    )  # fmt: skip


@route("GET /v1/setup_intents/{id}")
def retrieve_setup_intent(call: Call, key: str) -> Body:
    """One of them."""
    return call.world.load("setup_intent", key)


@route("GET /v1/setup_intents", PAGE | {"customer": text, "payment_method": text})
def list_setup_intents(call: Call) -> Body:
    """Those of a customer."""
    return page_of(call, "setup_intent", customer=call["customer"])


@route("POST /v1/setup_intents/{id}/confirm", {"payment_method": text, "return_url": text})
def confirm_setup_intent(call: Call, key: str) -> Body:
    """Try it with the card."""
    intent = call.world.load("setup_intent", key)
    if call["payment_method"]:
        intent["payment_method"] = find_method(call.world, call["payment_method"])["id"]
    if not intent["payment_method"]:
        raise invalid("You cannot confirm this SetupIntent without a payment method.")
    return confirm_intent(call.world, intent)


@route("POST /v1/setup_intents/{id}/cancel", {"cancellation_reason": text})
def cancel_setup_intent(call: Call, key: str) -> Body:
    """It will not be used."""
    intent = call.world.load("setup_intent", key)
    intent |= {"status": "canceled", "cancellation_reason": call["cancellation_reason"]}
    return call.world.save(intent, "setup_intent.canceled")


def confirm_intent(world: World, intent: Body, *, confirmed: bool = False) -> Body:
    """Succeeds, asks who it is, or is declined."""
    method = world.load("payment_method", intent["payment_method"])
    if try_reachable(world, method, confirmed=confirmed):
        intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
        return world.save(intent, "setup_intent.requires_action")
    if intent["customer"]:
        attach(world, method["id"], intent["customer"])
    elif method["_behaviour"] in FAILING and method["_behaviour"] != "attaches":
        raise declined(method["_behaviour"])
    intent |= {"status": "succeeded", "next_action": None}
    return world.save(intent, "setup_intent.succeeded")
