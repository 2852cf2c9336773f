"""What it costs, and which plan suits whom."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from app.lib.money import show_money
from app.website import prices
from app.website.adviser import Advice, Needs, advise
from app.website.forms import NeedsForm
from app.website.prices import Choice
from billing.catalogue import CURRENCIES, PLANS, Interval


@require_GET
def pricing(request: HttpRequest) -> HttpResponse:
    """The plans side by side, and advice for who tells of his company."""
    language = get_language() or "en"
    choice = prices.choice_of(
        request.GET, languages=request.headers.get("Accept-Language", language)
    )
    form = NeedsForm(request.GET) if set(request.GET) & set(NeedsForm.base_fields) else NeedsForm()
    advice = _advice(form, choice, language)
    asked = _asked(request.GET, choice)
    context = {
        "plans": PLANS,
        "choice": choice,
        "cards": prices.cards(choice, language=language),
        "rows": prices.comparison(language=language),
        "intervals": _links(asked, "interval", Interval.choices),
        "currencies": _links(asked, "currency", [(code, code) for code in CURRENCIES]),
        "saved": prices.saved_percent(choice),
        "form": form,
        "advice": advice,
        "cost": _cost(advice, choice, language),
        "pays": bool(settings.STRIPE_API_KEY),
    }
    return render(request, "website/pricing.html", context, status=422 if form.errors else 200)


def _advice(form: NeedsForm, choice: Choice, language: str) -> Advice | None:
    if not form.is_bound or not form.is_valid():
        return None
    return advise(Needs(**form.cleaned_data), choice, language=language)


def _cost(advice: Advice | None, choice: Choice, language: str) -> str:
    if advice is None:
        return ""
    return show_money(advice.monthly, currency=choice.currency, language=language)


def _asked(given: QueryDict, choice: Choice) -> dict[str, str]:
    """What the address says, as far as we know it."""
    chosen = {"interval": choice.interval.value, "currency": choice.currency}
    return {
        **{name: value for name, value in chosen.items() if name in given},
        **{name: str(given[name]) for name in NeedsForm.base_fields if name in given},
    }


def _links(asked: dict[str, str], name: str, values: Any) -> list[tuple[str, str, str]]:
    """The address of this page with one thing changed: value, label, link."""
    return [(value, label, f"?{urlencode({**asked, name: value})}") for value, label in values]
