"""Which plan and which kind of place suit a company, and why: a pure function of what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from app.lib.money import show_money, show_number
from app.website.prices import Choice, monthly
from billing.catalogue import BY_SLUG, PLANS, Feature, Plan

ENTERPRISE = "enterprise"


class Tier(models.TextChoices):
    """How large a company is, and so where it lives."""

    SMALL = "small", gettext_lazy("Small")
    MEDIUM = "medium", gettext_lazy("Medium")
    LARGE = "large", gettext_lazy("Large")


@dataclass(frozen=True, slots=True)
class Bound:
    """The largest company of a tier: nobody of it has more of anything."""

    staff: int
    sales: int
    branches: int


SMALL = Bound(staff=49, sales=29, branches=9)
MEDIUM = Bound(staff=500, sales=200, branches=30)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a company tells of itself."""

    staff: int
    #: Who would work in the product; each takes a seat.
    sales: int
    branches: int
    api: bool = False
    single_sign_on: bool = False
    #: A database cluster of its own, or on its own premises.
    own_place: bool = False
    contract: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """What we would take in its place."""

    plan: Plan
    tier: Tier
    seats: int
    #: Of all seats, for a month, in the currency asked for.
    monthly: Decimal
    reasons: tuple[str, ...]


def advise(needs: Needs, choice: Choice, *, language: str) -> Advice:
    """The smallest plan that holds all that is needed, and the place for the size."""
    tier = tier_of(needs)
    plan = plan_for(needs, tier)
    seats = max(needs.sales, plan.min_seats)
    cost = monthly(plan.slug, choice) * seats if plan.is_sold else Decimal(0)
    told = (*_of_size(needs, tier, language), *_of_plan(needs, plan, tier, language))
    return Advice(plan, tier, seats, cost, (*told, _of_price(plan, seats, cost, choice, language)))


def tier_of(needs: Needs) -> Tier:
    """Small below 50 people, 30 in sales and 10 branches; medium to 500, 200, 30; large above."""
    if _within(needs, SMALL):
        return Tier.SMALL
    return Tier.MEDIUM if _within(needs, MEDIUM) else Tier.LARGE


def plan_for(needs: Needs, tier: Tier) -> Plan:
    """The first plan of the catalogue that has it all."""
    if tier == Tier.LARGE or needs.own_place or needs.contract:
        return BY_SLUG[ENTERPRISE]
    wanted = features_for(needs)
    return next(plan for plan in PLANS if wanted <= plan.features and _holds(plan, needs.sales))


def features_for(needs: Needs) -> frozenset[Feature]:
    """What not every plan has and this company needs."""
    asked = {
        Feature.API: needs.api,
        Feature.SINGLE_SIGN_ON: needs.single_sign_on,
        Feature.BRANCHES: needs.branches > 1,
    }
    return frozenset(feature for feature, needed in asked.items() if needed)


def _within(needs: Needs, bound: Bound) -> bool:
    return (
        needs.staff <= bound.staff
        and needs.sales <= bound.sales
        and needs.branches <= bound.branches
    )


def _holds(plan: Plan, seats: int) -> bool:
    return plan.max_seats is None or seats <= plan.max_seats


def _of_size(needs: Needs, tier: Tier, language: str) -> tuple[str, str]:
    size = _(
        "%(staff)s people, %(sales)s of them with customers, at %(branches)s places of business:"
        " to us that is a company of this size: %(tier)s."
    )
    return (
        size
        % {
            "staff": show_number(needs.staff, language=language),
            "sales": show_number(needs.sales, language=language),
            "branches": show_number(needs.branches, language=language),
            "tier": str(tier.label).lower(),
        },
        _place(needs, tier),
    )


def _place(needs: Needs, tier: Tier) -> str:
    if tier == Tier.LARGE:
        return _(
            "At that size you get a database cluster of your own: what others do never slows you"
            " down, and you choose the region."
        )
    if needs.own_place:
        return _(
            "You want a cluster of your own or your own premises: your workspace can be moved"
            " there as it is."
        )
    if tier == Tier.MEDIUM:
        return _(
            "Your workspace lives on the shared cluster, in a schema of its own; should you grow,"
            " it moves to a cluster of its own with all its data."
        )
    return _(
        "Your workspace lives on the shared cluster, in a schema of its own, and is ready in a"
        " second."
    )


def _of_plan(needs: Needs, plan: Plan, tier: Tier, language: str) -> list[str]:
    told = []
    if needs.api:
        told.append(_("The programming interface begins with %(plan)s.") % _first(Feature.API))
    if needs.branches > 1:
        told.append(
            _("A tree of head office and branches, where each sees its own, begins with %(plan)s.")
            % _first(Feature.BRANCHES)
        )
    if needs.single_sign_on:
        told.append(
            _("Signing in through your own provider begins with %(plan)s.")
            % _first(Feature.SINGLE_SIGN_ON)
        )
    if needs.contract:
        told.append(_("A contract of its own, paid by bank transfer, comes with Enterprise."))
    if needs.own_place and tier != Tier.LARGE:
        told.append(_("A place of your own comes with Enterprise."))
    return [*told, *_of_seats(needs, plan, language)]


def _of_seats(needs: Needs, plan: Plan, language: str) -> list[str]:
    if plan.max_seats is not None:
        most = show_number(plan.max_seats, language=language)
        return [
            _("Up to %(count)s people work free of charge, for as long as you like.")
            % {"count": most}
        ]
    if needs.sales < plan.min_seats:
        least = show_number(plan.min_seats, language=language)
        return [
            _("%(plan)s is sold from %(count)s seats on.") % {"plan": plan.name, "count": least}
        ]
    free = PLANS[0].max_seats or 0
    if not features_for(needs) and plan.slug != ENTERPRISE:
        return [
            _("Free ends at %(count)s people; %(plan)s takes as many as you pay for.")
            % {"count": show_number(free, language=language), "plan": plan.name}
        ]
    return []


def _first(feature: Feature) -> dict[str, object]:
    return {"plan": next(plan.name for plan in PLANS if feature in plan.features)}


def _of_price(plan: Plan, seats: int, cost: Decimal, choice: Choice, language: str) -> str:
    if not plan.is_sold:
        return _("It costs nothing.")
    one = show_money(monthly(plan.slug, choice), currency=choice.currency, language=language)
    whole = show_money(cost, currency=choice.currency, language=language)
    text = ngettext(
        "%(count)s seat at %(one)s is %(whole)s a month, before taxes.",
        "%(count)s seats at %(one)s are %(whole)s a month, before taxes.",
        seats,
    )
    return text % {"count": show_number(seats, language=language), "one": one, "whole": whole}
