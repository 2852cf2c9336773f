"""Sign-up: an idempotent state machine across the two planes.

asked (the row of the control plane keeps the wish, a schema is claimed or asked for)
-> founded (owner and settings stand in the schema, the mail to the owner is queued)
-> known ("find my workspace" has the owner's address) -> active.
Each step can be done twice, so that whoever comes next, the company that tries again or
the provisioner, goes on where a killed process stopped.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import DatabaseError
from django.utils import timezone

from app.access.models import Role, User
from app.website.founding import Founder, found
from billing.accounts import open_account
from tenants.context import use_control, use_tenant
from tenants.handoffs import add_login_hint, create_handoff
from tenants.models import Tenant
from tenants.provisioning import (
    SubdomainTaken,
    activate,
    is_ready,
    open_workspace,
    wait_until_ready,
)
from tenants.router import own_cell, serves
from tenants.routing import ref_of, workspace_url

log = logging.getLogger(__name__)
#: So long may somebody whose browser died get in again by repeating his sign-up.
SECOND_CHANCE = timedelta(hours=1)
#: After this time a sign-up that nobody finishes is taken up by the provisioner.
STUCK_AFTER = timedelta(seconds=15)


class Taken(Exception):
    """Another company has this address."""


class NotReady(Exception):
    """The schema is still being made: the same sign-up succeeds in a moment."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a company asks for."""

    company: str
    subdomain: str
    owner_name: str
    email: str
    password: str
    plan: str
    language: str = "en"
    time_zone: str = "UTC"
    #: Somebody of ours vouches for the address: nothing is mailed.
    verified: bool = False


def sign_up(wish: Wish) -> Tenant:
    """The company's workspace, ready to enter. Raises Taken, NotReady."""
    try:
        tenant = _ask(wish)
    except SubdomainTaken:
        tenant = _asked_before(wish)
    advance(tenant)
    return tenant


def advance(tenant: Tenant) -> None:
    """Do whatever is missing until the workspace is active. Raises NotReady."""
    if tenant.status != Tenant.Status.PROVISIONING:
        return
    if not wait_until_ready(tenant):
        raise NotReady(tenant.subdomain)
    with use_control():
        open_account(tenant)
    ref = ref_of(tenant)
    with use_tenant(ref):
        found(_founder(tenant))
    add_login_hint(tenant.owner_email, ref=ref)
    activate(tenant)


def way_in(tenant: Tenant) -> str:
    """The address that signs the owner in, once, within a minute."""
    return workspace_url(tenant.subdomain, f"/enter/?token={create_handoff(tenant)}")


def resume_stuck() -> int:
    """Finish the sign-ups whose process died; how many were finished."""
    with use_control():
        since = timezone.now() - STUCK_AFTER
        stuck = Tenant.objects.filter(cell=own_cell(), status=Tenant.Status.PROVISIONING)
        stuck = stuck.filter(created_at__lt=since)
        return sum(_finished(tenant) for tenant in stuck.order_by("id") if is_ready(tenant))


def _finished(tenant: Tenant) -> bool:
    try:
        advance(tenant)
    except (DatabaseError, NotReady):
        log.exception("sign-up of tenant %s cannot be finished yet", tenant.pk)
        return False
    return True


def _ask(wish: Wish) -> Tenant:
    return open_workspace(
        company=wish.company,
        subdomain=wish.subdomain,
        owner_email=wish.email,
        owner_password=make_password(wish.password),
        owner_name=wish.owner_name,
        plan=wish.plan,
        signup={
            "language": wish.language,
            "time_zone": wish.time_zone,
            "verified": wish.verified,
        },
    )


def _asked_before(wish: Wish) -> Tenant:
    """The same company's earlier attempt; raises Taken when it is somebody else's workspace."""
    with use_control():
        tenant: Tenant | None = Tenant.objects.filter(subdomain=wish.subdomain).first()
    if tenant is None or not serves(tenant.cell_id) or not _is_same(tenant, wish):
        raise Taken(wish.subdomain)
    return tenant


def _is_same(tenant: Tenant, wish: Wish) -> bool:
    if tenant.status == Tenant.Status.PROVISIONING:
        kept = tenant.owner_password
        return tenant.owner_email == wish.email and check_password(wish.password, kept)
    young = timezone.now() - tenant.created_at < SECOND_CHANCE
    if tenant.status != Tenant.Status.ACTIVE or not young:
        return False
    with use_tenant(ref_of(tenant)):
        owner = User.objects.filter(role=Role.OWNER, email=wish.email).order_by("id").first()
    return owner is not None and owner.can_sign_in and owner.check_password(wish.password)


def _founder(tenant: Tenant) -> Founder:
    return Founder(
        company=tenant.company,
        name=tenant.owner_name,
        email=tenant.owner_email,
        password=tenant.owner_password,
        language=tenant.signup.get("language", "en"),
        time_zone=tenant.signup.get("time_zone", "UTC"),
        verified=tenant.signup.get("verified", False),
    )
