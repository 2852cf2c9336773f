"""Products, prices and the portal's set-up, as the catalogue wants them."""

from __future__ import annotations

from typing import Any

from billing.gateway.client import PAGE, Body, call, keyed, pages
from billing.gateway.hosted import portals

OURS = "clientele"


def products() -> list[Body]:
    """The products that this code made."""
    rows = pages(lambda api: api.products.list({"limit": PAGE}))
    return [row for row in rows if (row.get("metadata") or {}).get(OURS)]


def make_product(*, plan: str, name: str) -> Body:
    """One product for a plan."""
    params = {"name": name, "metadata": {OURS: plan}, "id": f"{OURS}_{plan}"}
    return call(lambda api: api.products.create(params, keyed(f"product-{plan}-{name}")))


def rename_product(product: str, *, name: str) -> Body:
    """What stands on invoices to come."""
    key = f"product-{product}-{name}"
    return call(lambda api: api.products.update(product, {"name": name}, keyed(key)))


def prices_named(lookup_keys: list[str]) -> list[Body]:
    """The prices of these names, also those that are not sold any more."""
    found: list[Body] = []
    for start in range(0, len(lookup_keys), 10):
        found += _prices_named(lookup_keys[start : start + 10])
    return found


def _prices_named(lookup_keys: list[str]) -> list[Body]:
    """The provider takes ten names at a time."""
    params = {"lookup_keys": lookup_keys, "limit": PAGE}
    return list(pages(lambda api: api.prices.list(params)))


def make_price(*, product: str, lookup_key: str, currency: str, interval: str, amount: int) -> Body:
    """A price for one seat; it never changes."""
    params: dict[str, Any] = {
        "product": product,
        "lookup_key": lookup_key,
        "currency": currency.lower(),
        "unit_amount": amount,
        "recurring": {"interval": interval, "usage_type": "licensed"},
        "billing_scheme": "per_unit",
        "tax_behavior": "exclusive",
    }
    return call(lambda api: api.prices.create(params, keyed(f"price-{lookup_key}-{amount}")))


def our_portal() -> Body | None:
    """The set-up that is ours, if it was made."""
    return next((row for row in portals() if (row.get("metadata") or {}).get(OURS)), None)


def set_up_portal(version: str) -> Body:
    """Card, address, tax number and invoices; no quantity, no plan, no cancelling."""
    off = {"enabled": False}
    params: dict[str, Any] = {
        "features": {
            "customer_update": {
                "enabled": True,
                "allowed_updates": ["name", "email", "address", "tax_id"],
            },
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": off,
            "subscription_update": off,
        },
        "metadata": {OURS: version},
    }
    found = our_portal()
    if found is None:
        return call(lambda api: api.billing_portal.configurations.create(params, keyed(version)))
    place = found["id"]
    key = keyed(f"{version}-{place}")
    return call(lambda api: api.billing_portal.configurations.update(place, params, key))
