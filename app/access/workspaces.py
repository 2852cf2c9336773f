"""Commands name a workspace by its subdomain and a person by his address."""

from __future__ import annotations

from django.core.management.base import CommandError

from app.access.models import User
from app.lib.text import normal_email
from tenants.context import Ref, use_control
from tenants.models import Tenant
from tenants.router import serves
from tenants.routing import ref_of


def workspace_named(subdomain: str) -> Ref:
    """The active workspace at this subdomain; raises CommandError."""
    with use_control():
        tenant = Tenant.objects.filter(subdomain=subdomain, status=Tenant.Status.ACTIVE).first()
    if tenant is None:
        raise CommandError(f"There is no workspace {subdomain!r}.")
    if not serves(tenant.cell_id):
        raise CommandError(f"{subdomain!r} lives in the cell {tenant.cell_id!r}: do it there.")
    return ref_of(tenant)


def person_with(email: str) -> User:
    """The person of the current workspace who signs in with this address; raises CommandError."""
    person = User.objects.filter(email=normal_email(email)).first()
    if person is None or not person.can_sign_in:
        raise CommandError(f"Nobody signs in there as {email}.")
    return person
