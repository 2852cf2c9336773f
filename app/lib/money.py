"""Amounts of money: always a `Decimal` beside a currency code, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@lru_cache(maxsize=32)
def babel_locale(language: str) -> Locale:
    """The Babel locale of a Django language code (`zh-hans` is `zh_Hans`)."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def round_money(amount: Decimal, *, currency: str) -> Decimal:
    """The amount in the smallest unit of its currency, halves away from zero (ISO 4217)."""
    step = Decimal(1).scaleb(-get_currency_precision(currency))
    return amount.quantize(step, rounding=ROUND_HALF_UP)


def from_minor(amount: int, *, currency: str) -> Decimal:
    """An amount in the smallest unit of its currency as an amount of the currency."""
    return Decimal(amount).scaleb(-get_currency_precision(currency))


def show_money(amount: Decimal, *, currency: str, language: str) -> str:
    """The amount as it is written in this language, with its cents only where it has some."""
    locale = babel_locale(language)
    whole = amount == amount.to_integral_value()
    text: str = format_currency(
        amount,
        currency,
        format=_whole_pattern(language) if whole else None,
        locale=locale,
        currency_digits=not whole,
    )
    return text


@lru_cache(maxsize=32)
def _whole_pattern(language: str) -> str:
    pattern: str = babel_locale(language).currency_formats["standard"].pattern
    return pattern.replace(".00", "")


def show_minor(amount: int, *, currency: str, language: str) -> str:
    """Whole minor units (cents) as money: 1500 EUR is €15."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    return show_money(value, currency=currency, language=language)


def show_number(number: Decimal | int, *, language: str) -> str:
    """A number with the separators of this language."""
    text: str = format_decimal(number, locale=babel_locale(language))
    return text


def currency_name(code: str, *, language: str) -> str:
    """The name of a currency in this language, or its code when there is none."""
    name: str = get_currency_name(code, locale=babel_locale(language))
    return name


def currency_symbol(code: str, *, language: str) -> str:
    """The sign of a currency in this language."""
    symbol: str = get_currency_symbol(code, locale=babel_locale(language))
    return symbol


def is_currency(code: str) -> bool:
    """Whether ISO 4217 knows this code."""
    return code in Locale.parse("en").currencies
