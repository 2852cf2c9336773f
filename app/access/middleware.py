"""Who asks: from session or token to `request.actor`, his language and his time zone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from app.access import support
from app.access.actors import Actor, actor_of_session
from app.access.restriction import refusal
from app.access.tokens import actor_of_token
from tenants.context import bind_actor, current_or_none, in_control
from tenants.models import Tenant

Answer = Callable[[HttpRequest], HttpResponse]
View = Callable[..., Any]
OPEN_WITHOUT_FACTOR = "open_without_factor"
_API = "/api/"
_BEARER = "bearer "


class ActorMiddleware:
    """Sets `request.actor` and keeps signed-out visitors out of the workspace's pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = _actor_of(request) if current_or_none() else None
        request.actor = actor  # type: ignore[attr-defined]
        if actor is None:  # a session that does not suffice is nobody's, for allauth too
            request.user = AnonymousUser()
        with ExitStack() as stack:
            stack.enter_context(bind_actor(actor.user_id if actor else None))
            stack.enter_context(translation.override(_language(request, actor)))
            if actor:
                stack.enter_context(timezone.override(ZoneInfo(actor.time_zone)))
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Any,
        kwargs: Any,
    ) -> HttpResponse | None:
        """Send signed-out visitors to the log-in page, unless the view is open to them."""
        if _is_suspended(request):
            return render(request, "account/suspended.html", status=403)
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is not None and (
            refused := support.refusal(request, view, actor) or refusal(request, view, actor)
        ):
            return refused
        if not _is_page_of_members(request, view):
            return None
        if actor is None:
            return _to_login(request)
        if actor.lacks_factor and not getattr(view, OPEN_WITHOUT_FACTOR, False):
            return _to_set_up(request)
        return None


def open_without_factor(view: View) -> View:
    """Mark a page that somebody needs who must set up a second factor first."""
    setattr(view, OPEN_WITHOUT_FACTOR, True)
    return view


def _is_page_of_members(request: HttpRequest, view: View) -> bool:
    """Whether somebody must be signed in with his browser to see it."""
    if current_or_none() is None or request.path.startswith(_API):
        return False
    return bool(getattr(view, "login_required", True))


def _is_suspended(request: HttpRequest) -> bool:
    route = getattr(request, "route", None)
    return route is not None and route.status == Tenant.Status.SUSPENDED


def _actor_of(request: HttpRequest) -> Actor | None:
    """A program shows its token, a person his session; the API takes tokens only."""
    if not request.path.startswith(_API):
        actor = actor_of_session(request.session)
        return actor if actor is None or support.still_holds(actor) else None
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_BEARER):
        return None
    return actor_of_token(header[len(_BEARER) :].strip())


def _language(request: HttpRequest, actor: Actor | None) -> str:
    """The person's own; on the public site the address may name it, for search engines."""
    if actor:
        return actor.language
    named = request.GET.get("language", "") if in_control() else ""
    known = named in dict(settings.LANGUAGES)
    return named if known else translation.get_language_from_request(request)


def _to_login(request: HttpRequest) -> HttpResponse:
    target = request.get_full_path() if request.method == "GET" else settings.LOGIN_REDIRECT_URL
    login = reverse("account_login")
    return _go(request, f"{login}?{urlencode({'next': target})}", login)


def _to_set_up(request: HttpRequest) -> HttpResponse:
    security = reverse("mfa_index")
    return _go(request, security, security)


def _go(request: HttpRequest, url: str, url_of_parts: str) -> HttpResponse:
    """Send the browser on; a part of a page takes the whole page along."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url)
    response = HttpResponse()
    response.headers["HX-Redirect"] = url_of_parts
    return response
