"""Proof that an owner's address is his, without which a workspace cannot mail or share."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmation
from django.utils import timezone

from app.access.models import Role, User, Workspace


def address_of(user: User, *, verified: bool = False) -> EmailAddress:
    """The row in which allauth keeps whether the person's address is proven; made when absent."""
    address, _ = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": verified, "primary": True}
    )
    return address


def ask_once(user: User) -> None:
    """Send the verification mail, unless the address is proven or the mail was sent."""
    address = address_of(user)
    sent = EmailConfirmation.objects.filter(email_address=address, sent__isnull=False)
    if not address.verified and not sent.exists():
        address.send_confirmation()


def is_verified() -> bool:
    """Whether the workspace has proven itself, and so may write to people."""
    return Workspace.objects.exclude(email_verified_at=None).exists()


def mark_workspace_verified(user_id: int) -> None:
    """The workspace is verified as soon as one of its owners is."""
    if User.objects.filter(pk=user_id, role=Role.OWNER).exists():
        Workspace.objects.filter(email_verified_at=None).update(email_verified_at=timezone.now())
