"""What changes something at the provider. Each call has a key, under which it is done once."""

from __future__ import annotations

from typing import Any

from billing.gateway.client import Body, call, keyed


def make_customer(*, key: str, name: str, email: str, account: str) -> Body:
    """A customer for a company that wants to pay."""
    params = {"name": name, "email": email, "metadata": {"account": account}}
    return call(lambda api: api.customers.create(params, keyed(key)))


def change_customer(customer: str, *, key: str, values: Body) -> Body:
    """Name, mail and address on invoices to come."""
    return call(lambda api: api.customers.update(customer, values, keyed(key)))


def add_tax_id(customer: str, *, key: str, kind: str, value: str) -> Body:
    """A tax number that stands on invoices to come."""
    params = {"type": kind, "value": value}
    return call(lambda api: api.customers.tax_ids.create(customer, params, keyed(key)))


def drop_tax_id(customer: str, tax_id: str, *, key: str) -> Body:
    """Take a tax number off."""
    return call(lambda api: api.customers.tax_ids.delete(customer, tax_id, {}, keyed(key)))


def buy_more(
    subscription: str, *, key: str, item: str, price: str, seats: int, proration_date: int
) -> Body:
    """Charge the difference at once; nothing changes until it is paid."""
    params = {
        "items": [{"id": item, "price": price, "quantity": seats}],
        "proration_behavior": "always_invoice",
        "proration_date": proration_date,
        "payment_behavior": "pending_if_incomplete",
    }
    return call(lambda api: api.subscriptions.update(subscription, params, keyed(key)))


def end_with_period(subscription: str, *, key: str, ends: bool, reason: str = "") -> Body:
    """Cancel at the end of what is paid, or take that back."""
    params: dict[str, Any] = {"cancel_at_period_end": ends}
    if reason:
        params["cancellation_details"] = {"comment": reason[:500]}
    return call(lambda api: api.subscriptions.update(subscription, params, keyed(key)))


def start_schedule(subscription: str, *, key: str) -> Body:
    """Put the subscription under a schedule that begins as it stands."""
    params = {"from_subscription": subscription}
    return call(lambda api: api.subscription_schedules.create(params, keyed(key)))


def plan_phases(schedule: str, *, key: str, phases: list[Body]) -> Body:
    """Say what holds until the renewal, and what from then on; then the schedule lets go."""
    params = {"phases": phases, "end_behavior": "release", "proration_behavior": "none"}
    return call(lambda api: api.subscription_schedules.update(schedule, params, keyed(key)))


def release_schedule(schedule: str, *, key: str) -> Body:
    """Forget what was planned; the subscription goes on as it is."""
    return call(lambda api: api.subscription_schedules.release(schedule, {}, keyed(key)))
