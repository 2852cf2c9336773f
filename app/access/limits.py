"""What billing tells the workspace of its plan, and what it asks of it.

Called by the biller in the workspace's scope; telling the same twice changes nothing and mails
nobody twice.
"""

from __future__ import annotations

from django.db import transaction

from app.access import plan_news
from app.access.models import Limits
from app.access.seats import seats
from app.access.tree import alias, hold
from billing.standing import Standing
from tenants.audit import name_event


def receive(standing: Standing) -> None:
    """Let the workspace stand like this from now on; its owners hear of what matters to them."""
    with transaction.atomic(using=alias()):
        limits = hold()
        before = plan_news.Stand.of(limits)
        changed = _take(limits, standing)
        if not changed:
            return
        name_event("workspace.standing_changed")
        limits.save(update_fields=changed)
        plan_news.tell_change(limits, before)


def used_seats() -> int:
    """Seats in use: active people who sign in, and open invitations."""
    return seats().used


def _take(limits: Limits, standing: Standing) -> list[str]:
    """Set what differs; the names of these fields."""
    told = {
        "state": standing.state.value,
        "plan": standing.plan,
        "seats": standing.seats,
        "storage_bytes": standing.storage_bytes,
        "until": standing.until,
        "cause": standing.cause.value,
    }
    changed = [name for name, value in told.items() if getattr(limits, name) != value]
    for name in changed:
        setattr(limits, name, told[name])
    return changed
