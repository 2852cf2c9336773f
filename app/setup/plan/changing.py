"""More at once, less at the renewal: seen before it is bought, and bought as it was seen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from app.access.requests import SignedInRequest
from app.access.seats import seats
from app.setup.plan.facts import sitting, too_much_for
from app.setup.plan.first import unreachable, whole
from app.setup.plan.frame import by, here, owners_page, plan_page
from app.setup.plan.overview import is_live
from billing import buying
from billing.buying import Overview
from billing.catalogue import PLANS, Interval, price_of
from billing.models import Subscription


@owners_page
@require_http_methods(["GET", "POST"])
def change_seats(request: SignedInRequest) -> HttpResponse:
    """How many seats; a number is answered by what it costs, and when."""
    found = buying.overview(here())
    if not is_live(found) or found.subscription is None:
        return redirect("setup:plan_buy")
    number = whole(request.POST.get("seats"), otherwise=found.subscription.seats + 1)
    wanted = {"seats": number} if request.method == "POST" else {}
    return _answer(request, "seats", found, wanted, number=number)


@owners_page
@require_http_methods(["GET", "POST"])
def change_plan(request: SignedInRequest) -> HttpResponse:
    """Another plan, or another interval."""
    found = buying.overview(here())
    live = found.subscription
    if not is_live(found) or live is None:
        return redirect("setup:plan_buy")
    plan = request.POST.get("plan", live.plan)
    interval = request.POST.get("interval", live.interval)
    wanted = {"plan": plan, "interval": interval} if request.method == "POST" else {}
    return _answer(
        request, "change", found, wanted, plan=plan, interval=interval, plans=_sold(live)
    )


def _sold(live: Subscription) -> list[tuple[Any, dict[str, int]]]:
    """The plans with what a seat of each costs, by interval, in the company's currency."""
    return [
        (plan, {one.value: price_of(plan.slug, one, live.currency) for one in Interval})
        for plan in PLANS
        if plan.is_sold
    ]


def _answer(
    request: SignedInRequest,
    template: str,
    found: Overview,
    wanted: dict[str, Any],
    **context: Any,
) -> HttpResponse:
    """The page, or below its form the offer alone; what is refused is told in its place."""
    offer = offer_of(found, wanted) if wanted else {}
    is_part = bool(wanted) and bool(request.headers.get("HX-Request"))
    status = int(offer.pop("status", 200))
    return plan_page(
        request,
        "_offer" if is_part else template,
        status=status,
        found=found,
        live=found.subscription,
        seats=seats(),
        wanted=wanted,
        offer=offer,
        **context,
    )


def offer_of(found: Overview, wanted: dict[str, Any]) -> dict[str, Any]:
    """What it would cost now, else what would begin at the renewal, else why it cannot be."""
    try:
        return {"preview": buying.preview(here(), **wanted)}
    except buying.Refused as no:
        if no.code == "not_more":
            return {"later": later_of(found, wanted)}
        return {"problem": no.sentence, "status": 422}
    except buying.Unreachable:
        return {"problem": unreachable(), "status": 503}


def later_of(found: Overview, wanted: dict[str, Any]) -> dict[str, Any]:
    """What a smaller plan or fewer seats would mean."""
    live = found.subscription
    assert live is not None
    plan = str(wanted.get("plan", live.plan))
    number = int(wanted.get("seats", live.seats))
    interval = Interval(wanted.get("interval", live.interval))
    return {
        "plan": plan,
        "interval": interval.value,
        "seats": number,
        "at": live.period_end,
        "renewal": price_of(plan, interval, live.currency) * number,
        "too_much": too_much_for(plan, number),
        "is_possible": seats().used <= number,
        "sitting": sitting(),
    }


@owners_page
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Buy what was seen; the same once more, from another tab too, is the same purchase."""
    try:
        buying.buy(here(), signed=request.POST.get("signed", ""), by=by(request))
    except buying.Refused as no:
        messages.error(request, no.sentence)
        return redirect("setup:plan_seats")
    except buying.Unreachable:
        messages.error(request, unreachable())
    return redirect("setup:plan")


@owners_page
@require_POST
def later(request: SignedInRequest) -> HttpResponse:
    """Less from the renewal on."""
    data = request.POST
    wanted = {name: data[name] for name in ("plan", "interval") if data.get(name)}
    number = whole(data["seats"]) if data.get("seats") else None
    try:
        buying.plan_change(here(), **wanted, seats=number, by=by(request))
    except buying.Refused as no:
        messages.error(request, no.sentence)
    return redirect("setup:plan")


@owners_page
@require_POST
def keep(request: SignedInRequest) -> HttpResponse:
    """Forget what was planned for the renewal."""
    try:
        buying.keep(here(), by=by(request))
    except buying.Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("You keep what you have."))
    return redirect("setup:plan")
