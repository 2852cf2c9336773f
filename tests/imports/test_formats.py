"""Dates, numbers, money and yes/no as people write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.imports import formats
from app.imports.formats import Amount, Unparsed


@pytest.mark.parametrize(
    ("form", "cell", "number", "currency"),
    [
        ("1.234,56", "€ 1.200,00", "1200.00", "EUR"),
        ("", "$1,054", "1054", "USD"),
        ("", "1200 CNY", "1200", "CNY"),
        ("", "-$5.50", "-5.50", "USD"),
        ("", "($1,200.00)", "-1200.00", "USD"),
        ("", "5-", "-5", ""),
        ("", "12万", "120000", ""),
        ("", "¥12.5万元", "125000", "CNY"),
        ("", "1 234 567.5", "1234567.5", ""),
        ("1.234,56", "1.234.567,89 EUR", "1234567.89", "EUR"),
        ("", "1'234.50 CHF", "1234.50", "CHF"),
        ("", "1,00,000", "100000", ""),
        ("", " 27,275.25 ", "27275.25", ""),
    ],
)
def test_money_is_read(form: str, cell: str, number: str, currency: str) -> None:
    read = formats.money_parser(form, base_currency="USD")(cell)
    assert read == Amount(Decimal(number), currency)


@pytest.mark.parametrize("cell", ["abc", "USD", "1.2.3", "12%", "1,2", "5 apples", "$", "€5 USD"])
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(Unparsed):
        formats.money_parser("", base_currency="USD")(cell)


def test_shared_signs_mean_the_workspace_currency() -> None:
    parse = formats.money_parser("", base_currency="CAD")
    assert [parse(cell).currency for cell in ("$5", "¥5", "US$5")] == ["CAD", "CNY", "USD"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["2016-10-20", ""], ()),
        (["13/02/2026", "03/04/2026"], ("%d/%m/%Y",)),
        (["02/13/2026", "03/04/2026"], ("%m/%d/%Y",)),
        (["01/02/2026", "03/04/2026"], ("%d/%m/%Y", "%m/%d/%Y")),
        (["05.05.2026"], ("%d.%m.%Y",)),
        (["23-Sep-11"], ("%d-%b-%y",)),
        (["2026年1月5日"], ("%Y年%m月%d日",)),
        (["1/2/2026 13:00"], ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")),
        (["13.1.2026", "14.1.2026", "15.1.2026", "16.1.2026", "unknown"], ("%d.%m.%Y",)),
    ],
)
def test_date_formats_are_guessed_and_doubts_told(cells: list[str], found: tuple[str, ...]) -> None:
    assert formats.guess_date(cells).formats == found


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1", "22"], ()),
        (["1.234,5", "7"], ("1.234,56",)),
        (["1,234.5"], ("1,234.56",)),
        (["12,5"], ("1.234,56",)),
        (["0.125"], ("1,234.56",)),
        (["1,234"], ("1,234.56", "1.234,56")),
        (["1.234"], ("1.234,56", "1,234.56")),
    ],
)
def test_number_formats_are_guessed(cells: list[str], found: tuple[str, ...]) -> None:
    assert formats.guess_number(cells).formats == found


def test_moments_without_a_zone_are_the_importers() -> None:
    parse = formats.moment_parser("", time_zone="Asia/Shanghai")
    assert parse("2026-01-02 08:00") == datetime(2026, 1, 2, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert parse("2026-01-02T00:00:00Z") == datetime(2026, 1, 2, tzinfo=ZoneInfo("UTC"))


def test_dates_and_yes_or_no_are_read() -> None:
    assert formats.date_parser("%d/%m/%Y")("31/12/2026") == date(2026, 12, 31)
    assert [formats.boolean(cell) for cell in ("Yes", "否", "1", "FALSE")] == [True, False] * 2
    for parse in (formats.date_parser("%d/%m/%Y"), formats.date_parser(""), formats.boolean):
        with pytest.raises(Unparsed):
            parse("12/31/2026x")
