"""Fetch what the provider knows of a customer, and mirror it in one step.

What an event says is never applied: events come late, twice and in any order. Whoever hears of
one asks how things are now, and the answer whose question was asked last wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from billing.channel import wake
from billing.gateway import reading as provider
from billing.models import BillingAccount, Command, Entry, Event, Invoice, Subscription
from billing.reading import (
    CUSTOM,
    NEVER_PAID,
    Body,
    Fetched,
    details_of,
    invoice_values,
    item_of,
    live_of,
    moment,
    planned_prices,
    price_values,
    subscription_values,
)

CONTROL = "control"
MIRRORED = ("details", "needs_attention", "synced_at", "next_look_at", "free_since")
#: Which columns of the subscription are worth an entry of the audit, and its name.
WATCHED: Mapping[str, tuple[str, ...]] = {
    "subscription.plan": ("plan", "interval"),
    "subscription.seats": ("seats",),
    "subscription.state": ("status", "past_due_since", "ended_at"),
    "subscription.cancelled": ("cancel_at",),
    "subscription.planned": ("then_plan", "then_interval", "then_seats", "then_at"),
}


def database_time() -> datetime:
    """One clock for all billers: that of the control database."""
    with connections[CONTROL].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def fetch(customer: str) -> Fetched:
    """Ask the provider for everything; the errors are those of the gateway."""
    began = database_time()
    subscriptions = provider.subscriptions_of(customer)
    prices = {key: provider.price(key) for key in set(planned_prices(subscriptions))}
    invoices = provider.invoices_of(customer)
    return Fetched(began, provider.customer(customer), subscriptions, invoices, prices)


def sync_account(account: BillingAccount, *, by: str, events: Sequence[str] = ()) -> bool:
    """Mirror how the customer stands now; False when a later answer was there already.

    The events that asked for it are done in the same transaction as their effect.
    """
    if not account.customer:
        return False
    return mirror(account.pk, fetch(account.customer), by=by, events=events)


def mirror(account_id: int, fetched: Fetched, *, by: str, events: Sequence[str] = ()) -> bool:
    """Write one answer of the provider, unless a later one is written."""
    with transaction.atomic(using=CONTROL):
        account = BillingAccount.objects.select_for_update().get(pk=account_id)
        is_newer = account.synced_at is None or fetched.began >= account.synced_at
        if is_newer:
            _write(account, fetched, by=by)
        Event.objects.filter(pk__in=events).update(state=Event.State.DONE, error="")
        wake()
    return is_newer


def _write(account: BillingAccount, fetched: Fetched, *, by: str) -> None:
    before = _current(account)
    _write_subscriptions(account, fetched)
    _write_invoices(account, fetched)
    after = _current(account)
    _note(account, before, after, by=by)
    _end_free(account, fetched, by=by)
    account.details = details_of(fetched)
    account.needs_attention = attention(fetched) or _lost(account)
    account.synced_at = account.next_look_at = fetched.began
    account.save(update_fields=MIRRORED)


def _lost(account: BillingAccount) -> str:
    lost = Command.objects.filter(account=account, state=Command.State.LOST).first()
    return f"Nobody knows how this ended: {lost}" if lost else ""


def _write_subscriptions(account: BillingAccount, fetched: Fetched) -> None:
    live = live_of(fetched.subscriptions)
    chosen = live[0]["id"] if live else None
    rows = Subscription.objects.filter(account=account)
    rows.filter(is_current=True).exclude(stripe_id=chosen or "").update(is_current=False)
    for body in fetched.subscriptions:
        values = subscription_values(fetched, body)
        values |= {"is_current": body["id"] == chosen, "synced_at": fetched.began}
        Subscription.objects.update_or_create(
            stripe_id=body["id"], account=account, defaults=values
        )


def _write_invoices(account: BillingAccount, fetched: Fetched) -> None:
    known = {row.stripe_id: row for row in Invoice.objects.filter(account=account)}
    for body in fetched.invoices:
        values = invoice_values(body) | {"synced_at": fetched.began}
        row = known.get(body["id"])
        if row is None:
            Invoice.objects.create(account=account, stripe_id=body["id"], **values)
        elif any(getattr(row, name) != value for name, value in _but_time(values).items()):
            Invoice.objects.filter(pk=row.pk).update(**values)


def _but_time(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "synced_at"}


def _current(account: BillingAccount) -> dict[str, Any]:
    """The columns that are watched, of the subscription that counts."""
    names = [name for group in WATCHED.values() for name in group]
    rows = Subscription.objects.filter(account=account).exclude(status__in=NEVER_PAID)
    row = rows.order_by("-is_current", "-started_at", "-pk").values(*names, "stripe_id").first()
    return {name: _plain(value) for name, value in (row or {}).items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _note(
    account: BillingAccount, before: dict[str, Any], after: dict[str, Any], *, by: str
) -> None:
    """One entry for each kind of change."""
    for what, names in WATCHED.items():
        was = {name: before.get(name) for name in names}
        now = {name: after.get(name) for name in names}
        if any((was[name] or None) != (now[name] or None) for name in names):
            Entry.objects.create(account=account, what=what, before=was, after=now, by=by)


def _end_free(account: BillingAccount, fetched: Fetched, *, by: str) -> None:
    """Who pays is not on Free any more, also not after the subscription ends."""
    since = account.free_since
    if since is None:
        return
    paid = [row for row in fetched.subscriptions if row["status"] not in NEVER_PAID]
    if any((moment(row["created"]) or since) >= since for row in paid) or live_of(paid):
        account.free_since = None
        Entry.objects.create(
            account=account, what="free.ended", before={"since": since.isoformat()}, by=by
        )


def attention(fetched: Fetched) -> str:
    """What an operator should look at; nothing is ever cancelled by itself."""
    live = live_of(fetched.subscriptions)
    if len(live) > 1:
        return "Two live subscriptions: " + ", ".join(row["id"] for row in live)
    odd = [row["id"] for row in live if _is_odd(row)]
    return f"A subscription that this product did not make: {odd[0]}" if odd else ""


def _is_odd(body: Body) -> bool:
    several = len(body["items"]["data"]) != 1
    return several or price_values(item_of(body)["price"])["plan"] == CUSTOM
