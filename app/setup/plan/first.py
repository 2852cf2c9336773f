"""The first purchase: plan, interval, currency and seats; then the provider's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from app.access.requests import SignedInRequest
from app.access.seats import seats
from app.setup.plan.facts import too_much_for
from app.setup.plan.frame import back_url, by, here, leads_to_payment, owners_page, plan_page
from app.setup.plan.overview import is_live
from billing import buying
from billing.buying import Overview
from billing.catalogue import CURRENCIES, PLANS, RECOMMENDED, Interval, price_of

DOWN = "unreachable"


@owners_page
@leads_to_payment
@require_http_methods(["GET", "POST"])
def buy(request: SignedInRequest) -> HttpResponse:
    """Choose, see what it costs, and go on to pay."""
    found = buying.overview(here())
    if is_live(found):
        return redirect("setup:plan_change")
    if request.method == "GET":
        return _page(request, found, chosen(request.GET, found, request.actor.base_currency))
    wanted = chosen(request.POST, found, request.actor.base_currency)
    try:
        url = buying.start_checkout(here(), **wanted, by=by(request), back=back_url())
    except buying.Refused as no:
        return _page(request, found, wanted, problem=no.sentence, status=422)
    except buying.Unreachable:
        return _page(request, found, wanted, problem=unreachable(), status=503)
    return HttpResponseRedirect(url)


@owners_page
@require_POST
def portal(request: SignedInRequest) -> HttpResponse:
    """On to the provider's page for card, address and tax number."""
    return _away(request, lambda: buying.open_portal(here(), back=back_url()))


@owners_page
@require_POST
def pay(request: SignedInRequest) -> HttpResponse:
    """On to the provider's page of the oldest open invoice."""
    return _away(request, lambda: buying.pay_url(here()) or "")


@owners_page
@require_POST
def free(request: SignedInRequest) -> HttpResponse:
    """Go on with few people, without paying."""
    try:
        buying.choose_free(here(), used=seats().used, by=by(request))
    except buying.Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, _("The workspace is on the Free plan now."))
    return redirect("setup:plan")


def _away(request: SignedInRequest, address: Any) -> HttpResponse:
    try:
        url = address()
    except buying.Refused as no:
        messages.error(request, no.sentence)
    except buying.Unreachable:
        messages.error(request, unreachable())
    else:
        if url:
            return HttpResponseRedirect(url)
        messages.info(request, _("There is nothing to pay."))
    return redirect("setup:plan")


def chosen(data: QueryDict, found: Overview, base: str) -> dict[str, Any]:
    """What the form says; what it does not say is the likeliest."""
    old = found.subscription
    wish = found.account.wish if found.account.wish in _sold() else RECOMMENDED
    plan = data.get("plan", old.plan if old and old.plan in _sold() else wish)
    fixed = old.currency if old else None
    currency = fixed or data.get("currency", base if base in CURRENCIES else "USD")
    interval = data.get("interval", old.interval if old else Interval.MONTH.value)
    least = max(seats().used, _least(plan))
    return {
        "plan": plan if plan in _sold() else RECOMMENDED,
        "interval": interval if interval in Interval.values else Interval.MONTH.value,
        "currency": currency if currency in CURRENCIES else "USD",
        "seats": whole(data.get("seats"), otherwise=least),
    }


def whole(text: str | None, *, otherwise: int = 0) -> int:
    """A number that somebody typed; what is none stands for no seat at all, which is refused."""
    if text is None:
        return otherwise
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 0


def unreachable() -> str:
    """What to say while the provider is down."""
    return _("The payment service does not answer. Nothing has changed: try again in a moment.")


def _sold() -> dict[str, Any]:
    return {plan.slug: plan for plan in PLANS if plan.is_sold}


def _least(plan: str) -> int:
    found = _sold().get(plan)
    return found.min_seats if found else 1


def _page(
    request: SignedInRequest,
    found: Overview,
    wanted: dict[str, Any],
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    interval, currency = Interval(wanted["interval"]), wanted["currency"]
    prices = {slug: price_of(slug, interval, currency) for slug in _sold()}
    total = prices[wanted["plan"]] * wanted["seats"]
    return plan_page(
        request,
        "buy",
        status=status,
        found=found,
        wanted=wanted,
        problem=problem,
        plans=list(_sold().values()),
        prices=prices,
        total=total,
        intervals=Interval.choices,
        currencies=[(code, code) for code in CURRENCIES],
        fixed_currency=found.subscription is not None,
        used=seats().used,
        too_much=too_much_for(wanted["plan"], None),
    )
