"""The sales book of demo and tests: the published one, else a small one with its faults."""

from __future__ import annotations

import csv
import io
import os
import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    os.environ.get("SHARED_DATA", ""),
    ROOT / "shared" / "data",
    ROOT.parent / "shared" / "data",
)
HEADERS = (
    "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
    "product,series,sales_price",
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
)
NAMES = ("accounts", "products", "sales_pipeline")


@dataclass(frozen=True)
class Book:
    """Three files and what stands in them, counted without the product's code."""

    accounts: bytes
    products: bytes
    deals: bytes

    @property
    def rows(self) -> list[dict[str, str]]:
        """The deals, read by the standard library alone."""
        return list(csv.DictReader(io.StringIO(self.deals.decode("utf-8"), newline="")))

    @property
    def agents(self) -> set[str]:
        return {row["sales_agent"] for row in self.rows}

    @property
    def known_products(self) -> set[str]:
        reader = csv.DictReader(io.StringIO(self.products.decode("utf-8"), newline=""))
        return {row["product"] for row in reader}

    @property
    def misspelt(self) -> list[dict[str, str]]:
        """Deals of a product that the catalogue writes otherwise."""
        return [row for row in self.rows if row["product"] not in self.known_products]


def shared_folder() -> Path | None:
    """Where the published files lie, if they are on this machine."""
    for folder in FOLDERS:
        if folder and (Path(folder) / "crm_sales_opportunities" / "accounts.csv").is_file():
            return Path(folder)
    return None


@cache
def book() -> Book:
    """The published sales book, else ours."""
    folder = shared_folder()
    if folder is None:
        return small_book()
    files = [(folder / "crm_sales_opportunities" / f"{name}.csv").read_bytes() for name in NAMES]
    return Book(*files)


@cache
def small_book() -> Book:
    """A book of our own: CRLF, empty accounts and amounts, a misspelt product, subsidiaries."""
    chance = random.Random(7)  # noqa: S311 (the same each time)
    companies = [
        f"{a}{b}" for a in ("Nor", "Sud", "Est", "Wes") for b in ("tek", "lux", "dex", "fon")
    ]
    agents = [f"{first} {last}" for first in ("Ann", "Ben", "Cleo") for last in ("Oak", "Elm")]
    deals = [_deal(chance, number, agents, companies) for number in range(400)]
    accounts = [_account(place, name, companies[-1]) for place, name in enumerate(companies)]
    products: list[tuple[str, ...]] = [("GTX Pro", "GTX", "4821"), ("MG Special", "MG", "55")]
    tables = zip(HEADERS, (accounts, products, deals), strict=True)
    return Book(*(_csv([tuple(header.split(",")), *rows]) for header, rows in tables))


def _account(place: int, name: str, parent: str) -> tuple[str, ...]:
    sector = "technolgy" if place % 4 == 0 else "retail"
    numbers = (str(1980 + place), f"{place * 97}.5", str(place * 10 + 1))
    return (name, sector, *numbers, "Kenya", parent if place in (1, 5) else "")


def _deal(
    chance: random.Random, number: int, agents: list[str], companies: list[str]
) -> tuple[str, ...]:
    stage = chance.choice(("Prospecting", "Engaging", "Won", "Won", "Lost"))
    engaged = date(2017, 1, 1) + timedelta(days=number)
    closed = stage in ("Won", "Lost")
    return (
        f"D{number:07}",
        chance.choice(agents),
        "GTXPro" if number % 5 == 0 else chance.choice(("GTX Pro", "MG Special")),
        "" if number % 6 == 0 else chance.choice(companies),
        stage,
        "" if stage == "Prospecting" else engaged.isoformat(),
        (engaged + timedelta(days=30)).isoformat() if closed else "",
        {"Won": str(chance.randint(40, 5000)), "Lost": "0"}.get(stage, ""),
    )


def _csv(table: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


def teams() -> list[tuple[str, str, str]]:
    """Who sells for whom where: agent, manager, regional office."""
    folder = shared_folder()
    if folder is None:
        return [(agent, "Mona Larch", "Central") for agent in sorted(small_book().agents)]
    text = (folder / "crm_sales_opportunities" / "sales_teams.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [(row["sales_agent"], row["manager"], row["regional_office"]) for row in rows]


def moved(made: Book, *, to: date) -> Book:
    """The same book, its dates moved so that the last deal closed on the day `to`."""
    days = to - max(date.fromisoformat(row["close_date"]) for row in made.rows if row["close_date"])
    headers = HEADERS[2].split(",")
    rows = [
        tuple(_later(row[name], days) if name.endswith("_date") else row[name] for name in headers)
        for row in made.rows
    ]
    return Book(made.accounts, made.products, _csv([tuple(headers), *rows]))


def _later(day: str, days: timedelta) -> str:
    return (date.fromisoformat(day) + days).isoformat() if day else ""
