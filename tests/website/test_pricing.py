from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import translation

from app.lib.money import from_minor
from app.website.prices import Choice, comparison, monthly, saved_percent, suggested_currency
from billing.catalogue import CURRENCIES, PLANS, Feature, Interval, price_of

pytestmark = pytest.mark.django_db
WORKING = "staff=120&sales=40&branches=3"


def page(public, query="", **headers):
    answer = public.get(f"/pricing/?{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def prices(text):
    return re.findall(r'<p class="price">([^<]+) <small>', text)[:4]


@pytest.mark.parametrize(
    ("languages", "currency"),
    [
        ("zh-CN,zh;q=0.9", "CNY"),
        ("de-DE,de;q=0.9,en;q=0.8", "EUR"),
        ("pt-PT", "EUR"),
        ("pt-BR", "USD"),
        ("en-US,en;q=0.5", "USD"),
        ("", "USD"),
        ("*", "USD"),
    ],
)
def test_the_currency_follows_the_language_until_it_is_chosen(languages, currency):
    assert suggested_currency(languages) == currency


def test_prices_come_from_the_catalogue_in_the_chosen_currency_and_interval(public):
    assert prices(page(public, "currency=EUR")) == ["€0", "€15", "€35", "€65"]
    assert prices(page(public, "currency=EUR&interval=year")) == ["€0", "€12", "€28", "€52"]
    assert prices(page(public, "currency=cny")) == ["CN¥0", "CN¥98", "CN¥238", "CN¥438"]
    assert prices(page(public, "language=zh-hans&currency=CNY")) == ["¥0", "¥98", "¥238", "¥438"]


def test_a_year_says_what_is_paid_at_once_and_how_much_less_that_is(public):
    text = page(public, "currency=EUR&interval=year")
    assert "€144 for each person, paid by the year" in text
    assert "up to 20% less" in text
    for currency in CURRENCIES:
        choice = Choice(Interval.YEAR, currency)
        less = [
            100
            - 100
            * price_of(p.slug, Interval.YEAR, currency)
            / (12 * price_of(p.slug, Interval.MONTH, currency))
            for p in PLANS
            if p.is_sold
        ]
        assert saved_percent(choice) == int(max(less) + 1e-9)


def test_nonsense_in_the_address_is_the_usual_page(public):
    usual = prices(page(public))
    assert prices(page(public, "currency=XXX&interval=decade")) == usual
    assert "decade" not in page(public, "currency=XXX&interval=decade")


def test_choosing_one_thing_keeps_the_others_in_the_address(public):
    text = page(public, f"{WORKING}&api=1&currency=EUR&interval=year")
    link = re.search(r'href="(\?[^"]*currency=CNY[^"]*)"', text)
    assert link
    for part in ("interval=year", "staff=120", "sales=40", "branches=3", "api=1"):
        assert part in link[1]


def test_what_somebody_adds_to_the_address_is_not_passed_on(public):
    text = page(public, 'next=https://evil.example&x="><script>alert(1)</script>')
    assert "evil.example" not in text
    assert "<script>alert" not in text


def test_a_month_of_a_year_is_a_twelfth_and_never_a_float():
    choice = Choice(Interval.YEAR, "USD")
    assert monthly("team", choice) == Decimal(13)
    assert from_minor(1234, currency="EUR") == Decimal("12.34")
    assert from_minor(1234, currency="JPY") == Decimal(1234)


def test_the_comparison_says_what_the_catalogue_says():
    with translation.override("en"):
        rows = {row.label: row.cells for row in comparison(language="en")}
    assert rows["People"] == (
        "up to 3",
        "as many as you pay for",
        "as many as you pay for",
        "from 50",
    )
    assert rows["Room for files"] == ("1 GB", "100 GB", "1 TB", "as much as you need")
    for label, feature in (
        ("Programming interface", Feature.API),
        ("Head office and branches", Feature.BRANCHES),
        ("Signing in through your own provider", Feature.SINGLE_SIGN_ON),
    ):
        assert rows[label] == tuple(feature in plan.features for plan in PLANS)


def test_the_page_says_when_paying_is_not_set_up(public, settings):
    settings.STRIPE_API_KEY = ""
    assert "Paying is not set up" in page(public)
    settings.STRIPE_API_KEY = "sk_test_123456789"
    assert "Paying is not set up" not in page(public)


def test_the_advice_has_an_address_and_works_without_a_script(public):
    text = page(public, f"{WORKING}&currency=EUR")
    assert "Company: Medium" in text
    assert "€1,400" in text  # 40 seats of Business: three branches
    assert 'href="/signup/?plan=business"' in text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("staff=0&sales=1&branches=1", "greater than or equal to 1"),
        ("staff=10&sales=11&branches=1", "cannot be more than all people"),
        ("staff=10&sales=5&branches=11", "cannot be more than all people"),
        ("staff=many&sales=1&branches=1", "whole number"),
        ("staff=5&sales=1", "required"),
        ("staff=99999999999999999999&sales=1&branches=1", "less than or equal to"),
        ("api=1", "required"),
    ],
)
def test_nonsense_numbers_are_refused_by_the_field(public, query, told):
    answer = public.get(f"/pricing/?{query}")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert told in text
    assert 'aria-invalid="true"' in text
    assert "Our advice" not in text
