"""One workspace: what the operators know of it and may do with it."""

from __future__ import annotations

from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.console import support
from app.console.gate import operators_look
from app.console.pages import page
from tenants.models import Tenant
from tenants.operating import OperatorAct, SupportAccess
from tenants.routing import workspace_url

LATEST = 20


@csp_update(support.TO_WORKSPACES)
@operators_look
@require_GET
def workspace(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page of a workspace."""
    return workspace_page(request, get_object_or_404(Tenant, pk=pk, is_operator=False))


def workspace_page(
    request: SignedInRequest,
    tenant: Tenant,
    *,
    ask_form: support.AskForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Drawn; with a form that was refused, it comes back with what was typed."""
    return page(
        request,
        "workspace",
        status=status,
        tenant=tenant,
        address=workspace_url(tenant.subdomain),
        accesses=SupportAccess.objects.filter(tenant=tenant).order_by("-asked_at")[:LATEST],
        acts=OperatorAct.objects.filter(tenant=tenant).order_by("-at", "-pk")[:LATEST],
        ask_form=ask_form or support.AskForm(),
        **support.frame(),
    )
