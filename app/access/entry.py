"""Whether somebody who has proven who he is may come in, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from app.access.models import IdentityProvider, Limits, Role, User
from app.access.ways import PROVIDER, ways_of


def refusal(user: User, session: Mapping[str, Any]) -> str | None:
    """The sentence for somebody who is refused, None for who may come in.

    To be told only to who has shown his password, passkey or the provider's word.
    """
    if not user.is_active:
        return _(
            "Your access to this workspace was ended. "
            "Ask one of its administrators if that is a mistake."
        )
    if not user.has_seat:
        return _("You have no seat in this workspace any more. Ask one of its administrators.")
    return shut_sentence() or _closed_way(user, session)


def shut_sentence() -> str | None:
    """Why nobody can sign in and what to do about it; None while people can."""
    state = Limits.objects.values_list("state", flat=True).get()
    if state == Limits.State.SUSPENDED:
        return _("This workspace is suspended: nobody can sign in for now.")
    if state == Limits.State.CLOSED:
        closed = _(
            "This workspace is closed. Its owner can have it opened again: write to %(contact)s "
            "from the address that you signed in with."
        )
        return closed % {"contact": settings.CONTACT_EMAIL}
    return None


def _closed_way(user: User, session: Mapping[str, Any]) -> str | None:
    """Only owners may come in without the provider when it is the only way."""
    provider = IdentityProvider.objects.filter(is_on=True, only_way=True).first()
    if provider is None or user.role == Role.OWNER or PROVIDER in ways_of(session, user.pk):
        return None
    return _("Please sign in with %(provider)s: it is the only way into this workspace.") % {
        "provider": provider.name
    }
