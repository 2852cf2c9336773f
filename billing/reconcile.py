"""Compare what we mirror with what the provider knows: no message may be missed for long.

Comparing writes nothing but a report. Putting right is to mirror each account of the report
anew, and is noted. A listing that broke off proves nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from billing import clock
from billing.commands import OPEN
from billing.errors import Busy, Refused, StoredFailure, Unreachable
from billing.gateway import reading as provider
from billing.models import BillingAccount, Command, DriftReport, Entry, Invoice, Mark, Subscription
from billing.reading import (
    NOT_LIVE,
    Body,
    Fetched,
    id_of,
    invoice_values,
    is_live,
    planned_prices,
    subscription_values,
)
from billing.sync import CONTROL, database_time, sync_account
from billing.webhooks import NotAccepted, keep, row_of
from tenants import metrics

logger = logging.getLogger(__name__)
FAILURES = (Unreachable, Busy, StoredFailure, Refused)
#: Who was not asked about for so long is asked about, and reported.
STALE = timedelta(hours=72)
#: What pays is looked at once a day, whatever happens.
OLD = timedelta(hours=20)
CURSOR = "events"
#: Events may become visible a little late.
OVERLAP = 3600
REMEMBERED = 29 * 24 * 3600
#: What is compared of a subscription.
COMPARED = (
    "status", "plan", "interval", "seats", "cancel_at", "ended_at", "period_end",
    "then_plan", "then_seats", "pending_seats", "past_due_since",
)  # fmt: skip
LIVE = Q(subscriptions__is_current=True)


def look_at_unsettled() -> int:
    """Every quarter of an hour: whoever has something open, is past due, or was not asked about."""
    limit = database_time() - OLD
    open_commands = Command.objects.filter(state__in=OPEN).values("account_id")
    late = Q(subscriptions__is_current=True, subscriptions__status__in=("past_due", "unpaid"))
    old = LIVE & Q(synced_at__lt=limit)
    wanted = Q(pk__in=open_commands) | late | old | Q(synced_at=None)
    rows = BillingAccount.objects.exclude(customer=None).filter(wanted).distinct()
    return _sync_each(list(rows.order_by("synced_at", "pk")), by="the quarterly look")


def _sync_each(accounts: Sequence[BillingAccount], *, by: str) -> int:
    """Look at them one after the other, until nobody answers; how many were looked at."""
    done = 0
    for account in accounts:
        try:
            done += _sync(account, by=by)
        except (Unreachable, Busy, StoredFailure) as failure:
            logger.warning("the provider does not answer, the rest must wait: %s", failure)
            break
    return done


def _sync(account: BillingAccount, *, by: str) -> bool:
    try:
        return sync_account(account, by=by)
    except Refused as failure:
        logger.warning("account %s could not be looked at: %s", account.pk, failure.provider)
        return False


def stale() -> list[int]:
    """Accounts with a live subscription that nobody could ask about for three days: an alert.

    Nothing is taken from anybody for it.
    """
    rows = BillingAccount.objects.filter(LIVE, synced_at__lt=database_time() - STALE)
    return list(rows.values_list("pk", flat=True))


def replay_events() -> int:
    """Fetch the events since the last time, and keep those that never arrived."""
    mark = Mark.objects.filter(pk=CURSOR).first()
    now = int(clock.now().timestamp())
    since = max(int(mark.value["until"]) - OVERLAP if mark else 0, now - REMEMBERED)
    told = list(provider.events_since(since))
    missed = keep([row for row in map(_row, told) if row is not None])
    newest = max((event["created"] for event in told), default=since + OVERLAP if mark else now)
    Mark.objects.update_or_create(
        pk=CURSOR, defaults={"at": clock.now(), "value": {"until": newest}}
    )
    if missed:
        logger.info("%s events had not arrived, or not yet", missed)
    return missed


def _row(told: Body) -> Any:
    try:
        return row_of(dict(told))
    except NotAccepted:
        return None


def compare() -> DriftReport:
    """Page through every subscription and open invoice and write down what differs."""
    accounts = _accounts()
    began = database_time()
    try:
        theirs = list(provider.all_subscriptions())
        prices = {key: provider.price(key) for key in set(planned_prices(theirs))}
        opened = list(provider.open_invoices())
    except FAILURES as failure:
        logger.warning("the comparison broke off: %s", failure)
        return DriftReport.objects.create(is_complete=False)
    found = Fetched(began, {}, theirs, opened, prices)
    differences = [*_subscriptions(found, accounts), *_invoices(found, accounts)]
    differences += _doubles(found, accounts)
    report = DriftReport.objects.create(
        is_complete=True, compared=len(theirs) + len(opened), differences=differences
    )
    metrics.DRIFT.set(len({row["account"] for row in differences}))
    if differences:
        logger.warning("the mirror differs from the provider in %s points", len(differences))
    return report


def _accounts() -> dict[str, int]:
    rows = BillingAccount.objects.values_list("customer", "pk")
    return {customer: pk for customer, pk in rows if customer}


def _subscriptions(found: Fetched, accounts: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    ours = {row.stripe_id: row for row in Subscription.objects.all()}
    for body in found.subscriptions:
        account = accounts.get(id_of(body["customer"]))
        if account is not None:
            values = subscription_values(found, body)
            yield from _differ(account, body["id"], ours.pop(body["id"], None), values)
    for row in ours.values():
        # One that was mirrored after the listing began is no difference.
        if row.status not in NOT_LIVE and row.synced_at < found.began:
            yield _difference(row.account_id, row.stripe_id, row.status, "missing")


def _differ(
    account: int, name: str, row: Subscription | None, values: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    if row is None:
        yield _difference(account, name, "missing", values["status"])
        return
    for column in COMPARED:
        ours, theirs = getattr(row, column), values[column]
        if (ours or None) != (theirs or None):
            yield _difference(account, f"{name}.{column}", ours, theirs)


def _invoices(found: Fetched, accounts: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    ours = {row.stripe_id: row for row in Invoice.objects.filter(status="open")}
    for body in found.invoices:
        account = accounts.get(id_of(body["customer"]))
        row = ours.pop(body["id"], None)
        due = invoice_values(body)["amount_due"]
        if account is not None and (row is None or row.amount_due != due):
            yield _difference(account, body["id"], row.amount_due if row else "missing", due)
    for row in ours.values():
        if row.synced_at < found.began:
            yield _difference(row.account_id, row.stripe_id, "open", "not open")


def _doubles(found: Fetched, accounts: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Two live subscriptions of one company: somebody must look, nobody cancels by himself."""
    live: dict[str, list[str]] = {}
    for body in found.subscriptions:
        if is_live(body):
            live.setdefault(id_of(body["customer"]), []).append(body["id"])
    for customer, names in live.items():
        if len(names) > 1 and customer in accounts:
            yield _difference(accounts[customer], "live subscriptions", 1, sorted(names))


def _difference(account: int, what: str, ours: Any, theirs: Any) -> dict[str, Any]:
    return {"account": account, "what": what, "ours": _plain(ours), "theirs": _plain(theirs)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def apply(report: DriftReport, *, by: str) -> int:
    """Mirror each account of the report anew, noted for each; returns how many were.

    The report counts as applied when all of them were; while nobody answers the rest waits.
    """
    if not report.is_complete:
        raise ValueError("a listing that broke off proves nothing")
    wanted = sorted({row["account"] for row in report.differences})
    done = 0
    try:
        for account in BillingAccount.objects.filter(pk__in=wanted):
            about = [row for row in report.differences if row["account"] == account.pk]
            done += _put_right(account, about, by=by)
    except (Unreachable, Busy, StoredFailure) as failure:
        logger.warning("the provider does not answer, the rest must wait: %s", failure)
        return done
    DriftReport.objects.filter(pk=report.pk).update(applied_at=Now(), applied_by=by)
    return done


def _put_right(account: BillingAccount, about: list[dict[str, Any]], *, by: str) -> bool:
    if not _sync(account, by=by):
        return False
    with transaction.atomic(using=CONTROL):
        Entry.objects.create(account=account, what="drift.applied", after={"was": about}, by=by)
    return True
