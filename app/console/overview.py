"""The fleet at a glance: money, trials, trouble, processes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.console.fleet import state_of
from app.console.gate import operators_look
from app.console.pages import page
from billing import clock
from billing.biller import HEARTBEAT
from billing.models import BillingAccount, Command, DriftReport, Mark, Subscription
from billing.revenue import monthly
from billing.standing import State
from tenants.beats import SILENT
from tenants.models import FleetState, Tenant
from tenants.operating import Beat, FailedJob, WorkspaceFacts
from tenants.schemas import migration_hash

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
MOST = 10
FLEET = Q(tenant__is_operator=False)


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the fleet, and whether it was heard of lately."""

    kind: str
    instance: str
    cell: str
    at: datetime | None
    is_silent: bool


@operators_look
@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    """The console's first page."""
    return page(request, "overview", **size(), **sales(), **trouble(), **machinery())


def size() -> dict[str, Any]:
    """How many workspaces stand how, and who works in them."""
    rows = Tenant.objects.filter(is_operator=False).values_list("status", "billing__pushed__state")
    counted = rows.annotate(number=Count("pk"))
    states: Counter[str] = Counter()
    for status, told, number in counted:
        states[state_of(Tenant(status=status), {"state": told or ""})] += number
    total = WorkspaceFacts.objects.filter(FLEET).aggregate(
        people=Coalesce(Sum("people"), 0), records=Coalesce(Sum("records"), 0)
    )
    return {"states": states, "total": total, "workspaces": sum(states.values())}


def sales() -> dict[str, Any]:
    """Revenue, and who began, stayed and left."""
    now = clock.now()
    current = Subscription.objects.filter(is_current=True, account__tenant__is_operator=False)
    earlier = Subscription.objects.filter(
        account=OuterRef("account"), started_at__lt=OuterRef("started_at")
    )
    first = Subscription.objects.filter(~Exists(earlier), started_at__gt=now - MONTH)
    live = Subscription.objects.filter(account=OuterRef("account"), is_current=True, ended_at=None)
    left = Subscription.objects.filter(~Exists(live), ended_at__gt=now - MONTH)
    accounts = BillingAccount.objects.filter(FLEET).select_related("tenant")
    trials = accounts.filter(pushed__state=State.TRIAL)
    return {
        "revenue": monthly(current),
        "paying": current.filter(ended_at=None).count(),
        "began": accounts.filter(created_at__gt=timezone.now() - WEEK).count(),
        "ending": trials.filter(trial_ends_at__lt=now + WEEK).order_by("trial_ends_at")[:MOST],
        "converted": first.values("account").distinct().count(),
        "left": left.values("account").distinct().count(),
    }


def trouble() -> dict[str, Any]:
    """Who needs somebody to look."""
    accounts = BillingAccount.objects.filter(FLEET).select_related("tenant").order_by("company")
    late = Subscription.objects.filter(
        is_current=True, status__in=("past_due", "unpaid"), account__tenant__is_operator=False
    )
    return {
        "attention": accounts.exclude(needs_attention="")[:MOST],
        "late": late.select_related("account__tenant").order_by("past_due_since")[:MOST],
        "lost": Command.objects.filter(state=Command.State.LOST).count(),
        "untold": accounts.exclude(push_error="")[:MOST],
        "drift": DriftReport.objects.order_by("-at").first(),
    }


def machinery() -> dict[str, Any]:
    """Processes, failed jobs, and schemas that are behind the release."""
    behind = FleetState.objects.exclude(migration_hash=migration_hash())
    return {
        "processes": processes(),
        "jobs": FailedJob.objects.filter(gone_at=None).count(),
        "behind": behind.count(),
        "failed": behind.filter(status=FleetState.Status.FAILED).order_by("pk")[:MOST],
    }


def processes() -> list[Process]:
    """What was heard of lately, and what should have been."""
    now = timezone.now()
    beats = Beat.objects.order_by("kind", "-at")
    found = [
        Process(one.kind, one.instance, one.cell, one.at, is_silent=now - one.at > SILENT)
        for one in beats
    ]
    found += _biller()
    for kind in ("provisioner", "worker", "scheduler", "biller"):
        if not any(one.kind == kind for one in found):
            found.append(Process(kind, "", "", None, is_silent=True))
    return sorted(found, key=lambda one: (one.kind, one.is_silent))


def _biller() -> list[Process]:
    mark = Mark.objects.filter(pk=HEARTBEAT).first()
    if mark is None:
        return []
    return [Process("biller", "", "", mark.at, is_silent=clock.now() - mark.at > SILENT)]
