"""The plans: what each holds and costs. Code, versioned; the provider's prices are made from it.

A price that was sold is never edited: raise VERSION, and the old price stays with those who have
it, readable by its lookup key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GB = 1000**3
VERSION = 1
CURRENCIES = ("EUR", "USD", "CNY")
_KEY = re.compile(r"clientele_([a-z]+)_(month|year)_([a-z]{3})_v(\d+)")


class Interval(models.TextChoices):
    """How often is paid."""

    MONTH = "month", _("Monthly")
    YEAR = "year", _("Yearly")


class Feature(StrEnum):
    """What not every plan has."""

    API = "api"
    SINGLE_SIGN_ON = "single_sign_on"
    BRANCHES = "branches"


#: Minor units of the currency for one seat and one interval.
Prices = Mapping[tuple[Interval, str], int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a company may have, and for how much."""

    slug: str
    name: Promise
    pitch: Promise
    #: For how many people it is made.
    size: Promise
    points: tuple[Promise, ...]
    #: A larger plan has a larger rank.
    rank: int
    #: Bytes that the workspace's files may take; none is no limit.
    storage_bytes: int | None
    features: frozenset[Feature]
    min_seats: int = 1
    #: None is no limit.
    max_seats: int | None = None
    prices: Prices = field(default_factory=dict, hash=False)
    recommended: bool = False

    @property
    def is_sold(self) -> bool:
        """Whether it costs something."""
        return bool(self.prices)


@dataclass(frozen=True, slots=True)
class Sold:
    """What a price of the provider is a price of."""

    plan: str
    interval: Interval
    currency: str


def _prices(*, month: tuple[int, int, int], year: tuple[int, int, int]) -> Prices:
    """In whole EUR, USD, CNY."""
    rows = ((Interval.MONTH, month), (Interval.YEAR, year))
    return {
        (interval, currency): amount * 100
        for interval, amounts in rows
        for currency, amount in zip(CURRENCIES, amounts, strict=True)
    }


FREE = "free"
#: What everybody has in the first days.
TRIAL = "business"
RECOMMENDED = "team"
PLANS: tuple[Plan, ...] = (
    Plan(
        FREE,
        pgettext_lazy("plan", "Free"),
        _("For a first look and the first customers."),
        _("Up to three people"),
        (
            _("Accounts, contacts, deals and activities"),
            _("Import of spreadsheets, with undo"),
            _("Search in every record, Chinese included"),
            _("1 GB for files on records"),
        ),
        rank=0,
        storage_bytes=GB,
        features=frozenset(),
        max_seats=3,
    ),
    Plan(
        "team",
        pgettext_lazy("plan", "Team"),
        _("For a sales team that shares its pipeline."),
        _("Up to some fifty people"),
        (
            _("Everything in Free"),
            _("As many people as you pay seats for"),
            _("A programming interface with tokens"),
            _("100 GB for files on records"),
        ),
        rank=1,
        storage_bytes=100 * GB,
        features=frozenset({Feature.API}),
        prices=_prices(month=(15, 16, 98), year=(144, 156, 948)),
        recommended=True,
    ),
    Plan(
        "business",
        pgettext_lazy("plan", "Business"),
        _("For a company with many teams and branches."),
        _("Hundreds of people"),
        (
            _("Everything in Team"),
            _("Head office and branches"),
            _("Signing in through your own provider"),
            _("1 TB for files on records"),
        ),
        rank=2,
        storage_bytes=1000 * GB,
        features=frozenset(Feature),
        prices=_prices(month=(35, 38, 238), year=(336, 360, 2280)),
    ),
    Plan(
        "enterprise",
        pgettext_lazy("plan", "Enterprise"),
        _("For an organisation that wants a place of its own."),
        _("As many people as you have"),
        (
            _("Everything in Business"),
            _("Made for a database cluster of your own"),
            _("Talk to us about region and contract"),
            _("As much room for files as you need"),
        ),
        rank=3,
        storage_bytes=None,
        features=frozenset(Feature),
        min_seats=50,
        prices=_prices(month=(65, 70, 438), year=(624, 672, 4200)),
    ),
)
BY_SLUG: Mapping[str, Plan] = {plan.slug: plan for plan in PLANS}


def allows(plan: str, feature: Feature) -> bool:
    """Whether the plan has the feature; a plan that we do not know any more has all of them."""
    found = BY_SLUG.get(plan)
    return found is None or feature in found.features


def price_of(plan: str, interval: Interval, currency: str) -> int:
    """Minor units for one seat and one interval; KeyError when that is not sold."""
    return BY_SLUG[plan].prices[(interval, currency)]


def lookup_key(plan: str, interval: Interval, currency: str, *, version: int = VERSION) -> str:
    """The name of the price at the payment provider."""
    return f"clientele_{plan}_{interval.value}_{currency.lower()}_v{version}"


def sold_by(key: str) -> Sold | None:
    """What a price of this name sells, of any version; None when it is not ours."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] not in BY_SLUG:
        return None
    return Sold(found[1], Interval(found[2]), found[3].upper())
