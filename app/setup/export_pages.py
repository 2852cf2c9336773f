"""The page on which owner and administrators take everything along."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.lib.formats import file_size
from app.setup import exporting
from app.setup.exports import Export
from app.setup.gate import administrators_only
from app.setup.pages import page
from tenants.files import store
from tenants.files.errors import StorageDown, StorageRefused

SHOWN = 10


@open_when_restricted
@administrators_only
@require_http_methods(["GET", "POST"])
def export(request: SignedInRequest) -> HttpResponse:
    """Ask for an export; one's own are listed, each to be fetched by whoever asked."""
    if request.method == "POST" and store.configured():
        try:
            exporting.start(by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("setup:export")
    latest = list(own(request)[:SHOWN])
    return page(
        request,
        "export",
        exports=latest,
        busy=next((one for one in latest if one.is_busy), None),
        is_possible=store.configured(),
        most_files=file_size(exporting.MOST_FILES),
        size=file_size,
    )


@administrators_only
@never_cache
@require_GET
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that looks again every second."""
    made = get_object_or_404(own(request), pk=pk)
    response = page(request, "export_progress", busy=made)
    if not made.is_busy:
        response.headers["HX-Refresh"] = "true"
    return response


@administrators_only
@never_cache
@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponse:
    """On to the store, by an address that is good for a minute."""
    made = get_object_or_404(own(request), pk=pk)
    if not made.is_there:
        raise Http404
    try:
        return HttpResponseRedirect(exporting.fetch(made, by=request.actor))
    except (StorageDown, StorageRefused):
        messages.error(request, _("The storage of files does not answer. Try again soon."))
        return redirect("setup:export")


def own(request: SignedInRequest) -> QuerySet[Export]:
    """An export holds what its asker may see: nobody else gets it."""
    return Export.objects.filter(asked_by_id=request.actor.user_id)
