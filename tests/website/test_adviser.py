"""The adviser, at every boundary."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from app.website.adviser import Needs, Tier, advise, plan_for, tier_of
from app.website.prices import Choice
from billing.catalogue import Interval

EUR = Choice(Interval.MONTH, "EUR")


def needs(staff=20, sales=5, branches=1, **more):
    return Needs(staff, sales, branches, **more)


def told(one, choice=EUR):
    with translation.override("en"):
        return advise(one, choice, language="en")


@pytest.mark.parametrize(
    ("staff", "sales", "branches", "tier"),
    [
        (1, 1, 1, Tier.SMALL),
        (49, 29, 9, Tier.SMALL),
        (50, 29, 9, Tier.MEDIUM),
        (49, 30, 9, Tier.MEDIUM),
        (49, 29, 10, Tier.MEDIUM),
        (500, 200, 30, Tier.MEDIUM),
        (501, 200, 30, Tier.LARGE),
        (500, 201, 30, Tier.LARGE),
        (500, 200, 31, Tier.LARGE),
        (100_000, 5_000, 400, Tier.LARGE),
        (501, 1, 1, Tier.LARGE),
    ],
)
def test_the_size_is_that_of_the_largest_of_three(staff, sales, branches, tier):
    assert tier_of(Needs(staff, sales, branches)) == tier


@pytest.mark.parametrize(
    ("one", "plan"),
    [
        (needs(sales=1), "free"),
        (needs(sales=3), "free"),
        (needs(sales=4), "team"),
        (needs(sales=3, api=True), "team"),
        (needs(sales=3, branches=2), "business"),
        (needs(sales=3, single_sign_on=True), "business"),
        (needs(sales=3, api=True, single_sign_on=True), "business"),
        (needs(sales=3, own_place=True), "enterprise"),
        (needs(sales=3, contract=True), "enterprise"),
        (needs(staff=500, sales=200), "team"),
        (needs(staff=500, sales=200, branches=30), "business"),
        (needs(staff=501, sales=3), "enterprise"),
        (needs(staff=500, sales=201), "enterprise"),
        (needs(staff=500, sales=200, branches=31), "enterprise"),
    ],
)
def test_the_plan_is_the_smallest_that_holds_everything(one, plan):
    assert plan_for(one, tier_of(one)).slug == plan


@pytest.mark.parametrize(
    ("one", "choice", "seats", "monthly"),
    [
        (needs(sales=3), EUR, 3, 0),
        (needs(sales=4), EUR, 4, 4 * 15),
        (needs(sales=4), Choice(Interval.YEAR, "EUR"), 4, 4 * 12),
        (needs(sales=4), Choice(Interval.MONTH, "CNY"), 4, 4 * 98),
        (needs(sales=10, contract=True), EUR, 50, 50 * 65),
        (needs(staff=60, sales=50, contract=True), EUR, 50, 50 * 65),
        (needs(staff=60, sales=51, contract=True), EUR, 51, 51 * 65),
        (needs(staff=600, sales=300), Choice(Interval.YEAR, "USD"), 300, 300 * 56),
    ],
)
def test_the_price_is_that_of_the_catalogue_for_the_seats_that_are_sold(
    one, choice, seats, monthly
):
    advice = told(one, choice)
    assert (advice.seats, advice.monthly) == (seats, Decimal(monthly))


def test_it_says_why_sentence_by_sentence():
    advice = told(needs(staff=1200, sales=300, branches=40, api=True, single_sign_on=True))
    assert advice.reasons[0].startswith("1,200 people, 300 of them with customers, at 40 places")
    assert advice.reasons[1].startswith("At that size you get a database cluster of your own")
    text = " ".join(advice.reasons)
    assert "The programming interface begins with Team." in text
    assert "where each sees its own, begins with Business." in text
    assert "own provider begins with Business." in text
    assert advice.reasons[-1] == "300 seats at €65 are €19,500 a month, before taxes."


def test_every_need_has_its_own_sentence_and_none_is_said_without_it():
    plain = " ".join(told(needs(sales=4)).reasons)
    for word in ("programming interface", "provider", "contract", "place of your own", "tree"):
        assert word not in plain
    assert "Free ends at 3 people; Team takes as many as you pay for." in plain
    assert "sold from 50 seats on" in " ".join(told(needs(own_place=True)).reasons)
    assert told(needs(sales=2)).reasons[-1] == "It costs nothing."


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_reason_is_left_with_a_hole_or_said_twice(language):
    for sales in (1, 4, 60):
        for branches in (1, 2, 40):
            for wish in ("api", "single_sign_on", "own_place", "contract"):
                one = Needs(100, sales, branches, **{wish: True})
                with translation.override(language):
                    reasons = advise(one, EUR, language=language).reasons
                assert len(set(reasons)) == len(reasons) >= 3
                assert not [text for text in reasons if "%" in text]
