"""What the provider knows: customers, subscriptions, invoices, events."""

from __future__ import annotations

from collections.abc import Iterator

from billing.gateway.client import PAGE, Body, call, pages


def customer(customer_id: str) -> Body:
    """A customer with the card that pays and the tax numbers."""
    params = {"expand": ["invoice_settings.default_payment_method", "tax_ids"]}
    return call(lambda api: api.customers.retrieve(customer_id, params))


def subscriptions_of(customer_id: str) -> list[Body]:
    """Every subscription that the customer has or had, with schedule, invoice and card."""
    wanted = ["data.schedule", "data.latest_invoice", "data.default_payment_method"]
    params = {"customer": customer_id, "status": "all", "limit": PAGE, "expand": wanted}
    return list(pages(lambda api: api.subscriptions.list(params)))


def all_subscriptions() -> Iterator[Body]:
    """Every subscription of every customer, with its schedule."""
    params = {"status": "all", "limit": PAGE, "expand": ["data.schedule", "data.latest_invoice"]}
    return pages(lambda api: api.subscriptions.list(params))


def invoices_of(customer_id: str) -> list[Body]:
    """Every invoice of the customer."""
    params = {"customer": customer_id, "limit": PAGE}
    return list(pages(lambda api: api.invoices.list(params)))


def open_invoices() -> Iterator[Body]:
    """Every invoice that waits for its money."""
    return pages(lambda api: api.invoices.list({"status": "open", "limit": PAGE}))


def price(price_id: str) -> Body:
    """One price."""
    return call(lambda api: api.prices.retrieve(price_id))


def price_named(lookup_key: str) -> Body | None:
    """The price that is sold under this name now."""
    params = {"lookup_keys": [lookup_key], "active": True, "limit": 1}
    return next(pages(lambda api: api.prices.list(params)), None)


def events_since(moment: int) -> Iterator[Body]:
    """What happened since then, newest first; the provider remembers thirty days."""
    params = {"created": {"gte": moment}, "limit": PAGE}
    return pages(lambda api: api.events.list(params))
