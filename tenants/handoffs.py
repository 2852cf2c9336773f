"""Hand a new owner over to the workspace's own host, once, within a minute."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tenants.context import Ref, use_control
from tenants.models import Handoff, LoginHint, Tenant

LIFE = timedelta(seconds=60)


def create_handoff(tenant: Tenant) -> str:
    """A token that is good once, for a minute, at this workspace only."""
    token = secrets.token_urlsafe(32)
    Handoff.objects.create(
        token_hash=_digest(token), tenant=tenant, expires_at=timezone.now() + LIFE
    )
    return token


def redeem_handoff(token: str, *, ref: Ref) -> bool:
    """Use the token up at the workspace ``ref``; False when foreign, used or too old."""
    now = timezone.now()
    rows = Handoff.objects.filter(
        token_hash=_digest(token), tenant_id=ref.id, used_at=None, expires_at__gt=now
    )
    return rows.update(used_at=now) == 1


def forget_old_handoffs() -> int:
    """Remove the tokens that nobody can use any more."""
    with use_control():
        return Handoff.objects.filter(expires_at__lt=timezone.now() - LIFE).delete()[0]


def add_login_hint(email: str, *, ref: Ref) -> None:
    """Remember that this address can sign in at ``ref``."""
    LoginHint.objects.get_or_create(email_hash=email_hash(email), tenant_id=ref.id)


def remove_login_hint(email: str, *, ref: Ref) -> None:
    """Forget that this address can sign in at ``ref``."""
    LoginHint.objects.filter(email_hash=email_hash(email), tenant_id=ref.id).delete()


def tenants_of_email(email: str) -> list[Tenant]:
    """The active workspaces that know the address: answer by mail only."""
    with use_control():
        hints = LoginHint.objects.filter(email_hash=email_hash(email))
        rows = Tenant.objects.filter(id__in=hints.values("tenant_id"), status=Tenant.Status.ACTIVE)
        return list(rows.order_by("company", "id"))


def email_hash(email: str) -> str:
    """The keyed hash under which the control plane knows an address."""
    key = hashlib.sha256(b"login-hint:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, email.strip().casefold().encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
