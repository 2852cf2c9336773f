"""Where people are signed in, and the end of it."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import router, transaction
from django.utils import timezone

from app.access.actors import Actor
from app.access.listeners import Happening
from app.access.models import User
from app.access.rights import looks_after
from tenants.audit import name_event


def sessions_of(user: User) -> list[UserSession]:
    """The sessions that still hold, the newest first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.created_at, reverse=True)


def end_sessions(user: User, *, only: int | None = None) -> int:
    """End all sessions of a person, or one; how many ended."""
    with transaction.atomic(using=router.db_for_write(User)):
        found = UserSession.objects.filter(user_id=user.pk)
        found = found if only is None else found.filter(pk=only)
        keys = list(found.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        found.delete()
    return len(keys)


def close_sessions(user: User, *, by: Actor, only: int | None = None) -> int:
    """End a colleague's sessions, or one; how many ended. Raises PermissionDenied."""
    if not looks_after(by, user.role):
        raise PermissionDenied
    with transaction.atomic(using=router.db_for_write(User)):
        ended = end_sessions(user, only=only)
        if ended:
            name_event("person.sessions_ended")
            User.objects.filter(pk=user.pk).update(sessions_ended_at=timezone.now())
    return ended


def end_sessions_of_leavers(user: User, happening: Happening, _by: Actor | None) -> None:
    """So that somebody who comes back does not come back signed in."""
    if happening in (Happening.DEACTIVATED, Happening.REMOVED):
        end_sessions(user)
