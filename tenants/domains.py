"""A company's own domains, under which its workspace answers beside its subdomain.

Two must agree before anybody is answered there: `OWN_DOMAINS` of the processes, which knows
no company, and the row in the control plane, which says whose it is.
"""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction

from tenants import routing
from tenants.context import use_control
from tenants.models import Domain, Tenant
from tenants.router import serves

#: A whole name of letters, digits and hyphens (others in Punycode) that is no address of numbers.
SHAPE = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])\Z"
)


class DomainRefused(Exception):
    """The domain cannot be given or taken away; the sentence says why."""


def add_domain(subdomain: str, host: str) -> None:
    """Let the workspace answer at ``host`` too; a second time changes nothing.

    Raises DomainRefused.
    """
    _check(host)
    with use_control():
        tenant = _tenant_at(subdomain)
        try:
            with transaction.atomic(using="control"):
                Domain.objects.get_or_create(
                    domain=host, tenant=tenant, defaults={"is_primary": False}
                )
        except IntegrityError:
            raise DomainRefused(f"{host} belongs to another workspace.") from None
    routing.HOSTS.clear()


def remove_domain(subdomain: str, host: str) -> None:
    """Let the workspace answer there no more, within half a minute. Raises DomainRefused."""
    with use_control():
        rows = Domain.objects.filter(domain=host, tenant=_tenant_at(subdomain), is_primary=False)
        if not rows.delete()[0]:
            raise DomainRefused(f"{host} is no domain of {subdomain!r}'s own.")
    routing.HOSTS.clear()


def _check(host: str) -> None:
    public = routing.public_host()
    if not SHAPE.match(host):
        raise DomainRefused(f"{host!r} is no name of a host in lowercase letters, without port.")
    if host == public or host.endswith(f".{public}"):
        raise DomainRefused(f"Names under {public} are addresses of workspaces.")


def _tenant_at(subdomain: str) -> Tenant:
    rows = Tenant.objects.filter(subdomain=subdomain).exclude(status=Tenant.Status.CLOSED)
    tenant: Tenant | None = rows.first()
    if tenant is None:
        raise DomainRefused(f"There is no workspace {subdomain!r}.")
    if not serves(tenant.cell_id):
        raise DomainRefused(f"{subdomain!r} lives in the cell {tenant.cell_id!r}: do it there.")
    return tenant
