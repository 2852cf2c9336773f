"""The workspaces of the fleet: found, narrowed down, put in order."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from tenants.handoffs import email_hash
from tenants.models import Domain, LoginHint, Tenant
from tenants.routing import public_host

#: What a list may be sorted by; an unknown word sorts by the newest.
SORTS = {
    "company": F("company").asc(),
    "-company": F("company").desc(),
    "created": F("created_at").asc(),
    "-created": F("created_at").desc(),
}
NEWEST = "-created"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What somebody looks for."""

    q: str = ""
    state: str = ""
    cell: str = ""
    sort: str = NEWEST


def workspaces(wanted: Narrowing) -> QuerySet[Tenant]:
    """The workspaces that answer to it; the operators' own is none of the fleet."""
    rows: QuerySet[Tenant] = Tenant.objects.filter(is_operator=False).select_related("facts")
    if wanted.q:
        rows = rows.filter(_named(wanted.q))
    if wanted.state:
        rows = rows.filter(status=wanted.state)
    if wanted.cell:
        rows = rows.filter(cell_id=wanted.cell)
    return rows.order_by(SORTS.get(wanted.sort, SORTS[NEWEST]), "id")


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
