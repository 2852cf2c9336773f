"""Dates and times as a person of a language and a time zone reads them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location

from app.lib.money import babel_locale


def show_date(day: date, *, language: str) -> str:
    """The day as it is written in this language: 3 Nov 2026, 2026年11月3日."""
    text: str = format_date(day, format="medium", locale=babel_locale(language))
    return text


def show_moment(moment: datetime, *, language: str, time_zone: str) -> str:
    """The moment in this time zone, as it is written in this language."""
    text: str = format_datetime(
        moment, format="medium", tzinfo=ZoneInfo(time_zone), locale=babel_locale(language)
    )
    return text


def show_ago(moment: datetime, *, now: datetime, language: str) -> str:
    """How long ago: 3 hours ago, 3小时前."""
    text: str = format_timedelta(moment - now, add_direction=True, locale=babel_locale(language))
    return text


def today_in(time_zone: str, *, now: datetime) -> date:
    """The calendar day that it is in this time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the quarter of this day."""
    start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    later = start + timedelta(days=95)
    return start, date(later.year, later.month, 1) - timedelta(days=1)


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """The names of the time zones that a person may choose, by continent and city."""
    found = (z for z in available_timezones() if "/" in z)
    return ("UTC", *sorted(z for z in found if z.split("/")[0] in _CONTINENTS))


_CONTINENTS = frozenset(
    (
        *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia"),
        *("Europe", "Indian", "Pacific"),
    )
)


def is_time_zone(name: str) -> bool:
    """Whether we offer a time zone of this name."""
    return name in time_zones()


@lru_cache(maxsize=4)
def time_zone_names(language: str) -> tuple[tuple[str, str], ...]:
    """Every time zone with its name; another language than English says its city first."""
    zones = time_zones()
    if language.startswith("en"):
        return tuple((zone, zone.replace("_", " ")) for zone in zones)
    locale = babel_locale(language)
    cities = [get_timezone_location(zone, locale=locale, return_city=True) for zone in zones]
    named = zip(zones, cities, strict=True)
    return tuple((zone, zone if city == zone else f"{city} ({zone})") for zone, city in named)
