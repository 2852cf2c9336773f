"""The catalogue as a visitor reads it: in his currency, by month or by year, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from app.lib.money import from_minor, show_money, show_number
from billing.catalogue import CURRENCIES, GB, PLANS, Feature, Interval, Plan, price_of

TB = 1000 * GB
MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}
#: Languages of countries that pay in EUR; a guess, which a link corrects.
_EURO = frozenset({"de", "fr", "it", "es", "nl", "pt", "fi", "el", "sk", "sl", "et", "lv", "lt"})


@dataclass(frozen=True, slots=True)
class Choice:
    """How prices are told."""

    interval: Interval
    currency: str


@dataclass(frozen=True, slots=True)
class Card:
    """A plan with its price in words."""

    plan: Plan
    #: For one person and one month.
    price: str
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the comparison: a word for each plan, or whether the plan has it."""

    label: str
    cells: tuple[str | bool, ...]


def choice_of(asked: Mapping[str, str], *, languages: str) -> Choice:
    """What the address asks for; else by month, in the currency that the browser suggests."""
    interval, currency = asked.get("interval", ""), asked.get("currency", "").upper()
    return Choice(
        Interval(interval) if interval in Interval.values else Interval.MONTH,
        currency if currency in CURRENCIES else suggested_currency(languages),
    )


def suggested_currency(languages: str) -> str:
    """From the first language that the browser wants (`Accept-Language`)."""
    first = languages.partition(",")[0].partition(";")[0].strip().lower()
    if first.startswith("zh"):
        return "CNY"
    return "EUR" if first.partition("-")[0] in _EURO and first != "pt-br" else "USD"


def monthly(plan: str, choice: Choice) -> Decimal:
    """What one person costs in one month, paid as chosen."""
    whole = from_minor(price_of(plan, choice.interval, choice.currency), currency=choice.currency)
    return whole / MONTHS[choice.interval]


def cards(choice: Choice, *, language: str) -> list[Card]:
    """Each plan with its price."""
    return [_card(plan, choice, language) for plan in PLANS]


def saved_percent(choice: Choice) -> int:
    """How much less a year costs than twelve months, at most, in whole percents."""
    month, year = Choice(Interval.MONTH, choice.currency), Choice(Interval.YEAR, choice.currency)
    parts = (1 - monthly(p.slug, year) / monthly(p.slug, month) for p in PLANS if p.is_sold)
    return int(max(parts) * 100)


def comparison(*, language: str) -> list[Row]:
    """What the plans hold, from the catalogue."""
    everybody = tuple(True for _plan in PLANS)
    return [
        Row(_("People"), tuple(_people(plan, language) for plan in PLANS)),
        Row(_("Room for files"), tuple(_room(plan, language) for plan in PLANS)),
        Row(_("Accounts, contacts, deals, activities, products"), everybody),
        Row(_("Import and export of spreadsheets, with undo"), everybody),
        Row(_("Teams that see their own records"), everybody),
        Row(_("Second factor and passkeys"), everybody),
        Row(_("A record of every change"), everybody),
        Row(_("Programming interface"), _having(Feature.API)),
        Row(_("Head office and branches"), _having(Feature.BRANCHES)),
        Row(_("Signing in through your own provider"), _having(Feature.SINGLE_SIGN_ON)),
    ]


def _card(plan: Plan, choice: Choice, language: str) -> Card:
    if not plan.is_sold:
        free = show_money(Decimal(0), currency=choice.currency, language=language)
        return Card(plan, free, _("For as long as you like"))
    price = show_money(monthly(plan.slug, choice), currency=choice.currency, language=language)
    return Card(plan, price, _note(plan, choice, language))


def _note(plan: Plan, choice: Choice, language: str) -> str:
    if choice.interval == Interval.MONTH:
        return _("Paid month by month")
    whole = from_minor(
        price_of(plan.slug, choice.interval, choice.currency), currency=choice.currency
    )
    amount = show_money(whole, currency=choice.currency, language=language)
    return _("%(amount)s for each person, paid by the year") % {"amount": amount}


def _people(plan: Plan, language: str) -> str:
    if plan.max_seats is not None:
        return _("up to %(count)s") % {"count": show_number(plan.max_seats, language=language)}
    if plan.min_seats > 1:
        return _("from %(count)s") % {"count": show_number(plan.min_seats, language=language)}
    return _("as many as you pay for")


def _room(plan: Plan, language: str) -> str:
    if plan.storage_bytes is None:
        return _("as much as you need")
    size, unit = (TB, "TB") if plan.storage_bytes >= TB else (GB, "GB")
    return f"{show_number(plan.storage_bytes // size, language=language)} {unit}"


def _having(feature: Feature) -> tuple[bool, ...]:
    return tuple(feature in plan.features for plan in PLANS)
