"""The pages of files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from app.access.actors import Actor
from app.access.rights import Verb
from app.documents import deletion, editing, kinds, panel
from app.documents import views_upload as uploading
from app.documents.files import Shelf, find_file, find_version, shelf_of, tell
from app.documents.models import File, FileVersion
from app.lib.formats import file_size
from app.records import registry
from app.records.cells import ago_html
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, Refused
from app.records.pages import actor_of, entity_of, go, reader_of, record_url, rights_on_row
from app.records.panels import Place
from tenants.files.errors import StorageDown

View = Callable[..., HttpResponse]
#: What the browser must not keep or tell others of: addresses that open a file.
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


def page(view: View) -> View:
    """A view for a person: what may not be seen is 404, what may not be done 403."""

    @wraps(view)
    def answer(request: HttpRequest, **rest: Any) -> HttpResponse:
        try:
            return view(request, actor_of(request), **rest)
        except NotVisible:
            raise Http404 from None
        except Forbidden:
            raise PermissionDenied from None
        except StorageDown:
            return HttpResponse(uploading.storage_down(), status=503, content_type="text/plain")

    return answer


@require_http_methods(["GET", "POST"])
def of_record(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The list of a record's files; a POST announces another one."""
    view = uploading.start if request.method == "POST" else show_list
    return view(request, slug=slug, pk=pk)


@page
def show_list(request: HttpRequest, actor: Actor, *, slug: str, pk: int) -> HttpResponse:
    """The part of the panel that changes."""
    return listed(request, actor, entity_of(slug), pk)


def listed(request: HttpRequest, actor: Actor, entity: Entity, pk: int) -> HttpResponse:
    """The list as it is now."""
    shelf_of(entity, pk, actor=actor)
    owner = entity.queryset(actor).filter(pk=pk).values_list("owner_id", flat=True).get()
    place = Place(entity, pk, actor, rights_on_row(entity, actor, owner))
    return HttpResponse(panel.files_list(request, place))


@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions of a file; a POST announces another one."""
    return (uploading.add_version if request.method == "POST" else show_versions)(request, pk=pk)


@page
def show_versions(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """Who brought which version when."""
    file, shelf = find_file(pk, actor=actor)
    rows = file.versions.filter(state=FileVersion.State.READY).select_related("uploaded_by")
    now, reader = timezone.now(), reader_of(actor)
    shown = [
        (row, file_size(row.size), ago_html(row.ready_at or row.started_at, reader=reader, now=now))
        for row in rows.order_by("-number")
    ]
    context = {"file": file, "versions": shown, "may_change": may_change(shelf, actor)}
    return render(request, "documents/versions.html", context)


def may_change(shelf: Shelf, actor: Actor) -> bool:
    """Whether the actor may change the file's record, and so its files."""
    try:
        shelf_of(shelf.entity, shelf.pk, actor=actor, verb=Verb.CHANGE)
    except Forbidden:
        return False
    return True


@require_safe
@page
def download(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """On to the file itself, for a minute."""
    address = editing.address_of(pk, number_of(request), actor=actor)
    return HttpResponseRedirect(address, headers=PRIVATE)


@require_safe
@page
def picture(request: HttpRequest, actor: Actor, *, pk: int, page_: int) -> HttpResponse:
    """On to a picture of a page."""
    address = editing.picture_of(pk, number_of(request), page_, actor=actor)
    return HttpResponseRedirect(address, headers=PRIVATE)


def number_of(request: HttpRequest) -> int | None:
    """The version that the address names; none is the current one."""
    raw = request.GET.get("version", "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotVisible
    return int(raw)


@require_safe
@page
def preview(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """A dialog with the pictures of the pages."""
    file, shelf = find_file(pk, actor=actor)
    version = find_version(file, number_of(request))
    if not version.pages:
        raise NotVisible
    tell(shelf, "viewed", file, actor=actor, origin="page", version=version.number)
    context = {"file": file, "version": version, "pages": version.pages}
    return render(request, "documents/preview.html", context)


@require_http_methods(["GET", "POST"])
@page
def rename(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """Ask for another name, and give it."""
    file, shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
    errors: list[str] = []
    if request.method == "POST":
        try:
            file = editing.rename(pk, request.POST.get("name", ""), actor=actor)
            return done(request, shelf, _("%(name)s is saved.") % {"name": file.name})
        except Invalid as error:
            errors = error.sentences
    name = request.POST.get("name", file.name)
    context = {"file": file, "name": name, "errors": errors, "kind": kinds.of_name(file.name)}
    response = render(request, "documents/rename.html", context, status=422 if errors else 200)
    if errors:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog-slot", "innerHTML"
    return response


@require_POST
@page
def delete(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """Put a file among the deleted ones."""
    file = deletion.delete(pk, actor=actor)
    return done(request, of(file), _("%(name)s is deleted.") % {"name": file.name})


@require_POST
@page
def restore(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """Bring it back."""
    file = deletion.restore(pk, actor=actor)
    return done(request, of(file), _("%(name)s is back.") % {"name": file.name})


@require_POST
@page
def purge(request: HttpRequest, actor: Actor, *, pk: int) -> HttpResponse:
    """Take a deleted file away for good."""
    try:
        file = deletion.purge_deleted(pk, actor=actor)
    except Refused as refused:
        return HttpResponse(str(refused.message), status=409, content_type="text/plain")
    return done(request, of(file), _("%(name)s is gone for good.") % {"name": file.name})


@require_POST
@page
def make_current(request: HttpRequest, actor: Actor, *, pk: int, number: int) -> HttpResponse:
    """Let an older version be the one that people get."""
    file = editing.make_current(pk, number, actor=actor)
    news = _("Version %(n)s is current again.") % {"n": number}
    return done(request, of(file), news)


def of(file: File) -> Shelf:
    """The record of a file."""
    return Shelf(registry.get(file.entity), file.record_id)


def done(request: HttpRequest, shelf: Shelf, news: str) -> HttpResponse:
    """The list as it is now, with the news; without htmx back to the record."""
    if not request.headers.get("HX-Request"):
        return go(request, record_url(shelf.entity, shelf.pk), news)
    response = listed(request, actor_of(request), shelf.entity, shelf.pk)
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": news, "tone": "success"}})
    return response
