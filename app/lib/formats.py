"""Values as HTML pages show them: the formats of money.py and dates.py, remembered by value.

A list of 50 rows would spend most of its time in Babel otherwise; these are pure functions of
their arguments, so remembering them leaks nothing from one workspace to another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_timedelta
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from app.lib.dates import show_date, show_moment
from app.lib.money import babel_locale, show_money, show_number

_KEPT: Final = 20_000
JUST_NOW: Final = 45
_STEPS: Final = (
    (60, 1, "second"),
    (3600, 60, "minute"),
    (86_400, 3600, "hour"),
    (7 * 86_400, 86_400, "day"),
    (30 * 86_400, 7 * 86_400, "week"),
    (365 * 86_400, 30 * 86_400, "month"),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a value is written: his language and his time zone."""

    language: str
    time_zone: str


money = lru_cache(maxsize=_KEPT)(show_money)
number = lru_cache(maxsize=_KEPT)(show_number)
day = lru_cache(maxsize=_KEPT)(show_date)
moment = lru_cache(maxsize=_KEPT)(show_moment)


def ago(when: datetime, *, now: datetime, language: str) -> str:
    """How long ago, in one unit: 3 hours ago; in the future: in 2 days."""
    seconds = int((when - now).total_seconds())
    size = abs(seconds)
    if size < JUST_NOW:
        return _("just now")
    for limit, unit_seconds, unit in _STEPS:
        if size < limit:
            return _ago(
                seconds // unit_seconds if seconds > 0 else -(size // unit_seconds), unit, language
            )
    years = size // (365 * 86_400)
    return _ago(years if seconds > 0 else -years, "year", language)


@lru_cache(maxsize=2000)
def _ago(count: int, unit: str, language: str) -> str:
    sizes = {name: seconds for _, seconds, name in _STEPS} | {"year": 365 * 86_400, "second": 1}
    text: str = format_timedelta(
        count * sizes[unit],
        granularity=unit,  # type: ignore[arg-type]  # one of Babel's own words, from _STEPS
        threshold=1e9,
        add_direction=True,
        locale=babel_locale(language),
    )
    return text


@lru_cache(maxsize=_KEPT)
def short_day(value: date, *, language: str, with_year: bool) -> str:
    """A day in few characters: 3 Nov, or 3 Nov 2026 when the year matters."""
    if with_year:
        return show_date(value, language=language)
    pattern = "M月d日" if language.startswith("zh") else "d MMM"
    text: str = format_date(value, format=pattern, locale=babel_locale(language))
    return text


def amount(value: Decimal | None, *, currency: str | None, language: str) -> str:
    """Money in a few characters, nothing when there is none."""
    return "" if value is None else money(value, currency=currency or "USD", language=language)


def file_size(size: int) -> str:
    """Bytes as people say them, in steps of 1,000 as on the label of a disk: 3.4 MB."""
    if size < 1000:
        return ngettext("%(num)d byte", "%(num)d bytes", size) % {"num": size}
    value, units = size / 1000, ["KB", "MB", "GB", "TB"]
    while value >= 999.5 and len(units) > 1:
        value, units = value / 1000, units[1:]
    text = f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{value:.0f}"
    return f"{text} {units[0]}"
