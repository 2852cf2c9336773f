"""What operators may do with a company's account: each act with a reason, each written down.

Every act takes the account's row first and looks whether it is still as the operator saw it
(`seal_of`), so that a second tab or a colleague is never overwritten unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from billing import clock, commands
from billing.catalogue import BY_SLUG
from billing.channel import wake
from billing.models import BillingAccount, Command, Comp, Entry
from billing.push import look_again, tell
from billing.standing import Standing, Suspension
from billing.sync import CONTROL
from tenants.context import use_control
from tenants.router import serves
from tenants.routing import ref_of

#: A trial is never longer than this from now on.
LONGEST_TRIAL = timedelta(days=180)


class Stale(Exception):
    """The account is no longer as the operator saw it."""


def seal_of(account: BillingAccount) -> str:
    """What a form carries along: how the account stood when the form was drawn."""
    comp = Comp.objects.filter(account=account, ended_at=None).first()
    facts = (account.pk, account.suspension, account.trial_ends_at, comp and comp.pk)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:20]


@contextmanager
def _held(account_id: int, seal: str) -> Iterator[BillingAccount]:
    """The account's row, locked and as it was seen; the biller looks at it afterwards."""
    with use_control(), transaction.atomic(using=CONTROL):
        rows = BillingAccount.objects.select_for_update(of=("self",)).select_related("tenant")
        account = rows.get(pk=account_id)
        if seal_of(account) != seal:
            raise Stale
        yield account
        BillingAccount.objects.filter(pk=account_id).update(next_look_at=Now())
        wake()


def suspend(account_id: int, *, kind: str, reason: str, by: str, seal: str) -> None:
    """Stop a workspace: for abuse nobody signs in any more, for debt it is read only."""
    if kind not in (Suspension.ABUSE, Suspension.DEBT):
        raise ValidationError({"kind": _("Choose abuse or debt.")})
    with _held(account_id, seal) as account:
        before = account.suspension
        if before == kind:
            raise ValidationError({"kind": _("It is suspended for this already.")})
        _write(account, suspension=kind, suspension_reason=reason)
        _note(account, "suspended", {"kind": before}, {"kind": kind}, reason=reason, by=by)


def resume(account_id: int, *, reason: str, by: str, seal: str) -> None:
    """Let a workspace go on that an operator had stopped."""
    with _held(account_id, seal) as account:
        before = account.suspension
        if before == Suspension.NONE:
            raise ValidationError(_("It is not suspended."))
        _write(account, suspension=Suspension.NONE, suspension_reason="")
        _note(account, "resumed", {"kind": before}, {"kind": ""}, reason=reason, by=by)


def extend_trial(account_id: int, *, until: datetime, reason: str, by: str, seal: str) -> None:
    """Let the trial end later; a workspace that had become Free is in its trial again."""
    now = clock.now()
    with _held(account_id, seal) as account:
        before = account.trial_ends_at
        if until <= max(now, before):
            raise ValidationError(
                {"until": _("Choose a day after the present end, in the future.")}
            )
        if until > now + LONGEST_TRIAL:
            most = {"days": LONGEST_TRIAL.days}
            raise ValidationError({"until": _("A trial lasts at most %(days)s more days.") % most})
        _write(account, trial_ends_at=until)
        said = {"until": before.isoformat()}, {"until": until.isoformat()}
        _note(account, "trial.extended", *said, reason=reason, by=by)


def give(
    account_id: int,
    *,
    plan: str,
    seats: int | None,
    until: datetime | None,
    reason: str,
    by: str,
    seal: str,
) -> None:
    """Give a plan without the provider: goodwill, or a contract that is paid otherwise."""
    _check_gift(plan, seats, until)
    with _held(account_id, seal) as account:
        if Comp.objects.filter(account=account, ended_at=None).exists():
            raise ValidationError(_("A plan is given already: end that one first."))
        Comp.objects.create(
            account=account, plan=plan, seats=seats, until=until, reason=reason, by=by
        )
        after = {"plan": plan, "seats": seats, "until": until.isoformat() if until else None}
        _note(account, "plan.given", {}, after, reason=reason, by=by)


def _check_gift(plan: str, seats: int | None, until: datetime | None) -> None:
    if plan not in BY_SLUG:
        raise ValidationError({"plan": _("There is no such plan.")})
    most = BY_SLUG[plan].max_seats
    if seats is not None and not 1 <= seats <= (most or seats):
        raise ValidationError({"seats": _("This plan has no such number of seats.")})
    if until is not None and until <= clock.now():
        raise ValidationError({"until": _("Choose a day in the future.")})


def end_gift(account_id: int, *, reason: str, by: str, seal: str) -> None:
    """End a plan that was given."""
    with _held(account_id, seal) as account:
        comp = Comp.objects.filter(account=account, ended_at=None).first()
        if comp is None:
            raise ValidationError(_("No plan is given."))
        Comp.objects.filter(pk=comp.pk).update(ended_at=clock.now())
        _note(account, "plan.taken_back", {"plan": comp.plan}, {}, reason=reason, by=by)


def settle(account_id: int, *, reason: str, by: str, seal: str) -> None:
    """Somebody has looked at what needed attention."""
    with _held(account_id, seal) as account:
        before = {"needs_attention": account.needs_attention}
        _write(account, needs_attention="")
        _note(account, "attention.settled", before, {}, reason=reason, by=by)


def try_again(command: Command, *, by: str) -> None:
    """Say a command once more whose end nobody knows. Raises ValidationError for any other."""
    _need_lost(command)
    with use_control():
        commands.try_lost_again(command, by=by)


def give_up(command: Command, *, by: str) -> None:
    """It did not happen and need not any more. Raises ValidationError unless it is lost."""
    _need_lost(command)
    with use_control():
        commands.give_up_lost(command, by=by)


def _need_lost(command: Command) -> None:
    if command.state != Command.State.LOST:
        raise ValidationError(_("Only a command whose end nobody knows is decided by hand."))


def push_now(account_id: int) -> Standing | None:
    """Tell the workspace how it stands, here and now; what the workspace raises, this raises.

    The biller of its own cell is called for a workspace of another one.
    """
    with use_control(), transaction.atomic(using=CONTROL):
        rows = BillingAccount.objects.select_for_update(of=("self",)).select_related("tenant")
        account = rows.get(pk=account_id)
        assert account.tenant is not None
        if serves(account.tenant.cell_id):
            return tell(account, ref_of(account.tenant))
        look_again(account_id)
        wake()
        return None


def _write(account: BillingAccount, **values: object) -> None:
    BillingAccount.objects.filter(pk=account.pk).update(**values)


def _note(
    account: BillingAccount,
    what: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    reason: str,
    by: str,
) -> None:
    Entry.objects.create(
        account=account, what=what, before=dict(before), after=dict(after), reason=reason, by=by
    )
