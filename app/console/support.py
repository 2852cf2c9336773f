"""Support access as the operators see it: ask, enter, end."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from app.access.jobs import tell_of_support
from app.access.requests import SignedInRequest
from app.access.support import put_out
from app.console.acting import note_act
from app.console.gate import operators_look
from app.console.pages import page
from app.setup.support import words_of_states
from tenants import support as control
from tenants.context import use_tenant
from tenants.models import Tenant
from tenants.operating import SupportAccess
from tenants.router import serves
from tenants.routing import ref_of, workspace_url
from tenants.support import MOST_HOURS, Helper, NotPossible, state_of

AT_ONCE = 50
#: A form of these pages may lead to a workspace's host.
TO_WORKSPACES = {"form-action": [f"{settings.SCHEME}://*.{settings.PUBLIC_HOST}"]}


class AskForm(forms.Form):
    """Why, for how long, and for what."""

    reason = forms.CharField(
        label=gettext_lazy("Why, in words that the company reads"),
        max_length=500,
        widget=forms.Textarea,
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Hours"), min_value=1, max_value=MOST_HOURS, initial=2
    )
    wants_to_change = forms.BooleanField(
        label=gettext_lazy("I need to change something"), required=False
    )


@csp_update(TO_WORKSPACES)
@operators_look
@require_GET
def accesses(request: SignedInRequest) -> HttpResponse:
    """All requests, the newest first."""
    rows = SupportAccess.objects.select_related("tenant").order_by("-asked_at", "-pk")
    shown = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    return page(request, "support", shown=shown, **frame())


def frame() -> dict[str, Any]:
    """What a list of requests shows and uses."""
    return {"state_of": state_of, "words": words_of_states()}


@operators_look
@require_POST
def ask(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the company to be let in; its owner and administrators get a mail."""
    tenant = get_object_or_404(Tenant, pk=pk, is_operator=False)
    form = AskForm(request.POST)
    if not form.is_valid():
        from app.console.workspace import workspace_page

        return workspace_page(request, tenant, ask_form=form, status=422)
    helper = Helper(request.actor.user_id, request.actor.name, request.actor.email or "")
    try:
        made = control.ask(tenant.pk, by=helper, **form.cleaned_data)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        note_act(request, "support.asked", tenant=tenant, reason=made.reason, access=made.pk)
        with use_tenant(ref_of(tenant)):
            tell_of_support.defer(access_id=made.pk)
        messages.success(request, _("%(company)s is asked.") % {"company": tenant.company})
    return redirect("console:workspace", pk)


@operators_look
@require_POST
def enter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go in, by a pass that is good once and for a minute; only for whom it was granted."""
    access = get_object_or_404(SupportAccess.objects.select_related("tenant"), pk=pk)
    if access.operator_number != request.actor.user_id:
        raise PermissionDenied
    if state_of(access) != "live":
        messages.error(request, _("You are not let in any more."))
        return redirect("console:support")
    note_act(request, "support.entered", tenant=access.tenant, access=access.pk)
    path = f"/support/enter/?token={control.make_pass(access)}"
    return HttpResponseRedirect(workspace_url(access.tenant.subdomain, path))


@operators_look
@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a request back, or end an access, one's own or a colleague's."""
    access = get_object_or_404(SupportAccess.objects.select_related("tenant"), pk=pk)
    try:
        control.end(access.pk, by=f"{request.actor.name} (Clientele)")
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        note_act(request, "support.ended", tenant=access.tenant, access=access.pk)
        if serves(access.tenant.cell_id):
            with use_tenant(ref_of(access.tenant)):
                put_out(access)
        messages.success(request, _("That is over."))
    return redirect("console:support")
