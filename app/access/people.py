"""People come, change and leave; the rules that keep a workspace governed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from app.access import hints
from app.access.actors import Actor
from app.access.invitations import UNANSWERED, Invitation
from app.access.listeners import Happening, tell
from app.access.models import Role, Team, User
from app.access.pictures import show_person
from app.access.rights import looks_after
from app.access.seats import take_seats
from app.access.tree import alias, hold, place_under
from app.access.verification import address_of
from tenants.audit import name_event


class Overtaken(Exception):
    """Somebody else changed this person meanwhile."""


def create_person(
    name: str,
    *,
    by: Actor | None,
    email: str | None = None,
    password: str | None = None,
    role: str = Role.SALES,
    team: Team | None = None,
    manager: User | None = None,
    **profile: Any,
) -> User:
    """A new person: with e-mail address and password one with a seat, else one without.

    `by` is who asks, None the system itself. Raises PermissionDenied, and ValidationError
    that names the field.
    """
    check_may_set(by, role)
    user = User(name=name, email=email or None, role=role, team=team, **profile)
    user.clean()
    user.has_seat = user.email is not None
    with transaction.atomic(using=alias()):
        name_event("person.added")
        if user.has_seat:
            _end_invitations(email=user.email)
            take_seats(by=by)
        _set_password(user, password)
        user.full_clean(exclude=["password"])
        user.save()
        if manager is not None:
            place_under(user, manager)
        if user.has_seat:
            address_of(user)
            hints.remember(user)
        tell(user, Happening.ADDED, by=by)
    return user


def create_seatless(names: Iterable[str], *, by: Actor, team: Team | None = None) -> list[User]:
    """People who own records but do not sign in, as an import finds them."""
    return [create_person(name, by=by, team=team) for name in names]


def change_person(
    user: User,
    *,
    by: Actor,
    name: str,
    role: str,
    team: Team | None,
    external_id: str = "",
    manager: User | None = None,
    seal: str | None = None,
) -> None:
    """Another name, role, team or manager. The last owner stays owner.

    Raises Overtaken when the person is no longer as `seal_of` said.
    """
    with transaction.atomic(using=alias()):
        _hold(user, by=by)
        if seal is not None and seal != seal_of(user):
            raise Overtaken
        if role != user.role:
            check_may_set(by, role)
        name_event("person.changed")
        if user.role == Role.OWNER != role:
            _keep_an_owner(user)
        is_renamed = name != user.name
        user.name, user.role, user.team, user.external_id = name, role, team, external_id
        user.full_clean(exclude=["password", "manager"])
        user.save()
        place_under(user, manager)
        if is_renamed:
            tell(user, Happening.RENAMED, by=by)


def seal_of(user: User) -> str:
    """What a form carries along, so that nobody overwrites a colleague's change unseen."""
    facts = (user.name, user.role, user.team_id, user.manager_id, user.external_id)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:20]


def give_seat(user: User, *, by: Actor, email: str, password: str) -> None:
    """Let somebody who only owned records sign in."""
    with transaction.atomic(using=alias()):
        _hold(user, by=by)
        name_event("person.seated")
        _end_invitations(user=user)
        seat_person(user, email=email, password=password, by=by)


def seat_person(user: User, *, email: str, password: str, by: Actor | None = None) -> None:
    """Give somebody an address, a password and one of the seats. Raises ValidationError."""
    if user.has_seat:
        raise ValidationError({"email": _("%(name)s has a seat.") % {"name": user.name}})
    take_seats(by=by)
    user.email, user.has_seat = email, True
    _set_password(user, password)
    user.full_clean(exclude=["password", "manager"])
    user.save()
    address_of(user)
    hints.remember(user)


def deactivate_person(user: User, *, by: Actor) -> None:
    """End his sessions, tokens and invitation; his records stay. The last owner cannot go."""
    with transaction.atomic(using=alias()):
        _hold(user, by=by)
        if user.role == Role.OWNER:
            _keep_an_owner(user)
        name_event("person.deactivated")
        user.is_active = False
        user.save()
        _end_what_lets_in(user)
        hints.forget(user)
        tell(user, Happening.DEACTIVATED, by=by)


def _end_what_lets_in(user: User) -> None:
    """So that somebody who comes back does not find his old ways in open."""
    user.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    _end_invitations(user=user)


def _end_invitations(**whose: Any) -> None:
    """What has come about otherwise needs no invitation."""
    Invitation.objects.filter(UNANSWERED, **whose).update(revoked_at=timezone.now())


def reactivate_person(user: User, *, by: Actor) -> None:
    """Let a former colleague in again, if a seat is free."""
    with transaction.atomic(using=alias()):
        _hold(user, by=by)
        if user.is_active:
            return
        name_event("person.reactivated")
        if user.has_seat:
            take_seats(by=by)
        user.is_active = True
        user.save()
        hints.remember(user)
        tell(user, Happening.REACTIVATED, by=by)


def remove_person(user: User, *, by: Actor) -> None:
    """Delete for good somebody whom nothing points at. Raises ProtectedError."""
    check_may_touch(by, user)
    with transaction.atomic(using=alias()):
        tell(user, Happening.REMOVED, by=by)
        show_person(user, None)
        user.delete()


def change_profile(
    user: User, *, by: Actor | None = None, name: str, language: str, time_zone: str
) -> None:
    """What everybody may change of himself."""
    with transaction.atomic(using=alias()):
        is_renamed = User.objects.filter(pk=user.pk).exclude(name=name).exists()
        user.name, user.language, user.time_zone = name, language, time_zone
        user.full_clean(exclude=["password"])
        user.save(update_fields=["name", "sort_key", "language", "time_zone"])
        if is_renamed:
            tell(user, Happening.RENAMED, by=by)


def _hold(user: User, *, by: Actor) -> None:
    """The person as he is now, while nobody else can change him. Raises PermissionDenied."""
    hold()
    user.refresh_from_db()
    check_may_touch(by, user)


def check_may_touch(by: Actor | None, user: User) -> None:
    """Who may not make somebody of this role may not touch one. Raises PermissionDenied."""
    check_may_set(by, user.role)


def check_may_set(by: Actor | None, role: str) -> None:
    """Nobody makes somebody whom he could not look after. Raises PermissionDenied."""
    if by is not None and not looks_after(by, role):
        raise PermissionDenied


def _set_password(user: User, password: str | None) -> None:
    if not user.has_seat:
        user.set_unusable_password()
        return
    try:
        validate_password(password or "", user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    user.set_password(password)


def _keep_an_owner(leaving: User) -> None:
    hold()
    owners = User.objects.filter(role=Role.OWNER, has_seat=True, is_active=True)
    if not owners.exclude(pk=leaving.pk).exists():
        raise ValidationError(
            {"role": _("A workspace needs an owner: make somebody else owner first.")}
        )
