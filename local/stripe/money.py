"""Amounts and periods: whole minor units, whole seconds, and one rule of rounding.

A proration is ``amount * remaining seconds / seconds of the period`` of each line, its magnitude
rounded half up to the minor unit; the credit for what was and the debit for what will be are
rounded by themselves, so that a change and its reversal in the same second cancel out.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

Step = tuple[str, int]


def half_up(value: Fraction) -> int:
    """The nearest whole number; what lies in the middle goes away from zero."""
    doubled = abs(value) * 2 + 1
    rounded = doubled.numerator // (2 * doubled.denominator)
    return rounded if value >= 0 else -rounded


def share(amount: int, seconds: int, whole: int) -> int:
    """The part of an amount that falls on some seconds of a period."""
    return half_up(Fraction(amount * seconds, whole)) if whole else amount


def percent(amount: int, percentage: float | str) -> int:
    """A tax on an amount."""
    return half_up(amount * Fraction(Decimal(str(percentage))) / 100)


def contained(amount: int, percentage: float | str) -> int:
    """The tax within an amount that holds it already."""
    rate = Fraction(Decimal(str(percentage)))
    return half_up(amount * rate / (100 + rate))


def period_after(anchor: int, start: int, step: Step) -> int:
    """The end of the period that begins at ``start``, counted from the anchor.

    Months are counted from the anchor's day: of the 31st, the last day of a shorter month.
    """
    unit, count = step
    if unit in {"day", "week"}:
        length = (86400 if unit == "day" else 604800) * count
        return anchor + length * ((start - anchor) // length + 1)
    months = count * (12 if unit == "year" else 1)
    periods = 0
    while _months_on(anchor, months * periods) <= start:
        periods += 1
    return _months_on(anchor, months * periods)


def _months_on(moment: int, months: int) -> int:
    at = datetime.fromtimestamp(moment, UTC)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())


def day_of(moment: int) -> str:
    """A date for people."""
    return f"{datetime.fromtimestamp(moment, UTC):%d %b %Y}"


def days_on(moment: int, days: int) -> int:
    """So many days later."""
    return moment + int(timedelta(days=days).total_seconds())


def shown(amount: int, currency: str) -> str:
    """An amount for people."""
    whole, cents = divmod(abs(amount), 100)
    sign = "−" if amount < 0 else ""
    return f"{sign}{whole:,}.{cents:02d} {currency.upper()}"
