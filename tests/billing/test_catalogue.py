"""The plans and their prices."""

from __future__ import annotations

import pytest

from billing.catalogue import (
    CURRENCIES,
    PLANS,
    Feature,
    Interval,
    allows,
    lookup_key,
    price_of,
    sold_by,
)

SOLD = [plan for plan in PLANS if plan.is_sold]


@pytest.mark.parametrize("plan", SOLD, ids=lambda plan: plan.slug)
def test_every_sold_plan_has_a_price_in_every_currency_and_interval(plan) -> None:
    assert set(plan.prices) == {(i, c) for i in Interval for c in CURRENCIES}


def test_a_year_costs_less_than_twelve_months_and_a_larger_plan_more() -> None:
    for currency in CURRENCIES:
        for plan in SOLD:
            month, year = (price_of(plan.slug, one, currency) for one in Interval)
            assert 9 * month < year < 12 * month
        for interval in Interval:
            prices = [price_of(plan.slug, interval, currency) for plan in SOLD]
            assert prices == sorted(set(prices))


def test_a_price_is_told_by_its_name_in_any_version() -> None:
    key = lookup_key("team", Interval.YEAR, "CNY")
    assert key == "clientele_team_year_cny_v1"
    sold = sold_by("clientele_team_year_cny_v7")
    assert sold is not None
    assert (sold.plan, sold.interval, sold.currency) == ("team", Interval.YEAR, "CNY")
    assert sold_by("somebody_elses_price") is None
    assert sold_by("clientele_gone_year_cny_v1") is None


def test_features_come_with_the_plan_and_an_unknown_plan_keeps_them() -> None:
    assert not allows("free", Feature.API)
    assert allows("team", Feature.API)
    assert not allows("team", Feature.BRANCHES)
    assert allows("business", Feature.SINGLE_SIGN_ON)
    assert allows("legacy", Feature.API)
