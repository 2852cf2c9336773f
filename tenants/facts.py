"""What a workspace counted of itself, kept in the control plane for the operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.context import Ref, use_control
from tenants.models import Tenant
from tenants.operating import WorkspaceFacts

#: Days of history that are kept.
DAYS = 60


@dataclass(frozen=True, slots=True)
class Counted:
    """How large and how alive a workspace is."""

    people: int
    invitations: int
    records: int
    is_estimate: bool
    file_bytes: int
    last_activity_at: datetime | None


def keep_facts(counted: Counted, *, ref: Ref) -> bool:
    """Write what was counted; False when the workspace is gone meanwhile."""
    with use_control(), transaction.atomic(using="control"):
        tenant = Tenant.objects.select_for_update(no_key=True).filter(pk=ref.id).first()
        if tenant is None or tenant.status == Tenant.Status.CLOSED:
            return False
        kept = WorkspaceFacts.objects.filter(pk=ref.id).first()
        values = {name: getattr(counted, name) for name in Counted.__slots__}
        values["history"] = _longer(kept.history if kept else [], counted, timezone.now().date())
        values["counted_at"] = timezone.now()
        WorkspaceFacts.objects.update_or_create(tenant=tenant, defaults=values)
    return True


def _longer(history: list[list[Any]], counted: Counted, today: date) -> list[list[Any]]:
    """The history with today's line as its last; a second count of a day replaces the first."""
    line = [today.isoformat(), counted.people, counted.records, counted.file_bytes]
    before = [one for one in history if one[0] != line[0]]
    return [*before, line][-DAYS:]
