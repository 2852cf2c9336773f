from __future__ import annotations

from decimal import Decimal

import pytest

from app.lib.money import currency_name, is_currency, round_money, show_money, show_number


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        ("1234567.5", "USD", "en", "$1,234,567.50"),
        ("1234567", "USD", "en", "$1,234,567"),
        ("1234567", "CNY", "zh-hans", "¥1,234,567"),
        ("1234567.5", "USD", "zh-hans", "US$1,234,567.50"),
        ("-12", "JPY", "en", "-¥12"),
        ("0.5", "EUR", "en", "€0.50"),
    ],
)
def test_money_is_written_as_its_reader_writes_it(
    amount: str, currency: str, language: str, shown: str
) -> None:
    assert show_money(Decimal(amount), currency=currency, language=language) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("1.5", "JPY", "2"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_money_is_rounded_to_the_smallest_coin(amount: str, currency: str, rounded: str) -> None:
    assert round_money(Decimal(amount), currency=currency) == Decimal(rounded)


def test_numbers_and_names_follow_the_language() -> None:
    assert show_number(1234567, language="en") == "1,234,567"
    assert currency_name("USD", language="zh-hans") == "美元"
    assert currency_name("USD", language="xx") == "US Dollar"


def test_only_currencies_of_the_world_are_currencies() -> None:
    assert is_currency("EUR")
    assert not is_currency("XQZ")
    assert not is_currency("eur")
