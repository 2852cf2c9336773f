"""The page of the plan: what one has, uses and pays, and what is under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.access.seats import seats
from app.documents import quota
from app.lib.formats import file_size
from app.setup.plan.facts import features_of, sitting
from app.setup.plan.frame import here, leads_to_payment, owners_page, plan_page
from billing import buying
from billing.buying import Overview
from billing.catalogue import BY_SLUG, FREE
from billing.models import Command
from billing.reading import NOT_LIVE
from billing.standing import State

#: What was asked so long ago is not told any more.
TOLD_FOR = timedelta(hours=2)
OPEN = (Command.State.WAITING, Command.State.SENT)
ASKED = {
    "buy": gettext_lazy("Buying"),
    "plan_change": gettext_lazy("Changing at the renewal"),
    "keep": gettext_lazy("Keeping what you have"),
    "cancel": gettext_lazy("Cancelling"),
    "resume": gettext_lazy("Coming back"),
    "change_details": gettext_lazy("Changing the billing details"),
}


@owners_page
@leads_to_payment
@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    """Everything of the plan on one page."""
    found = buying.overview(here())
    return plan_page(request, "overview", **facts(found))


def facts(found: Overview) -> dict[str, Any]:
    """What the page shows; from our own books, whether the provider answers or not."""
    used, live = seats(), is_live(found)
    return {
        "found": found,
        "live": found.subscription if live else None,
        "seats": used,
        "sitting": sitting(),
        "usage": quota.usage(),
        "size": file_size,
        "features": features_of(found.standing.plan),
        "invoices": buying.invoices(here())[:3],
        "commands": commands_to_tell(found),
        "may_be_free": not live
        and found.standing.state == State.RESTRICTED
        and used.used <= (BY_SLUG[FREE].max_seats or 0),
    }


def is_live(found: Overview) -> bool:
    """Whether a subscription runs that can be changed."""
    return found.subscription is not None and found.subscription.status not in NOT_LIVE


def commands_to_tell(found: Overview) -> list[tuple[Any, Command]]:
    """What is under way, and what ended a moment ago otherwise than was wished."""
    since = timezone.now() - TOLD_FOR
    told = [one for one in found.commands if one.state in OPEN or _is_news(one, since)]
    return [(ASKED.get(one.kind, one.kind), one) for one in told]


def _is_news(one: Command, since: Any) -> bool:
    went_well = one.state == Command.State.DONE and one.result.get("applied", True)
    return one.state == Command.State.LOST or (not went_well and one.created_at > since)


@owners_page
@require_GET
def asked(request: SignedInRequest, uuid: str) -> HttpResponse:
    """How something goes that was asked of the provider: the part that looks again."""
    found = get_object_or_404_of(uuid)
    response = plan_page(
        request, "_asked", label=ASKED.get(found.kind, found.kind), command=found, here=request.path
    )
    if found.state not in OPEN:
        response.headers["HX-Refresh"] = "true"
    return response


def get_object_or_404_of(uuid: str) -> Command:
    """A command of this workspace; anybody else's is not there."""
    found = buying.command(here(), uuid)
    return found if found is not None else get_object_or_404(Command.objects.none())


@owners_page
@require_GET
def back(request: SignedInRequest) -> HttpResponse:
    """Back from the provider's pages: look there at once, do not wait for its message."""
    try:
        buying.refresh(here())
    except buying.Unreachable:
        messages.info(request, _("The payment service does not answer: the page follows soon."))
        return redirect("setup:plan")
    except buying.Refused as no:
        messages.error(request, no.sentence)
        return redirect("setup:plan")
    if request.GET.get("bought"):
        messages.success(request, _("Thank you. What you bought is ready in a moment."))
    return redirect("setup:plan")
