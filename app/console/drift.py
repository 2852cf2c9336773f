"""Where our mirror of the money differed from the payment service, and putting it right."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from app.access.requests import SignedInRequest
from app.console.acting import name_of, note_act
from app.console.acts import ActForm
from app.console.gate import operators_look
from app.console.pages import page
from billing import reconcile
from billing.models import BillingAccount, DriftReport
from tenants.context import use_control

AT_ONCE = 10


@operators_look
@require_GET
def drift(request: SignedInRequest) -> HttpResponse:
    """The comparisons, the newest first, with what they found."""
    rows = DriftReport.objects.order_by("-at", "-pk")
    shown = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    numbers = {row["account"] for report in shown for row in report.differences}
    accounts = BillingAccount.objects.in_bulk(numbers)
    return page(request, "drift", shown=shown, accounts=accounts)


@operators_look
@require_POST
def put_right(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mirror each account of a report anew."""
    report = get_object_or_404(DriftReport, pk=pk)
    form = ActForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
    elif report.applied_at is not None or not report.is_complete:
        messages.error(request, _("There is nothing to put right in this report."))
    else:
        note_act(request, "drift.applied", reason=form.cleaned_data["reason"], report=report.pk)
        with use_control():
            done = reconcile.apply(report, by=name_of(request))
        text = ngettext(
            "%(num)d account is mirrored anew.", "%(num)d accounts are mirrored anew.", done
        )
        messages.success(request, text % {"num": done})
    return redirect("console:drift")
