"""How dates, numbers, money and yes/no are written in a column, and what a cell then says.

A parser takes the cell's text and answers the value or raises `Unparsed`. Formats of dates
are those of strftime; a format of numbers is written by example, "1.234,56".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

Parser = Callable[[str], object]

DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
TIMES = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
#: Formats of numbers: the mark before the decimals, and what may group thousands.
NUMBER_FORMATS = {"1,234.56": ".", "1.234,56": ","}
GROUPING = {".": ",' \u00a0\u202f\u2019_，", ",": ".' \u00a0\u202f\u2019_"}
MULTIPLES = {
    "万": Decimal(10_000),
    "萬": Decimal(10_000),
    "亿": Decimal(10**8),
    "億": Decimal(10**8),
}
SYMBOLS = {
    "US$": "USD", "CA$": "CAD", "A$": "AUD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "R$": "BRL",
    "RMB": "CNY", "元": "CNY", "人民币": "CNY", "€": "EUR", "£": "GBP", "￡": "GBP", "₹": "INR",
    "₽": "RUB", "₩": "KRW", "₺": "TRY", "zł": "PLN", "Kč": "CZK", "฿": "THB", "₫": "VND",
    "₴": "UAH", "₪": "ILS", "CHF": "CHF", "Fr.": "CHF",
}  # fmt: skip
#: Signs shared by several currencies: the workspace's own wins, else the first.
SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "kr": ("SEK", "NOK", "DKK"),
}  # fmt: skip
YES = frozenset({"1", "yes", "y", "true", "t", "on", "x", "是", "真", "对", "有", "✓", "✔"})
NO = frozenset({"0", "no", "n", "false", "f", "off", "-", "否", "假", "不", "无", "✗"})
#: A few cells that nobody can read must not hide how the others are written.
MOSTLY = 0.8
NUMBER = re.compile(r"^[+-]?\d[\d.,'_ \u00a0\u202f\u2019，]*$")
MONEY = re.compile(
    r"^(?P<before>[^\d(+-]*)(?P<number>[(+-]?.*?\d[^A-Za-z\u4e00-\u9fff€£$¥￥%]*?)(?P<after>\D*)$"
)


class Unparsed(ValueError):
    """The cell does not say what its column should; the message is for the user."""


@dataclass(frozen=True)
class Amount:
    """An amount as it stood in a cell; the currency is empty if the cell names none."""

    number: Decimal
    currency: str = ""


@dataclass(frozen=True)
class Guess:
    """Formats that read every value of a column, best first; more than one is a question."""

    formats: tuple[str, ...]

    @property
    def best(self) -> str:
        return self.formats[0] if self.formats else ""

    @property
    def is_ambiguous(self) -> bool:
        return len(self.formats) > 1


def guess_date(values: Iterable[str]) -> Guess:
    """The date formats that read the most values; those that read them alike count as one."""
    cells = [value.strip() for value in dict.fromkeys(values) if re.search(r"\d", value)]
    plain = sum(1 for cell in cells if _reads(iso_moment, cell))
    likely = [p for p in _patterns(cells[:20]) if _count(_read_all(cells[:20], p))]
    found: dict[tuple[object, ...], str] = {}
    for pattern in likely:
        found.setdefault(_read_all(cells, pattern), pattern)
    most = max(map(_count, found), default=0)
    if plain >= most or most < MOSTLY * len(cells):
        return Guess(())
    return Guess(tuple(pattern for read, pattern in found.items() if _count(read) == most))


def _patterns(cells: list[str]) -> list[str]:
    timed = any(":" in cell for cell in cells)
    patterns = [day + time for day in DATE_FORMATS for time in TIMES] if timed else []
    return [*patterns, *DATE_FORMATS]


def _read_all(cells: list[str], pattern: str) -> tuple[object, ...]:
    return tuple(_read_date(cell, pattern) for cell in cells)


def _read_date(cell: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(cell, pattern)  # noqa: DTZ007
    except ValueError:
        return None


def _count(read: tuple[object, ...]) -> int:
    return sum(1 for moment in read if moment is not None)


def iso_moment(cell: str) -> datetime:
    """An ISO 8601 date or moment; PostgreSQL's and Salesforce's spellings too."""
    if len(cell) < 8 or not cell[:4].isdigit() or cell[4] != "-":
        raise Unparsed(_("“%(cell)s” is not a date.") % {"cell": cell})
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        raise Unparsed(_("“%(cell)s” is not a date.") % {"cell": cell}) from None


def _reads(parser: Parser, cell: str) -> bool:
    try:
        parser(cell)
    except Unparsed:
        return False
    return True


def date_parser(pattern: str) -> Parser:
    """Reads days written in this format; without one, ISO 8601."""
    return lambda cell: _moment(cell, pattern).date()


def moment_parser(pattern: str, *, time_zone: str) -> Parser:
    """Reads moments; one that names no time zone is in the given one."""
    zone = ZoneInfo(time_zone)

    def parse(cell: str) -> datetime:
        moment = _moment(cell, pattern)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    return parse


def _moment(cell: str, pattern: str) -> datetime:
    if not pattern:
        return iso_moment(cell)
    try:
        return datetime.strptime(cell, pattern)  # noqa: DTZ007
    except ValueError:
        raise Unparsed(
            _("“%(cell)s” is not a date of the form %(form)s.")
            % {"cell": cell, "form": date(2026, 12, 31).strftime(pattern)}
        ) from None


def guess_number(values: Iterable[str]) -> Guess:
    """Whether the decimal mark is a point or a comma, from what can only be one of them.

    Where both fit, "1,234", the reading as thousands comes first: sums rarely have three decimals.
    """
    cells = [_bare_number(value) for value in dict.fromkeys(values) if re.search(r"\d", value)]
    if not any(re.search(r"[.,]", cell) for cell in cells):
        return Guess(())
    counts = {name: sum(_fits(c, mark) for c in cells) for name, mark in NUMBER_FORMATS.items()}
    most = max(counts.values())
    fitting = [name for name in counts if counts[name] == most and most >= MOSTLY * len(cells)]
    return Guess(
        tuple(sorted(fitting, key=lambda name: any(NUMBER_FORMATS[name] in c for c in cells)))
    )


def _bare_number(value: str) -> str:
    return re.sub(r"[^\d.,'\u2019]", "", value)


def _fits(cell: str, mark: str) -> bool:
    """Whether the text can be a number with this decimal mark: groups are of three digits."""
    group = "," if mark == "." else "."
    whole, _mark, decimals = cell.partition(mark)
    if group in decimals or mark in decimals:
        return False
    head, *groups = re.split(f"[{group}'\u2019]", whole)
    return not groups or (
        0 < len(head) <= 3 and head[0] != "0" and all(2 <= len(part) <= 3 for part in groups)
        and len(groups[-1]) == 3
    )  # fmt: skip


def number_parser(form: str) -> Parser:
    """Reads numbers of the form; grouping marks are dropped, 万 and 亿 multiply."""
    mark = NUMBER_FORMATS.get(form or "1,234.56", ".")
    return lambda cell: _number(cell, mark)


def whole_parser(form: str) -> Parser:
    """Reads whole numbers; 3.0 is one, 3.5 is not."""
    parse = number_parser(form)

    def whole(cell: str) -> int:
        number = parse(cell)
        assert isinstance(number, Decimal)
        if number != number.to_integral_value():
            raise Unparsed(_("“%(cell)s” is not a whole number.") % {"cell": cell})
        return int(number)

    return whole


def _number(cell: str, mark: str) -> Decimal:
    text = cell.strip().replace("\u2212", "-")
    times = MULTIPLES.get(text[-1:])
    if times is not None:
        text = text[:-1].strip()
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()") if negative else text
    if text.endswith("-"):
        text = "-" + text[:-1]
    number = _decimal(text, mark)
    if number is None:
        raise Unparsed(_("“%(cell)s” is not a number.") % {"cell": cell})
    number = -number if negative else number
    return number * times if times is not None else number


def _decimal(text: str, mark: str) -> Decimal | None:
    if text.isdigit() and text.isascii():
        return Decimal(text)
    whole, point, decimals = text.partition(mark)
    if not re.fullmatch(r"\d*", decimals) or not _grouped(whole, mark):
        return None
    digits = re.sub(f"[{re.escape(GROUPING[mark])}]", "", whole)
    try:
        return Decimal(f"{digits}{'.' if point else ''}{decimals}")
    except InvalidOperation:
        return None


def _grouped(whole: str, mark: str) -> bool:
    """1,234 and 12 345 are groups of thousands (Indian lakhs too); 1,2 is a slip."""
    parts = re.split(f"[{re.escape(GROUPING[mark])}]", whole.lstrip("+-"))
    if len(parts) == 1:
        return True
    return bool(parts[0]) and len(parts[-1]) == 3 and all(2 <= len(part) <= 3 for part in parts[1:])


def money_parser(form: str, *, base_currency: str) -> Parser:
    """Reads amounts with or without a currency's code or sign: "€ 1.200,00", "1200 CNY"."""
    parse = number_parser(form)

    def money(cell: str) -> Amount:
        number, currency = split_money(cell, base_currency=base_currency)
        value = parse(number)
        assert isinstance(value, Decimal)
        return Amount(value, currency)

    return money


def split_money(cell: str, *, base_currency: str) -> tuple[str, str]:
    """The number's text and the currency's code; "" if none is named."""
    text = cell.strip()
    if NUMBER.match(text):
        return text, ""
    sign = ""
    if text[0] in "-−(" and not NUMBER.match(text[1:].rstrip(")")):
        sign, text = "-", text[1:].rstrip(")").strip()
    match = MONEY.match(text)
    if not match:
        raise Unparsed(_("“%(cell)s” is not an amount.") % {"cell": cell})
    number = match["number"].strip()
    after = match["after"].strip()
    if after[:1] in MULTIPLES or after[:1] in (")", "-"):
        number, after = number + after[0], after[1:].strip()
    names = [name for name in (match["before"].strip(), after) if name]
    codes = {currency_code(name, base_currency=base_currency) for name in names}
    if len(codes) > 1 or None in codes:
        raise Unparsed(_("“%(cell)s” is not an amount.") % {"cell": cell})
    return sign + number, next(iter(codes)) or "" if codes else ""


def currency_code(name: str, *, base_currency: str) -> str | None:
    """The ISO 4217 code behind a sign or code, None if nobody knows it."""
    if name in SHARED:
        return base_currency if base_currency in SHARED[name] else SHARED[name][0]
    if name in SYMBOLS:
        return SYMBOLS[name]
    return name.upper() if re.fullmatch(r"[A-Za-z]{3}", name) else None


def boolean(cell: str) -> bool:
    """Yes or no in the spellings of English, Chinese and programs."""
    word = cell.strip().casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Unparsed(_("“%(cell)s” is neither yes nor no.") % {"cell": cell})
