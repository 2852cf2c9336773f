"""Monthly recurring revenue: what the subscriptions that hold would bring in a month.

A pure function over the mirror, in whole minor units and by currency; nothing is converted.
A yearly subscription counts a twelfth. All of one currency is added up first and divided once,
halves rounded up, so that the sum is off by half a minor unit at most, however many there are.
Taxes, credit and what is only planned do not count; a subscription whose payment failed does,
until the provider gives it up; one that is cancelled does until it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from billing.catalogue import Interval

#: The provider's words for a subscription that is owed.
COUNTED = frozenset({"active", "past_due"})
MONTHS = 12


class Sells(Protocol):
    """What is known of a subscription."""

    status: str
    interval: str
    currency: str
    unit_amount: int
    seats: int


def a_year(one: Sells) -> int:
    """What it brings in a year, in minor units; nothing when it does not count."""
    if one.status not in COUNTED:
        return 0
    times = MONTHS if one.interval == Interval.MONTH else 1
    return one.unit_amount * one.seats * times


def monthly(subscriptions: Iterable[Sells]) -> Mapping[str, int]:
    """Minor units a month for each currency that anything is paid in."""
    years: dict[str, int] = {}
    for one in subscriptions:
        if amount := a_year(one):
            years[one.currency] = years.get(one.currency, 0) + amount
    return {currency: (year + MONTHS // 2) // MONTHS for currency, year in sorted(years.items())}
