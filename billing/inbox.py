"""Events are hints: whoever is named in one is looked at anew."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from billing.errors import Busy, Refused, StoredFailure, Unreachable
from billing.models import BillingAccount, Event
from billing.sync import CONTROL, database_time, sync_account
from tenants import metrics

logger = logging.getLogger(__name__)
State = Event.State
#: While one worker looks, the others leave the event alone; if it dies they take it up.
LEASE = timedelta(minutes=2)
LONGEST_WAIT = 3600
MAX_ATTEMPTS = 20
#: The provider repeats an event for three days; known ones are kept much longer.
KEPT = timedelta(days=90)


def look_at_next() -> bool:
    """Look at the next event; False when none is due, or nobody answers just now."""
    event = _claim()
    if event is None:
        return False
    account = _account_of(event)
    if account is None:
        Event.objects.filter(pk=event.pk, state=State.NEW).update(state=State.IGNORED)
        return True
    try:
        sync_account(account, by=f"event {event.pk}", events=_all_of(event))
        metrics.WEBHOOKS.labels("processed").inc()
    except (Unreachable, Busy, StoredFailure) as failure:
        _later(event, failure)
        return False
    except Refused as failure:
        _later(event, failure)
    except Exception as failure:
        logger.exception("event %s could not be looked at", event.pk)
        _later(event, failure)
    return True


def _claim() -> Event | None:
    """Take one for a while; it stays new until its effect is written."""
    now = database_time()
    with transaction.atomic(using=CONTROL):
        rows = Event.objects.filter(state=State.NEW, next_at__lte=now)
        rows = rows.select_for_update(skip_locked=True)
        event = rows.order_by("next_at").first()
        if event is None:
            return None
        event.attempts += 1
        event.next_at = now + LEASE
        event.save(update_fields=["attempts", "next_at"])
    return event


def _account_of(event: Event) -> BillingAccount | None:
    """By the customer alone; what else an event says of itself is not asked."""
    if not event.customer:
        return None
    return BillingAccount.objects.filter(customer=event.customer).first()


def _all_of(event: Event) -> list[str]:
    """One look answers every event of the customer that has arrived before it."""
    rows = Event.objects.filter(customer=event.customer, state=State.NEW)
    return list(rows.values_list("pk", flat=True))


def _later(event: Event, failure: Exception) -> None:
    gives_up = event.attempts >= MAX_ATTEMPTS
    wait = timedelta(seconds=min(2**event.attempts, LONGEST_WAIT))
    Event.objects.filter(pk=event.pk, state=State.NEW).update(
        state=State.FAILED if gives_up else State.NEW,
        next_at=database_time() + wait,
        error=f"{type(failure).__name__}: {failure}"[:500],
    )
    if gives_up:
        metrics.WEBHOOKS.labels("failed").inc()
        logger.error("event %s is given up: %s", event.pk, failure)


def try_again(event_id: str) -> bool:
    """An operator's wish: look at an event that was given up."""
    rows = Event.objects.filter(pk=event_id, state=State.FAILED)
    return bool(rows.update(state=State.NEW, attempts=0, next_at=database_time()))


def forget_old() -> int:
    """Events that had their effect long ago."""
    done = Event.objects.filter(state__in=(State.DONE, State.IGNORED))
    return done.filter(received_at__lt=database_time() - KEPT).delete()[0]
