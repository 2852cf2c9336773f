"""The workspaces of the fleet: found, narrowed down, put in order, and a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from billing.models import Subscription
from billing.revenue import monthly
from billing.standing import State
from tenants.handoffs import email_hash
from tenants.models import Domain, LoginHint, Tenant
from tenants.operating import WorkspaceFacts
from tenants.routing import public_host

#: What a list may be sorted by; an unknown word sorts by the newest.
SORTS = {
    "company": F("company").asc(),
    "-created": F("created_at").desc(),
    "-activity": F("facts__last_activity_at").desc(nulls_last=True),
    "activity": F("facts__last_activity_at").asc(nulls_last=True),
    "-people": F("facts__people").desc(nulls_last=True),
    "-records": F("facts__records").desc(nulls_last=True),
    "-size": F("facts__file_bytes").desc(nulls_last=True),
}
NEWEST = "-created"
#: States that billing tells; before and after that the workspace's own status says more.
OWN = (Tenant.Status.PROVISIONING, Tenant.Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What somebody looks for."""

    q: str = ""
    state: str = ""
    plan: str = ""
    cell: str = ""
    sort: str = NEWEST


@dataclass(frozen=True, slots=True)
class Line:
    """One workspace as the list shows it."""

    tenant: Tenant
    state: str
    plan: str
    facts: WorkspaceFacts | None
    seats_used: int | None
    #: None has no limit.
    seats_paid: int | None
    revenue: Mapping[str, int]


def workspaces(wanted: Narrowing) -> QuerySet[Tenant]:
    """The workspaces that answer to it; the operators' own is none of the fleet."""
    rows: QuerySet[Tenant] = Tenant.objects.filter(is_operator=False)
    current = Subscription.objects.filter(is_current=True)
    rows = rows.select_related("facts", "billing").prefetch_related(
        Prefetch("billing__subscriptions", current, to_attr="current")
    )
    if wanted.q:
        rows = rows.filter(_named(wanted.q))
    if wanted.state:
        rows = rows.filter(in_state(wanted.state))
    if wanted.plan:
        rows = rows.filter(billing__pushed__plan=wanted.plan)
    if wanted.cell:
        rows = rows.filter(cell_id=wanted.cell)
    return rows.order_by(SORTS.get(wanted.sort, SORTS[NEWEST]), "id")


def in_state(state: str) -> Q:
    """The workspaces that stand so: by what they were told last."""
    if state == State.CLOSED:
        return Q(status=Tenant.Status.CLOSED) | Q(billing__pushed__state=state)
    if state == Tenant.Status.PROVISIONING:
        return Q(status=state)
    return Q(billing__pushed__state=state) & ~Q(status__in=OWN)


def line(tenant: Tenant) -> Line:
    """What the list says of a workspace."""
    facts: WorkspaceFacts | None = getattr(tenant, "facts", None)
    account: Any = getattr(tenant, "billing", None)
    told = account.pushed if account else {}
    return Line(
        tenant=tenant,
        state=state_of(tenant, told),
        plan=told.get("plan", ""),
        facts=facts,
        seats_used=facts.people + facts.invitations if facts else None,
        seats_paid=told.get("seats"),
        revenue=monthly(account.current) if account else {},
    )


def state_of(tenant: Tenant, told: Mapping[str, Any]) -> str:
    """How it stands, in one word of billing's or of its own life."""
    return tenant.status if tenant.status in OWN else told.get("state", "")


def _named(text: str) -> Q:
    """By company, address or host; by somebody's e-mail address through its hash alone."""
    text = text.replace("\x00", "").strip()
    if "@" in text:
        hints = LoginHint.objects.filter(email_hash=email_hash(text))
        return Q(pk__in=hints.values("tenant_id"))
    host = text.lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    host = host.partition(":")[0]
    hosts = Domain.objects.filter(domain=host).values("tenant_id")
    subdomain = host.removesuffix(f".{public_host()}")
    return Q(company__icontains=text) | Q(subdomain__contains=subdomain) | Q(pk__in=hosts)
