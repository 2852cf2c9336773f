"""Drawing a page of the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from babel.numbers import get_currency_precision
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from app.access.requests import SignedInRequest
from app.lib.dates import show_moment
from app.lib.formats import ago, file_size, number
from app.lib.money import show_money
from billing.catalogue import BY_SLUG
from billing.standing import Cause, State
from tenants.models import Tenant

#: Colours of states; what is not here is grey.
TONES = {
    State.TRIAL: "t1",
    State.ACTIVE: "t5",
    State.GRACE: "t3",
    State.RESTRICTED: "t4",
    State.SUSPENDED: "t6",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the console."""

    href: str
    label: Promise


TABS = (
    Tab("/console/", _("Overview")),
    Tab("/console/workspaces/", _("Workspaces")),
    Tab("/console/support/", _("Support access")),
    Tab("/console/jobs/", _("Failed jobs")),
    Tab("/console/drift/", _("Drift")),
    Tab("/console/notices/", _("Announcements")),
    Tab("/console/trail/", _("What operators did")),
)


def page(
    request: SignedInRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The page inside the frame of the console."""
    return render(request, f"console/{template}.html", frame(request) | context, status=status)


def frame(request: SignedInRequest) -> dict[str, Any]:
    """What every page of the console shows and uses."""
    actor = request.actor
    return {
        "tabs": TABS,
        "may_act": actor.administers,
        "size": file_size,
        "number": partial(number, language=actor.language),
        "cash": partial(cash, language=actor.language),
        "moment": partial(show_moment, language=actor.language, time_zone=actor.time_zone),
        "ago": partial(ago, now=timezone.now(), language=actor.language),
        "tones": TONES,
        "state_words": words_of_workspaces(),
        "plan_name": plan_name,
        "sparkline": sparkline,
    }


def cash(minor: int, currency: str, *, language: str) -> str:
    """Whole minor units as money is written in this language."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return show_money(amount, currency=currency, language=language)


def words_of_workspaces() -> dict[str, str]:
    """How a workspace can stand, in words."""
    words = {str(value): str(label) for value, label in State.choices}
    return words | {Tenant.Status.PROVISIONING.value: gettext("Being made")}


def words_of_causes() -> dict[Cause, str]:
    """Why a workspace stands as it does, in words."""
    return {
        Cause.OPERATORS: gettext("the operators' own"),
        Cause.TRIAL: gettext("in its first days"),
        Cause.TRIAL_OVER: gettext("the trial is over"),
        Cause.FREE: gettext("goes on without paying"),
        Cause.PAID: gettext("paid"),
        Cause.COMP: gettext("given by an operator"),
        Cause.PAYMENT_FAILED: gettext("a payment failed"),
        Cause.UNPAID: gettext("an invoice is not paid"),
        Cause.ENDED: gettext("what was paid has ended"),
        Cause.DEBT: gettext("suspended for debt"),
        Cause.ABUSE: gettext("suspended for abuse"),
        Cause.REMOVED: gettext("removed"),
    }


def plan_name(slug: str) -> str:
    """The plan in words; one that is not sold any more by its name in the code."""
    return str(BY_SLUG[slug].name) if slug in BY_SLUG else slug


def sparkline(points: Sequence[float], label: str) -> Markup:
    """A line of the last weeks, drawn without a script."""
    if len(points) < 2:
        return Markup("")
    low, high = min(points), max(points)
    spread = (high - low) or 1
    step = 100 / (len(points) - 1)
    drawn = " ".join(
        f"{place * step:.1f},{22 - 20 * (value - low) / spread:.1f}"
        for place, value in enumerate(points)
    )
    return Markup(
        '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><polyline points="{}"/></svg>'
    ).format(label, drawn)
