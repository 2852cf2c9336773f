"""Everything that operators did, the newest first."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.console.gate import operators_look
from app.console.pages import page
from tenants.operating import OperatorAct

AT_ONCE = 100


@operators_look
@require_GET
def trail(request: SignedInRequest) -> HttpResponse:
    """Who did what to whom, and why."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = OperatorAct.objects.order_by("-at", "-pk")
    if q:
        said = Q(company__icontains=q) | Q(reason__icontains=q) | Q(what__icontains=q)
        rows = rows.filter(said | Q(by__icontains=q))
    shown = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    return page(request, "trail", shown=shown, q=q, kept=urlencode({"q": q}) if q else "")
