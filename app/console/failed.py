"""Jobs that gave up, as the workers told them, and trying them again."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from app.access.requests import SignedInRequest
from app.console.acting import name_of, note_act
from app.console.gate import operators_look
from app.console.pages import page
from app.records.inputs import as_id
from tenants.models import Tenant
from tenants.operating import FailedJob

AT_ONCE = 100


@operators_look
@require_http_methods(["GET", "POST"])
def jobs(request: SignedInRequest) -> HttpResponse:
    """What failed and still stands; those that are ticked are tried again."""
    if request.method == "POST":
        return _retry(request)
    return _page(request)


def _page(request: SignedInRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    rows = FailedJob.objects.filter(gone_at=None).order_by("-failed_at", "-pk")
    shown = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    schemas = {one.schema_name for one in shown}
    tenants = {one.schema_name: one for one in Tenant.objects.filter(schema_name__in=schemas)}
    return page(
        request,
        "jobs",
        status=status,
        shown=shown,
        tenants=tenants,
        wrong=wrong,
        ticked=request.POST.getlist("job"),
    )


def _retry(request: SignedInRequest) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:1000]
    chosen = [pk for pk in map(as_id, request.POST.getlist("job")) if pk is not None]
    if not reason or not chosen:
        return _page(request, wrong=_("Tick jobs, and say why they are tried again."), status=422)
    rows = FailedJob.objects.filter(pk__in=chosen, gone_at=None, retry_asked_at=None)
    numbers = sorted(rows.values_list("number", flat=True))
    asked = rows.update(retry_asked_at=timezone.now(), retry_asked_by=name_of(request))
    if asked:
        note_act(request, "jobs.retry", reason=reason, jobs=numbers)
    text = ngettext(
        "%(num)d job is tried again in a moment.",
        "%(num)d jobs are tried again in a moment.",
        asked,
    )
    messages.success(request, text % {"num": asked})
    return redirect("console:jobs")
