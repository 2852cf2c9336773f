"""Asking people to join by mail, and letting in who follows the link."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from app.access import mails
from app.access.actors import Actor
from app.access.invitations import GOOD_FOR, UNANSWERED, Invitation, State, open_invitations
from app.access.models import Limits, Role, Team, User, Workspace
from app.access.people import check_may_set, create_person, seat_person
from app.access.seats import take_seats
from app.access.throttles import Rate, allow_key
from app.access.tokens import hash_of
from app.access.tree import alias, hold
from app.access.verification import is_verified
from app.lib.text import normal_email
from tenants.audit import name_event
from tenants.context import current
from tenants.routing import workspace_url

DAY = 24 * 3600
#: Mails of one person, and of the whole workspace, in a day.
OF_PERSON, OF_WORKSPACE = Rate(100, DAY), Rate(200, DAY)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to be invited."""

    email: str
    name: str = ""


class NotOpen(Exception):
    """The invitation cannot be accepted any more, or never could."""

    def __init__(self, state: State | None) -> None:
        super().__init__(state)
        self.state = state


def invite(
    guests: Sequence[Guest],
    *,
    by: Actor,
    role: str,
    team: Team | None = None,
    manager: User | None = None,
    user: User | None = None,
) -> list[Invitation]:
    """Keep a seat for each of them and mail them; all or nobody.

    `user` is the seatless person whom the only guest is. Raises PermissionDenied, and
    ValidationError that names the field.
    """
    check_may_set(by, role)
    _check_workspace()
    _check_pace(by, len(guests))
    with transaction.atomic(using=alias()):
        name_event("person.invited")
        hold()
        _check_guests(guests, user=user)
        _check_place(manager, user)
        take_seats(len(guests), by=by)
        made = [
            Invitation(
                email=normal_email(guest.email),
                name=guest.name,
                role=role,
                team=team,
                manager=manager,
                user=user,
                invited_by_id=by.user_id,
                expires_at=timezone.now() + GOOD_FOR,
            )
            for guest in guests
        ]
        for one in made:
            one.full_clean(exclude=["invited_by"])
            one.save()
            _send_later(one)
    return made


def _check_workspace() -> None:
    if not is_verified():
        raise ValidationError(
            _("Confirm the owner's e-mail address first: until then nobody can be invited.")
        )


def _check_pace(by: Actor, number: int) -> None:
    for _mail in range(number):
        person = allow_key(str(by.user_id), "invite", rate=OF_PERSON)
        if not (person and allow_key("all", "invite", rate=OF_WORKSPACE)):
            raise ValidationError(_("That is enough mail for today. Please go on tomorrow."))


def _check_guests(guests: Sequence[Guest], *, user: User | None) -> None:
    """Nobody twice, nobody who is here; an invitation that ran out makes way for a new one."""
    addresses = [normal_email(guest.email) for guest in guests]
    expired = Invitation.objects.filter(UNANSWERED, expires_at__lte=timezone.now())
    expired.filter(email__in=addresses).update(revoked_at=timezone.now())
    if user is not None:
        expired.filter(user=user).update(revoked_at=timezone.now())
        _check_seatless(user)
    here = User.objects.filter(email__in=addresses).values_list("email", "is_active")
    errors = [_trouble(str(email), is_active=active) for email, active in here]
    invited = open_invitations().filter(email__in=addresses).values_list("email", flat=True)
    errors += [_("%(email)s is invited already.") % {"email": email} for email in invited]
    twice = {email for email in addresses if addresses.count(email) > 1}
    errors += [_("%(email)s stands here twice.") % {"email": email} for email in sorted(twice)]
    if errors:
        raise ValidationError({"email": errors})


def _check_seatless(user: User) -> None:
    names = {"name": user.name}
    if user.has_seat:
        raise ValidationError({"email": _("%(name)s has a seat.") % names})
    if not user.is_active:
        raise ValidationError({"email": _("%(name)s has left.") % names})
    if open_invitations().filter(user=user).exists():
        raise ValidationError({"email": _("%(name)s is invited already.") % names})


def _trouble(email: str, *, is_active: bool) -> str:
    if is_active:
        return _("%(email)s works here already.") % {"email": email}
    text = _("%(email)s is a former colleague: let that person in again instead.")
    return text % {"email": email}


def _check_place(manager: User | None, user: User | None) -> None:
    if manager is not None and (not manager.is_active or manager == user):
        raise ValidationError({"manager": _("%(name)s has left.") % {"name": manager.name}})


def resend(invitation: Invitation, *, by: Actor) -> None:
    """Another mail and another week; the link of the first mail is dead at once."""
    check_may_set(by, invitation.role)
    _check_workspace()
    _check_pace(by, 1)
    with transaction.atomic(using=alias()):
        name_event("invitation.resent")
        row = _held(invitation)
        if row.state is State.EXPIRED:
            take_seats(by=by)
        row.hash, row.expires_at = None, timezone.now() + GOOD_FOR
        row.save(update_fields=["hash", "expires_at"])
        _send_later(row)


def revoke(invitation: Invitation, *, by: Actor) -> None:
    """Take it back; the seat is free at once."""
    check_may_set(by, invitation.role)
    with transaction.atomic(using=alias()):
        name_event("invitation.revoked")
        row = _held(invitation)
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])


def _held(invitation: Invitation) -> Invitation:
    hold()
    row = Invitation.objects.get(pk=invitation.pk)
    if row.state in (State.ACCEPTED, State.REVOKED):
        raise ValidationError(_("This invitation is closed already."))
    return row


def _send_later(invitation: Invitation) -> None:
    from app.access.jobs import send_invitation

    send_invitation.defer(invitation_id=invitation.pk)


def send(invitation_id: int) -> None:
    """Make the link and mail it; sent again after a crash, only the last link is good."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic(using=alias()):
        row = Invitation.objects.select_for_update().get(pk=invitation_id)
        if row.state is not State.OPEN:
            return
        row.hash = hash_of(secret)
        row.save(update_fields=["hash"])
    workspace = Workspace.objects.get()
    mails.send(
        "invitation",
        to=row.email,
        language=workspace.language,
        name=row.name,
        inviter=row.invited_by.name,
        workspace=workspace.name,
        url=workspace_url(current().subdomain, _path(secret)),
        days=GOOD_FOR.days,
    )
    Invitation.objects.filter(pk=row.pk).update(sent_at=timezone.now())


def _path(secret: str) -> str:
    return reverse("join", args=[secret], urlconf=settings.ROOT_URLCONF)


def find(secret: str) -> Invitation:
    """The invitation behind a link. Raises NotOpen."""
    rows = Invitation.objects.select_related("user", "invited_by")
    row = rows.filter(hash=hash_of(secret)).first()
    if row is None or row.state is not State.OPEN:
        raise NotOpen(row.state if row else None)
    return row


def accept(secret: str, *, name: str, password: str, language: str = "") -> User:
    """Let the guest in: he followed the link, so the address is his. Works once.

    Raises NotOpen, ValidationError.
    """
    with transaction.atomic(using=alias()):
        name_event("person.joined")
        state = hold().state
        if state == Limits.State.RESTRICTED:
            raise ValidationError(_("Nobody can join at the moment: ask whoever invited you."))
        if state not in Limits.WORKING:
            raise NotOpen(None)
        return _let_in(find(secret), name=name, password=password, language=language)


def accept_proven(email: str, *, name: str, owners: bool) -> User | None:
    """Let in a guest whose address the company's own provider has proven, without a password.

    `owners` says whether the provider is trusted with owners. None when nobody invited him.
    Raises ValidationError.
    """
    with transaction.atomic(using=alias()):
        name_event("person.joined")
        if hold().state not in Limits.WORKING:
            return None
        row = open_invitations().filter(email=normal_email(email)).first()
        if row is None or (row.role == Role.OWNER and not owners):
            return None
        known = name or row.name or email.partition("@")[0]
        user = _let_in(row, name=known[:150], password=secrets.token_urlsafe(32), language="")
        user.set_unusable_password()
        user.save(update_fields=["password"])
        return user


def _let_in(row: Invitation, *, name: str, password: str, language: str) -> User:
    # From here on the seat is the person's, no longer the invitation's.
    Invitation.objects.filter(pk=row.pk).update(accepted_at=timezone.now())
    user = _seated(row, name=name, password=password)
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language
    EmailAddress.objects.filter(user=user, email=row.email).update(verified=True)
    Invitation.objects.filter(pk=row.pk).update(user=user)
    return user


def _seated(row: Invitation, *, name: str, password: str) -> User:
    manager = row.manager if row.manager and row.manager.is_active else None
    if row.user is None:
        return create_person(
            name,
            by=None,
            email=row.email,
            password=password,
            role=row.role,
            team=row.team,
            manager=manager,
        )
    seat_person(row.user, email=row.email, password=password)
    return row.user
