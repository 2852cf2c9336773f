"""What holds for every address of the API: who asks, how often, once, and how faults look."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from app.access import plan
from app.access.plan import Feature
from app.api import idempotency, problems
from app.api.problems import Problem
from app.api.throttles import Throttle
from tenants.context import current

View = Callable[..., HttpResponseBase]

TOKENS = Throttle(per_minute=settings.API_REQUESTS_PER_MINUTE)
#: A token has 238 random bits: this is against noise, not against guessing.
STRANGERS = Throttle(per_minute=1200)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Clientele"'}


def edge(view: View) -> View:
    """Let a view of the API be reached."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            admit(request)
            return perform(view, request, *args, **kwargs)
        except Exception as error:
            return problems.answer(request, error)

    return guarded


def perform(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Do it; a POST with a key only once."""

    def done() -> HttpResponseBase:
        return worded(view(request, *args, **kwargs))

    if request.method == "POST" and idempotency.HEADER in request.headers:
        return idempotency.once(request, done)
    return done()


def worded(response: HttpResponseBase) -> HttpResponseBase:
    """The framework's own refusal of a method, as a problem document."""
    if response.status_code != 405:
        return response
    allowed = {"Allow": response.headers.get("Allow", "")}
    return problems.respond(
        Problem(405, _("This address does not take this method."), headers=allowed)
    )


def admit(request: HttpRequest) -> None:
    """Let nobody in without a token that is good here, nor too often."""
    if getattr(request, "actor", None) is None:
        wait = STRANGERS.wait(f"{current().schema} {request.META.get('REMOTE_ADDR', '')}")
        if wait:
            raise too_many(wait)
        words = _("Send a token of this workspace: Authorization: Bearer TOKEN.")
        raise Problem(401, words, headers=CHALLENGE)
    if not plan.allows(request.actor.plan, Feature.API):  # type: ignore[attr-defined]
        raise not_in_plan(Feature.API)
    token = hashlib.sha256(request.headers.get("Authorization", "").encode()).hexdigest()
    wait = TOKENS.wait(f"{current().schema} {token}")
    if wait:
        raise too_many(wait)


def not_in_plan(feature: Feature) -> Problem:
    """The company's plan does not hold it; the document names the one that does."""
    facts = {
        "type": "urn:clientele:problem:not-in-plan",
        "title": _("Not part of the plan"),
        "plan": plan.plan_with(feature),
    }
    return Problem(403, plan.missing(feature), members=facts)


def too_many(wait: int) -> Problem:
    """Slow down."""
    return Problem(429, _("Too many requests."), headers={"Retry-After": str(wait)})


@edge
def nothing_here(_request: HttpRequest) -> HttpResponse:
    """Any address under /api/ that is not one of ours."""
    raise problems.not_found()
