"""Who is linked with which account of the provider, and the end of it."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.db import router, transaction

from app.access.actors import Actor
from app.access.models import User
from app.access.rights import looks_after
from app.access.signed_in import end_sessions
from tenants.audit import name_event


def ties_of(user: User) -> list[SocialAccount]:
    """The accounts of providers that sign this person in."""
    return list(SocialAccount.objects.filter(user_id=user.pk).order_by("id"))


def untie(user: User, *, by: Actor) -> None:
    """Unlink a person and end his sessions; the next sign-in is matched by address again."""
    if not looks_after(by, user.role):
        raise PermissionDenied
    with transaction.atomic(using=router.db_for_write(User)):
        name_event("person.sign_in_unlinked")
        SocialAccount.objects.filter(user_id=user.pk).delete()
        end_sessions(user)
