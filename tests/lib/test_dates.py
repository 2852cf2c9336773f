from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.lib.dates import (
    is_time_zone,
    quarter_of,
    show_ago,
    show_date,
    show_moment,
    time_zone_names,
    today_in,
)

NOON = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)


def test_moments_are_shown_where_their_reader_is() -> None:
    berlin = show_moment(NOON, language="en", time_zone="Europe/Berlin")
    assert berlin.startswith("Nov 21, 2026")
    assert "9:30" in berlin
    assert show_moment(NOON, language="zh-hans", time_zone="Asia/Shanghai").startswith(
        "2026年11月22日"
    )


def test_days_are_written_in_the_readers_language() -> None:
    assert show_date(date(2026, 11, 3), language="en") == "Nov 3, 2026"
    assert show_date(date(2026, 11, 3), language="zh-hans") == "2026年11月3日"


def test_it_says_how_long_ago() -> None:
    then = NOON.replace(hour=17, minute=30)
    assert show_ago(then, now=NOON, language="en") == "3 hours ago"


def test_today_depends_on_where_one_is() -> None:
    assert today_in("America/Los_Angeles", now=NOON) == date(2026, 11, 21)
    assert today_in("Asia/Tokyo", now=NOON) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 3, 31))),
        (date(2026, 6, 30), (date(2026, 4, 1), date(2026, 6, 30))),
        (date(2026, 12, 31), (date(2026, 10, 1), date(2026, 12, 31))),
    ],
)
def test_a_day_lies_in_its_quarter(day: date, quarter: tuple[date, date]) -> None:
    assert quarter_of(day) == quarter


def test_time_zones_are_places() -> None:
    assert is_time_zone("UTC")
    assert is_time_zone("Asia/Shanghai")
    assert not is_time_zone("Mars/Olympus")
    assert not is_time_zone("Etc/GMT+5")


def test_time_zones_are_named_by_their_city_in_other_languages() -> None:
    assert dict(time_zone_names("zh-hans"))["Asia/Shanghai"] == "上海 (Asia/Shanghai)"
    assert dict(time_zone_names("en"))["America/New_York"] == "America/New York"
    assert dict(time_zone_names("zh-hans")).keys() == dict(time_zone_names("en")).keys()
