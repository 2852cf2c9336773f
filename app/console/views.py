"""The list of the workspaces."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.console.fleet import NEWEST, SORTS, Narrowing, workspaces
from app.console.gate import operators_look
from app.console.pages import page
from tenants.models import Cell, Tenant
from tenants.routing import workspace_url

AT_ONCE = 50


@operators_look
@require_GET
def fleet(request: SignedInRequest) -> HttpResponse:
    """All workspaces, or those that were looked for."""
    wanted = _wanted(request.GET)
    shown = Paginator(workspaces(wanted), AT_ONCE)
    kept = {"q": wanted.q, "state": wanted.state, "cell": wanted.cell}
    return page(
        request,
        "fleet",
        workspaces=shown.get_page(request.GET.get("page")),
        wanted=wanted,
        states=Tenant.Status.choices,
        cells=Cell.objects.order_by("alias").values_list("alias", flat=True),
        kept=urlencode({key: value for key, value in kept.items() if value}),
        url_of=workspace_url,
    )


def _wanted(asked: QueryDict) -> Narrowing:
    state, cell = asked.get("state", ""), asked.get("cell", "")
    sort = asked.get("sort", NEWEST)
    return Narrowing(
        q=asked.get("q", "").strip()[:200],
        state=state if state in Tenant.Status.values else "",
        cell=cell.replace("\x00", ""),
        sort=sort if sort in SORTS else NEWEST,
    )
