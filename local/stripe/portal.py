"""The billing portal: configurations that say what customers may do, and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.stripe.errors import invalid
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import PAGE, anything, metadata, one_of, text, yes
from local.stripe.store import Body
from local.stripe.world import new_secret

UPDATES = ("address", "email", "name", "phone", "shipping", "tax_id")
FEATURES = {
    "customer_update": {"enabled": yes, "allowed_updates": [one_of(*UPDATES)]},
    "invoice_history": {"enabled": yes},
    "payment_method_update": {"enabled": yes, "payment_method_configuration": text},
    "subscription_cancel": {
        "enabled": yes, "mode": one_of("at_period_end", "immediately"),
        "proration_behavior": text, "cancellation_reason": anything,
    },
    "subscription_update": {
        "enabled": yes, "default_allowed_updates": [text], "products": anything,
        "proration_behavior": text, "schedule_at_period_end": anything,
        "billing_cycle_anchor": text, "trial_update_behavior": text,
    },
}  # fmt: skip
CONFIGURATION = {
    "features": FEATURES, "metadata": metadata, "default_return_url": text, "name": text,
    "business_profile": {
        "headline": text, "privacy_policy_url": text, "terms_of_service_url": text,
    },
    "login_page": {"enabled": yes},
}  # fmt: skip
OFF: dict[str, dict[str, Any]] = {
    "customer_update": {"enabled": False, "allowed_updates": []},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "enabled": False, "mode": "at_period_end", "proration_behavior": "none",
        "cancellation_reason": {"enabled": False, "options": []},
    },
    "subscription_update": {
        "enabled": False, "default_allowed_updates": [], "products": None,
        "proration_behavior": "none", "schedule_at_period_end": {"conditions": []},
        "billing_cycle_anchor": None, "trial_update_behavior": "end_trial",
    },
}  # fmt: skip


@route("POST /v1/billing_portal/configurations", CONFIGURATION, needs=("features",))
def create_configuration(call: Call) -> Body:
    """What is not switched on stays off. The first one made is the default."""
    profile = dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url"))
    first = not call.world.store.all("billing_portal.configuration")
    configuration = call.world.fresh(
        "bpc", "billing_portal.configuration", active=True, application=None, is_default=first,
        business_profile=profile | (call["business_profile"] or {}), name=call["name"],
        default_return_url=call["default_return_url"], features=_features(OFF, call["features"]),
        login_page={"enabled": False, "url": None}, metadata=clean_metadata(call["metadata"]),
        updated=call.world.now(),
    )  # fmt: skip
    return call.world.save(configuration, "billing_portal.configuration.created")


def _features(before: Mapping[str, Any], given: Mapping[str, Any]) -> Body:
    for name, wanted in given.items():
        if wanted.get("enabled") is None:
            raise invalid("Missing required param.", f"features[{name}][enabled]")
    return {name: held | given.get(name, {}) for name, held in before.items()}


@route("POST /v1/billing_portal/configurations/{id}", CONFIGURATION | {"active": yes})
def update_configuration(call: Call, key: str) -> Body:
    """Other features, other links."""
    configuration = call.world.load("billing_portal.configuration", key)
    configuration["features"] = _features(configuration["features"], call["features"] or {})
    profile = configuration["business_profile"] | (call["business_profile"] or {})
    configuration |= {"business_profile": profile, "updated": call.world.now()}
    configuration |= call.given("default_return_url", "name", "active")
    merge_metadata(configuration, call)
    return call.world.save(configuration, "billing_portal.configuration.updated")


@route("GET /v1/billing_portal/configurations", PAGE | {"active": yes, "is_default": yes})
def list_configurations(call: Call) -> Body:
    """All of them."""
    exact = call.given("active", "is_default")
    return page_of(
        call, "billing_portal.configuration",
        keep=lambda found: all(found[k] == v for k, v in exact.items()),
    )  # fmt: skip


@route("GET /v1/billing_portal/configurations/{id}")
def retrieve_configuration(call: Call, key: str) -> Body:
    """One of them."""
    return call.world.load("billing_portal.configuration", key)


SESSION = {
    "customer": text, "configuration": text, "return_url": text, "locale": text,
    "flow_data": {
        "type": one_of("payment_method_update", "customer_update"), "after_completion": anything,
    },
}  # fmt: skip


@route("POST /v1/billing_portal/sessions", SESSION, needs=("customer",))
def create_session(call: Call) -> Body:
    """A page for one customer, open for an hour."""
    world = call.world
    world.load("customer", call["customer"], param="customer")
    kind = "billing_portal.configuration"
    if call["configuration"]:
        configuration = world.load(kind, call["configuration"], param="configuration")
    else:
        defaults = [found for found in world.store.all(kind) if found["is_default"]]
        if not defaults:
            message = (
                "No configuration provided and your test mode default configuration has not"
                " been created. Make one by the API first."
            )
            raise invalid(message, "configuration")
        configuration = defaults[0]
    secret = new_secret("x")[2:]
    session = world.fresh(
        "bps", "billing_portal.session", configuration=configuration["id"], locale=call["locale"],
        customer=call["customer"], customer_account=None, flow=call["flow_data"],
        on_behalf_of=None, return_url=call["return_url"] or configuration["default_return_url"],
        _secret=secret, _until=world.now() + 3600,
    )  # fmt: skip
    session["url"] = f"{world.address}/portal/{session['id']}/{secret}"
    return world.save(session, "billing_portal.session.created")
