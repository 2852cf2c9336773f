"""What all pages of the plan share: who may open them, in whose name, how money is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from app.access import plan as plans
from app.access.actors import Actor
from app.access.models import Role
from app.access.requests import SignedInRequest
from app.access.restriction import SAFE, open_when_restricted, owners
from app.lib.formats import day
from app.lib.money import show_minor
from app.setup.pages import page
from billing import buying
from billing.buying import Person
from billing.catalogue import Interval
from tenants.context import current
from tenants.routing import workspace_url

View = Callable[..., HttpResponse]
#: A page whose forms lead on to the provider.
leads_to_payment: Any = csp_update({"form-action": settings.PAYMENT_ORIGINS})


def owners_page(view: View) -> View:
    """A page for owners, open whatever is unpaid. Administrators read whom to ask; nobody else,
    nor anybody who only helps, gets in."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor
        if not actor.administers:
            raise PermissionDenied
        if actor.role == Role.OWNER:
            return view(request, *args, **kwargs)
        if request.method not in SAFE:
            raise PermissionDenied
        name = plans.name_of(actor.plan)
        return page(request, "plan/ask", plan=name, owners=owners())

    return open_when_restricted(never_cache(guarded))


def by(request: SignedInRequest) -> Person:
    """Who asks, as the books name him."""
    return Person(request.actor.user_id, request.actor.name, request.actor.email or "")


def here() -> int:
    """The workspace of the request: no number of an account ever comes from outside."""
    return current().id


def back_url() -> str:
    """Where the provider's pages lead back to."""
    return workspace_url(
        current().subdomain, reverse("setup:plan_back", urlconf=settings.ROOT_URLCONF)
    )


def plan_page(
    request: SignedInRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the plan with the words that all of them use."""
    return page(request, f"plan/{template}", status=status, **words(request.actor), **context)


def words(actor: Actor) -> dict[str, Any]:
    """How plans, money and days are written for this reader."""

    def money(amount: int, currency: str) -> str:
        return show_minor(amount, currency=currency, language=actor.language)

    def on(moment: datetime | None) -> str:
        if moment is None:
            return ""
        return day(moment.astimezone(ZoneInfo(actor.time_zone)).date(), language=actor.language)

    return {
        "money": money,
        "on": on,
        "plan_name": plans.name_of,
        "interval_name": interval_name,
        "is_set_up": bool(settings.STRIPE_API_KEY),
        "why_of": buying.why,
        "host": current().subdomain,
    }


def interval_name(interval: str) -> str:
    """How often is paid; nothing for a word that is not known."""
    return str(Interval(interval).label) if interval in Interval.values else ""
