"""A workspace of a hundred thousand contacts, written by the engine itself, kept as a template."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from psycopg import sql

from tenants.addresses import connect
from tenants.context import bind_actor, use_tenant
from tests import planes

CONTACTS, ACCOUNTS, DEALS, TASKS = 100_000, 10_000, 20_000, 2_000
AT_ONCE = 2_000
STAGES = ("Lead", "Qualified", "Demo", "Offer", "Contract", "Won", "Lost")
FIRST = (
    "Anna Ben Carla David Elena Farid Grace Hugo Ines Jonas Karin Leo Mara Nils Olga Pavel Rosa "
    "Sven Tara Uwe Vera Wim Xenia Yusuf Zoe"
).split()
LAST = (
    "Adler Berg Costa Dahl Evans Fischer Garcia Hansen Ito Keller Lindqvist Meyer Novak Olsen "
    "Petrov Quist Rossi Schmidt Tanaka Unger Vogel Weber Young Zimmermann Hoffmann Neumann"
).split()
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周", ("伟", "芳", "娜", "敏", "小明", "建国", "丽华", "志强")
WORDS = "Northern Blue Silver Green Prime Delta Atlas Orion Summit River Harbor Cedar".split()
TRADES = "Foods Steel Software Logistics Textiles Energy Medical Motors Papers Optics".split()
TITLES = ("Buyer", "Head of purchasing", "IT manager", "CFO", "Operations manager", "采购总监")
PLACES = (("Berlin", "Germany"), ("Oslo", "Norway"), ("杭州", "China"), ("Lyon", "France"))
#: Whoever of these changes makes the kept template worthless.
SOURCES = ("bench/filling.py", "app/records/tokens.py", "app/records/search.py", "app/lib/text.py")


def filled() -> planes.Pair:
    """The template databases with the full workspace `acme`; made when they are not there."""
    empty = planes.templates()
    pair = planes.Pair(*(f"{name}_{_key()}" for name in ("test_control_full", "test_cell_full")))
    if not _is_full(pair):
        start = time.monotonic()
        planes.point_at(planes.copy(empty, f"full_{_key()}"))
        _fill()
        planes.connections.close_all()
        _settle(pair)
        print(f"filled in {time.monotonic() - start:.0f} s, kept for the next run")
    return pair


def _key() -> str:
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(planes._key().encode())
    for name in SOURCES:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()[:12]


def _is_full(pair: planes.Pair) -> bool:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with connect("ADMIN_DATABASE_URL") as admin:
        row = admin.execute(query, [pair.cell]).fetchone()
    return bool(row and row[0] == "full")


def _settle(pair: planes.Pair) -> None:
    """Statistics and visibility as after a quiet night."""
    from django.conf import settings

    address = f"{settings.ADMIN_DATABASE_URL.rpartition('/')[0]}/{pair.cell}"
    with planes.psycopg.connect(address, autocommit=True) as admin:
        admin.execute("VACUUM (ANALYZE)")
        name = sql.Identifier(pair.cell)
        admin.execute(sql.SQL("COMMENT ON DATABASE {} IS 'full'").format(name))


def _fill() -> None:
    from app.access.actors import load_actor
    from app.access.models import User

    with use_tenant(planes.ref_at("acme")):
        alice = User.objects.get(email="alice@acme.example")
        with bind_actor(alice.pk, "bench-filling"):
            actor = load_actor(alice.pk)
            people = _people(actor)
            accounts = _write("accounts", _accounts(people), actor)
            contacts = _write("contacts", _contacts(CONTACTS, accounts, people), actor)
            _write("deals", _deals(accounts, contacts, people, _stages(actor)), actor)
            _write("activities", _tasks(accounts, people), actor)


def _people(actor: Any) -> list[int]:
    from app.access.people import create_person

    for number in range(40):
        create_person(f"{FIRST[number % 25]} {LAST[number % 26]} {number}", by=actor)
    from app.access.models import User

    return list(User.objects.values_list("pk", flat=True))


def _write(slug: str, rows: Iterator[dict[str, Any]], actor: Any) -> list[int]:
    from app.records import changes, registry

    ids: list[int] = []
    wanted = list(rows)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        done = changes.create_many(registry.get(slug), part, actor=actor, origin="bench")
        assert all(one.status == "created" for one in done.outcomes), done.outcomes[0]
        ids += done.ids("created")
    return ids


def _stages(actor: Any) -> list[int]:
    (pipeline,) = _write("pipelines", iter([{"name": "Sales", "is_default": True}]), actor)
    return _write(
        "stages",
        (
            {
                "name": name,
                "pipeline_id": pipeline,
                "position": place,
                "kind": name.lower() if name in ("Won", "Lost") else "open",
                "probability": place * 15,
            }
            for place, name in enumerate(STAGES)
        ),
        actor,
    )


def _accounts(people: list[int]) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    for number in range(ACCOUNTS):
        city, country = chance.choice(PLACES)
        yield {
            "name": f"{chance.choice(WORDS)} {chance.choice(TRADES)} {number}",
            "category": chance.choice(("prospect", "customer", "partner")),
            "industry": chance.choice(TRADES),
            "employees": chance.randint(3, 9_000),
            "revenue": chance.randint(10_000, 90_000_000),
            "city": city,
            "country": country,
            "phone": f"+49 30 {chance.randint(100_000, 9_999_999)}",
            "owner_id": chance.choice(people),
        }


def contact(number: int, chance: random.Random) -> dict[str, str]:
    """One made-up person."""
    if number % 10 == 0:
        name = chance.choice(FAMILY) + chance.choice(GIVEN)
    else:
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    latin = name if name.isascii() else "contact"
    city, country = chance.choice(PLACES)
    return {
        "name": name,
        "job_title": chance.choice(TITLES),
        "email": f"{latin.lower().replace(' ', '.')}.{number}@example.com",
        "phone": f"+49 30 {chance.randint(100_000, 9_999_999)}",
        "city": city,
        "country": country,
    }


def _contacts(count: int, accounts: list[int], people: list[int]) -> Iterator[dict[str, Any]]:
    chance = random.Random(2)
    for number in range(count):
        tied = {"account_id": chance.choice(accounts), "owner_id": chance.choice(people)}
        yield contact(number, chance) | tied


def _deals(
    accounts: list[int], contacts: list[int], people: list[int], stages: list[int]
) -> Iterator[dict[str, Any]]:
    chance = random.Random(3)
    for number in range(DEALS):
        day = date(2026, 1, 1) + timedelta(days=chance.randint(0, 700))
        yield {
            "name": f"{chance.choice(TRADES)} order {number}",
            "account_id": chance.choice(accounts),
            "contact_id": chance.choice(contacts),
            "amount": chance.randint(500, 200_000),
            "stage_id": chance.choice(stages),
            "close_date": day,
            "owner_id": chance.choice(people),
        }


def _tasks(accounts: list[int], people: list[int]) -> Iterator[dict[str, Any]]:
    """Twenty things done with each of the first hundred accounts: their pages have a history."""
    chance = random.Random(4)
    for number in range(TASKS):
        yield {
            "name": f"Call about offer {number}",
            "type": "call",
            "status": "done",
            "owner_id": chance.choice(people),
            "result": "Wants a demonstration next week",
            "links": [{"entity": "accounts", "id": accounts[number % 100]}],
        }
