"""Support access in the control plane: asked by an operator, granted or refused by the company.

asked -> granted -> ended or run out; asked -> refused, withdrawn or lapsed. Each step is one
conditional update, so that two tabs, two people or a replay never take it twice.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.context import Ref, use_control
from tenants.models import Tenant
from tenants.operating import SupportAccess, SupportPass
from tenants.router import serves

PASS_LIFE = timedelta(seconds=60)
#: A request that nobody answers lapses.
ANSWER_WITHIN = timedelta(days=7)
MOST_HOURS = 72


class NotPossible(Exception):
    """It cannot be asked for, or was decided meanwhile; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Helper:
    """An operator, as the company is told of him."""

    number: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Decider:
    """Who of the company decides."""

    number: int
    name: str


def waiting() -> Q:
    """The requests that can still be answered."""
    since = timezone.now() - ANSWER_WITHIN
    return Q(granted_at=None, refused_at=None, ended_at=None, asked_at__gt=since)


def live() -> Q:
    """Those that let somebody in at this moment."""
    return Q(granted_at__isnull=False, ended_at=None, until__gt=timezone.now())


def state_of(access: SupportAccess) -> str:
    """In a word: asked, lapsed, refused, withdrawn, live, ended or over."""
    now = timezone.now()
    if access.refused_at:
        return "refused"
    if access.granted_at:
        over = "over" if access.until and access.until <= now else "live"
        return "ended" if access.ended_at else over
    if access.ended_at:
        return "withdrawn"
    return "asked" if access.asked_at > now - ANSWER_WITHIN else "lapsed"


def ask(
    tenant_id: int, *, by: Helper, reason: str, hours: int, wants_to_change: bool
) -> SupportAccess:
    """Ask to be let in; an operator has one request or access at a workspace at a time."""
    with use_control(), transaction.atomic(using="control"):
        tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
        if not serves(tenant.cell_id):
            raise NotPossible(_("This workspace lives in another cell: that is done there."))
        if tenant.is_operator or tenant.status != Tenant.Status.ACTIVE:
            raise NotPossible(_("Nobody can be let into this workspace."))
        mine = SupportAccess.objects.filter(tenant=tenant, operator_number=by.number)
        if mine.filter(waiting() | live()).exists():
            raise NotPossible(_("You have asked already, or are let in."))
        return SupportAccess.objects.create(
            tenant=tenant,
            operator_number=by.number,
            operator_name=by.name,
            operator_email=by.email,
            reason=reason,
            hours_wished=hours,
            wants_to_change=wants_to_change,
        )


def of_workspace(ref: Ref) -> QuerySet[SupportAccess]:
    """All that was ever asked of a workspace, the newest first."""
    return SupportAccess.objects.filter(tenant_id=ref.id).order_by("-asked_at", "-pk")


def grant(pk: int, *, ref: Ref, by: Decider, hours: int, may_change: bool) -> SupportAccess:
    """Let the operator in for so many hours. Raises NotPossible when it was decided meanwhile."""
    now = timezone.now()
    mode = SupportAccess.Mode.CHANGING if may_change else SupportAccess.Mode.LOOKING
    values = {"granted_at": now, "until": now + timedelta(hours=hours), "mode": mode}
    return _decided(pk, ref=ref, by=by, **values)


def refuse(pk: int, *, ref: Ref, by: Decider) -> SupportAccess:
    """Do not let the operator in. Raises NotPossible when it was decided meanwhile."""
    return _decided(pk, ref=ref, by=by, refused_at=timezone.now())


def _decided(pk: int, *, ref: Ref, by: Decider, **values: object) -> SupportAccess:
    with use_control():
        rows = SupportAccess.objects.filter(waiting(), pk=pk, tenant_id=ref.id)
        if not rows.update(decided_by=by.name, decided_by_number=by.number, **values):
            raise NotPossible(_("That was decided meanwhile."))
        return SupportAccess.objects.get(pk=pk)


def end(pk: int, *, by: str, ref: Ref | None = None) -> SupportAccess:
    """End an access, or take a request back, at once. Raises NotPossible when it is over."""
    with use_control():
        rows = SupportAccess.objects.filter(waiting() | live(), pk=pk)
        rows = rows.filter(tenant_id=ref.id) if ref else rows
        if not rows.update(ended_at=timezone.now(), ended_by=by):
            raise NotPossible(_("That was over already."))
        return SupportAccess.objects.get(pk=pk)


def make_pass(access: SupportAccess) -> str:
    """A token that lets the operator in once, within a minute, at this workspace only."""
    token = secrets.token_urlsafe(32)
    with use_control():
        SupportPass.objects.filter(expires_at__lt=timezone.now() - PASS_LIFE).delete()
        SupportPass.objects.create(
            access=access, token_hash=_digest(token), expires_at=timezone.now() + PASS_LIFE
        )
    return token


def redeem(token: str, *, ref: Ref) -> SupportAccess | None:
    """Use the token up at the workspace ``ref``; None when foreign, used, too old or ended."""
    now = timezone.now()
    with use_control():
        rows = SupportPass.objects.filter(
            token_hash=_digest(token), access__tenant_id=ref.id, used_at=None, expires_at__gt=now
        )
        if rows.update(used_at=now) != 1:
            return None
        found = SupportAccess.objects.filter(live(), passes__token_hash=_digest(token))
        return found.first()


def live_of(number: int, *, ref: Ref) -> SupportAccess | None:
    """What lets this operator into the workspace at this moment."""
    with use_control():
        rows = SupportAccess.objects.filter(live(), tenant_id=ref.id, operator_number=number)
        return rows.first()


def entered(access: SupportAccess, *, user_number: int) -> None:
    """Note that the operator came in, and as whom."""
    with use_control():
        rows = SupportAccess.objects.filter(pk=access.pk)
        rows.update(user_number=user_number)
        rows.filter(entered_at=None).update(entered_at=timezone.now())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
