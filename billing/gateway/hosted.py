"""The provider's own pages, where cards are typed in, and what a purchase would cost."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from billing.gateway.client import PAGE, Body, call, keyed, pages


def open_checkout(
    customer: str,
    *,
    key: str,
    price: str,
    seats: int,
    back: str,
    locale: str,
    expires_at: int,
) -> Body:
    """A page on which a first subscription is bought."""
    params: dict[str, Any] = {
        "mode": "subscription",
        "customer": customer,
        "line_items": [{"price": price, "quantity": seats}],
        "success_url": f"{back}?bought=1",
        "cancel_url": back,
        "billing_address_collection": "required",
        "customer_update": {"name": "auto", "address": "auto"},
        "tax_id_collection": {"enabled": True},
        "automatic_tax": {"enabled": settings.STRIPE_TAX},
        "subscription_data": {"billing_mode": {"type": "flexible"}},
        "locale": locale,
        "expires_at": expires_at,
    }
    return call(lambda api: api.checkout.sessions.create(params, keyed(key)))


def open_checkouts(customer: str) -> list[Body]:
    """The customer's pages on which something could still be bought."""
    params = {"customer": customer, "status": "open", "limit": PAGE}
    return list(pages(lambda api: api.checkout.sessions.list(params)))


def close_checkout(session: str, *, key: str) -> Body:
    """Let nothing be bought on that page any more; raises Refused when it is closed already."""
    return call(lambda api: api.checkout.sessions.expire(session, {}, keyed(key)))


def open_portal(customer: str, *, key: str, configuration: str, back: str, locale: str) -> Body:
    """A page for card, address, tax number and invoices."""
    params = {
        "customer": customer,
        "configuration": configuration,
        "return_url": back,
        "locale": locale,
    }
    return call(lambda api: api.billing_portal.sessions.create(params, keyed(key)))


def portals() -> list[Body]:
    """How the portal was set up for us."""
    params = {"active": True, "limit": PAGE}
    return list(pages(lambda api: api.billing_portal.configurations.list(params)))


def preview(
    customer: str,
    *,
    subscription: str,
    item: str,
    price: str,
    seats: int,
    proration_date: int,
) -> Body:
    """The invoice that buying at this moment would make."""
    params = {
        "customer": customer,
        "subscription": subscription,
        "subscription_details": {
            "items": [{"id": item, "price": price, "quantity": seats}],
            "proration_behavior": "always_invoice",
            "proration_date": proration_date,
        },
    }
    return call(lambda api: api.invoices.create_preview(params))
