"""A workspace that is read only: what stays open in it, and how everything else is refused.

Rights know it too (rights.scope_of), so that buttons and rows agree; this is the door before
them. A new page is closed by itself, until its view is marked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.models import Limits, Role, User

View = Callable[..., Any]
MARK = "open_when_restricted"
SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
API = "/api/"
PROBLEM = "urn:clientele:problem:workspace-read-only"


def open_when_restricted(view: View) -> View:
    """Mark a page that takes forms also while the workspace is read only."""
    setattr(view, MARK, True)
    return view


def is_open(view: View) -> bool:
    """Whether a form may be sent there: what strangers may send, everybody may."""
    return bool(getattr(view, MARK, False)) or not getattr(view, "login_required", True)


def refusal(request: HttpRequest, view: View, actor: Actor) -> HttpResponse | None:
    """The answer to somebody who wants to write where nothing may be written; else None."""
    if not actor.read_only or request.method in SAFE or is_open(view):
        return None
    if request.path.startswith(API):
        return _problem(actor)
    text = f"{why(actor)} {what_now(actor)}"
    if request.headers.get("HX-Request"):
        said = json.dumps({"toast": {"text": text, "tone": "error"}})
        return HttpResponse(status=403, headers={"HX-Trigger": said, "HX-Reswap": "none"})
    if _wants_json(request):
        return JsonResponse({"ok": False, "message": text, "error": text}, status=403)
    context = {"why": why(actor), "what_now": what_now(actor)}
    return render(request, "account/read_only.html", context, status=403)


def why(actor: Actor) -> str:
    """Why the workspace is read only, for everybody or for whoever is let in to look."""
    if actor.support and actor.support.looks:
        return _("You were let in to look, not to change anything.")
    return {
        "trial_over": _("The trial is over: the workspace is read only."),
        "ended": _("The plan has ended: the workspace is read only."),
        "unpaid": _("An invoice is not paid: the workspace is read only."),
        "debt": _("Invoices are not paid: the workspace is read only."),
    }.get(actor.cause, _("The workspace is read only."))


def what_now(actor: Actor) -> str:
    """What the reader can do about it."""
    if actor.support:
        return _("Ask the company for access with changes if you need it.")
    if actor.role == Role.OWNER:
        return _("You can read and export everything. Choose a plan or pay to go on working.")
    text = _("You can read and export everything. To go on working, ask %(owner)s.")
    return text % {"owner": owners()}


class ReadOnly(Exception):
    """A job may not write any more; the sentence is for whoever started it."""


def need_writable() -> None:
    """Between two batches of a job: raise ReadOnly once the workspace is read only."""
    if Limits.objects.filter(state=Limits.State.RESTRICTED).exists():
        raise ReadOnly(_("The workspace is read only: this goes on when it no longer is."))


def owners() -> str:
    """The names of those who look after the plan."""
    found = User.objects.filter(role=Role.OWNER, is_active=True, has_seat=True)
    return ", ".join(found.order_by("sort_key").values_list("name", flat=True)[:3])


def _wants_json(request: HttpRequest) -> bool:
    """Whether one of our own scripts asks, which shows the sentence itself."""
    return "json" in request.headers.get("Accept", "") or request.content_type == "application/json"


def _problem(actor: Actor) -> HttpResponse:
    document = {
        "type": PROBLEM,
        "title": _("The workspace is read only"),
        "status": 403,
        "detail": f"{why(actor)} {what_now(actor)}",
    }
    return HttpResponse(
        orjson.dumps(document),
        status=403,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
