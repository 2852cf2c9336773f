"""The acts on one workspace: a form each, all with a reason, each written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from app.access.requests import SignedInRequest
from app.console.acting import name_of, note_act
from app.console.gate import operators_look
from app.console.jobs import count
from app.lib.forms import take_errors
from billing import operators
from billing.accounts import account_of
from billing.catalogue import PLANS
from billing.errors import Busy, Refused, StoredFailure, Unreachable
from billing.models import BillingAccount, Command
from billing.operators import Stale
from billing.standing import Suspension
from billing.sync import sync_account
from tenants.context import use_control, use_tenant
from tenants.models import Tenant
from tenants.router import serves
from tenants.routing import HOSTS, ref_of

DAY = forms.DateInput(attrs={"type": "date"})
FAILURES = (Unreachable, Busy, StoredFailure, Refused)


class ActForm(forms.Form):
    """Every act says why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SuspendForm(ActForm):
    """For what it is stopped."""

    kind = forms.ChoiceField(
        label=gettext_lazy("For"),
        choices=[
            (Suspension.ABUSE.value, gettext_lazy("abuse: nobody signs in")),
            (Suspension.DEBT.value, gettext_lazy("debt: read only, paying stays open")),
        ],
    )


class ExtendForm(ActForm):
    """Until when the trial goes on."""

    until = forms.DateField(label=gettext_lazy("Until the end of"), widget=DAY)


class GiveForm(ActForm):
    """Which plan, for how many and how long."""

    plan = forms.ChoiceField(
        label=gettext_lazy("Plan that is given"),
        choices=[(plan.slug, plan.name) for plan in PLANS],
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Seats (empty: no limit)"),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    until = forms.DateField(
        label=gettext_lazy("Until the end of (empty: no end)"), widget=DAY, required=False
    )


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done to a workspace."""

    title: Promise
    text: Promise
    form: type[ActForm]
    run: Callable[..., None]
    #: Whether it makes sense for this account now.
    fits: Callable[[BillingAccount, bool], bool]
    danger: bool = False


def end_of(day: date | None) -> datetime | None:
    """The last moment of the day where the operator is."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day else None


def _suspend(account: BillingAccount, **given: Any) -> None:
    operators.suspend(account.pk, **given)
    _tell(account)


def _resume(account: BillingAccount, **given: Any) -> None:
    operators.resume(account.pk, **given)
    _tell(account)


def _extend(account: BillingAccount, *, until: date, **given: Any) -> None:
    operators.extend_trial(account.pk, until=end_of(until) or timezone.now(), **given)
    _tell(account)


def _give(account: BillingAccount, *, until: date | None, **given: Any) -> None:
    operators.give(account.pk, until=end_of(until), **given)
    _tell(account)


def _end_gift(account: BillingAccount, **given: Any) -> None:
    operators.end_gift(account.pk, **given)
    _tell(account)


def _settle(account: BillingAccount, **given: Any) -> None:
    operators.settle(account.pk, **given)


def _sync(account: BillingAccount, *, by: str, **_given: Any) -> None:
    try:
        with use_control():
            sync_account(account, by=by)
    except FAILURES as failure:
        text = _("The payment service did not answer (%(what)s). Nothing was changed.")
        raise ValidationError(text % {"what": type(failure).__name__}) from failure


def _push(account: BillingAccount, **_given: Any) -> None:
    _tell(account, quietly=False)


def _count(account: BillingAccount, **_given: Any) -> None:
    assert account.tenant is not None
    if not serves(account.tenant.cell_id):
        raise ValidationError(_("This workspace lives in another cell: that is done there."))
    with use_tenant(ref_of(account.tenant)):
        count.defer()


def _note(_account: BillingAccount, **_given: Any) -> None:
    """The reason is the note."""


def _tell(account: BillingAccount, *, quietly: bool = True) -> None:
    """Let the workspace know at once; what fails is made up for by the biller."""
    try:
        operators.push_now(account.pk)
    except Exception as error:
        if not quietly:
            text = _("The workspace could not be told (%(what)s). It is tried again by itself.")
            raise ValidationError(text % {"what": type(error).__name__}) from error
    HOSTS.clear()


def _is_stopped(account: BillingAccount, _comp: bool) -> bool:
    return bool(account.suspension)


ACTS: Mapping[str, Act] = {
    "note": Act(
        gettext_lazy("Write a note"),
        gettext_lazy("Stands on this page, for operators only."),
        ActForm,
        _note,
        lambda _a, _c: True,
    ),
    "extend": Act(
        gettext_lazy("Extend the trial"),
        gettext_lazy("Everything of the trial until a later day."),
        ExtendForm,
        _extend,
        lambda _a, _c: True,
    ),
    "give": Act(
        gettext_lazy("Give a plan"),
        gettext_lazy("Without the payment service: goodwill, or a contract paid by transfer."),
        GiveForm,
        _give,
        lambda _a, comp: not comp,
    ),
    "end-gift": Act(
        gettext_lazy("End the plan that is given"),
        gettext_lazy("From now on what is paid holds, or nothing."),
        ActForm,
        _end_gift,
        lambda _a, comp: comp,
        danger=True,
    ),
    "sync": Act(
        gettext_lazy("Look at the payment service now"),
        gettext_lazy("Mirror subscription and invoices anew."),
        ActForm,
        _sync,
        lambda a, _c: bool(a.customer),
    ),
    "push": Act(
        gettext_lazy("Tell the workspace its limits now"),
        gettext_lazy("Plan, seats and state, as they stand."),
        ActForm,
        _push,
        lambda _a, _c: True,
    ),
    "count": Act(
        gettext_lazy("Count anew"),
        gettext_lazy("The workspace counts itself in a moment."),
        ActForm,
        _count,
        lambda _a, _c: True,
    ),
    "settle": Act(
        gettext_lazy("Take care of it"),
        gettext_lazy("What needed attention was looked at and is settled."),
        ActForm,
        _settle,
        lambda a, _c: bool(a.needs_attention),
    ),
    "resume": Act(
        gettext_lazy("Let it go on"),
        gettext_lazy("Ends the suspension."),
        ActForm,
        _resume,
        _is_stopped,
    ),
    "suspend": Act(
        gettext_lazy("Suspend"),
        gettext_lazy("Counts at the next request of everybody there."),
        SuspendForm,
        _suspend,
        lambda _a, _c: True,
        danger=True,
    ),
}


@operators_look
@require_POST
def act(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do one of the acts; with a form that was refused the page comes back."""
    from app.console.workspace import workspace_page

    tenant = get_object_or_404(Tenant, pk=pk, is_operator=False, status=Tenant.Status.ACTIVE)
    name = request.POST.get("act", "")
    if name not in ACTS:
        return workspace_page(request, tenant, status=422)
    form = ACTS[name].form(request.POST)
    if form.is_valid() and _done(request, tenant, name, form):
        messages.success(request, _("Done: %(what)s.") % {"what": ACTS[name].title})
        return redirect("console:workspace", pk)
    return workspace_page(request, tenant, wrong=(name, form), status=422)


def _done(request: SignedInRequest, tenant: Tenant, name: str, form: ActForm) -> bool:
    """Whether it was done; else the form says why not. Noted once it is."""
    account, given = account_of(tenant.pk), form.cleaned_data
    seal = request.POST.get("seal", "")
    try:
        ACTS[name].run(account, **given, by=name_of(request), seal=seal)
    except Stale:
        form.add_error(None, _("Somebody changed this meanwhile. Look again, then decide."))
        return False
    except ValidationError as error:
        take_errors(form, error)
        return False
    reason = given.pop("reason")
    facts = {key: str(value) for key, value in given.items() if value is not None}
    note_act(request, f"workspace.{name}", tenant=tenant, reason=reason, **facts)
    return True


@operators_look
@require_POST
def decide(request: SignedInRequest, pk: str) -> HttpResponse:
    """Say a command again whose end nobody knows, or give it up."""
    command = get_object_or_404(Command.objects.select_related("account__tenant"), pk=pk)
    tenant = command.account.tenant
    form, how = ActForm(request.POST), request.POST.get("act", "")
    decisions = {"again": operators.try_again, "give-up": operators.give_up}
    try:
        if not form.is_valid() or how not in decisions:
            raise ValidationError(_("Say why, and what is to be done."))
        decisions[how](command, by=name_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        reason = form.cleaned_data["reason"]
        note_act(request, f"command.{how}", tenant=tenant, reason=reason, command=str(pk))
        messages.success(request, _("That is decided."))
    return redirect("console:workspace", tenant.pk) if tenant else redirect("console:overview")
