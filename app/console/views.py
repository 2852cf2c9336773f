"""The list of the workspaces."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.console.fleet import NEWEST, SORTS, Narrowing, line, workspaces
from app.console.gate import operators_look
from app.console.pages import page, words_of_workspaces
from billing.catalogue import BY_SLUG, PLANS
from tenants.models import Cell

AT_ONCE = 50


@operators_look
@require_GET
def fleet(request: SignedInRequest) -> HttpResponse:
    """All workspaces, or those that were looked for."""
    wanted = _wanted(request.GET)
    shown = Paginator(workspaces(wanted), AT_ONCE).get_page(request.GET.get("page"))
    kept = {"q": wanted.q, "state": wanted.state, "plan": wanted.plan, "cell": wanted.cell}
    narrowed = urlencode({key: value for key, value in kept.items() if value})
    return page(
        request,
        "fleet",
        shown=shown,
        lines=[line(tenant) for tenant in shown],
        wanted=wanted,
        narrowed=narrowed,
        kept=f"{narrowed}&sort={wanted.sort}".removeprefix("&"),
        states=words_of_workspaces(),
        plans=[(plan.slug, plan.name) for plan in PLANS],
        cells=list(Cell.objects.order_by("alias").values_list("alias", flat=True)),
        sorts=_sorts(),
    )


def _sorts() -> list[tuple[str, str]]:
    return [
        ("-created", _("Newest first")),
        ("company", _("By name")),
        ("-activity", _("Last active first")),
        ("activity", _("Longest silent first")),
        ("-people", _("Most people first")),
        ("-records", _("Most records first")),
        ("-size", _("Most files first")),
    ]


def _wanted(asked: QueryDict) -> Narrowing:
    state, plan, cell = (asked.get(key, "") for key in ("state", "plan", "cell"))
    sort = asked.get("sort", NEWEST)
    return Narrowing(
        q=asked.get("q", "").strip()[:200],
        state=state if state in words_of_workspaces() else "",
        plan=plan if plan in BY_SLUG else "",
        cell=cell.replace("\x00", ""),
        sort=sort if sort in SORTS else NEWEST,
    )
