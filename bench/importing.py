"""How fast contacts come in from a file: new, changed and unchanged rows, audit and search on."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import cpu
from bench.server import Server
from tenants.context import bind_actor, use_tenant
from tests import planes

ROWS = 100_000
ACCOUNTS = 10_000
HEADER = ("id", "name", "account", "job title", "email", "phone", "mobile", "city", "birthday")
FIRST = ("Anna", "Ben", "Clara", "David", "Eva", "Felix", "Grace", "Henry", "Iris", "Jan")
LAST = ("Meyer", "Smith", "Rossi", "Novak", "Dubois", "Larsen", "Silva", "Kowalski", "Jones")
CHINESE = ("王伟", "李娜", "张敏", "刘洋", "陈静", "杨帆", "赵磊", "黄丽", "周杰", "吴霞")


@dataclass
class Pass:
    """One way over the file, from the upload to the last commit."""

    what: str
    rows: int
    seconds: float
    python_s: float  #: CPU of this process, which is the worker here
    database_s: float  #: CPU of PostgreSQL
    others: float  #: share of the machine's CPU that other programs took meanwhile

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def measure(server: Server, *, rows: int = ROWS) -> list[Pass]:
    """New contacts first, which is the pass that counts; then the same again, and the undo."""
    with use_tenant(planes.ref_at("acme")):
        from app.access.actors import load_actor
        from app.access.models import User

        actor = load_actor(User.objects.get(email__startswith="alice@").pk)
        with bind_actor(actor.user_id, "bench-import"):
            return _passes(server, actor, rows)


def _passes(server: Server, actor: Any, rows: int) -> list[Pass]:
    names = [f"Account {number}" for number in range(ACCOUNTS)]
    take(table(("name",), [(name,) for name in names]), "accounts", actor)
    contacts = table(HEADER, [contact(number, "Berlin") for number in range(rows)])
    changed = table(HEADER, [contact(number, "Paris") for number in range(rows)])
    made: list[int] = []
    work = {
        "new contacts": lambda: made.append(take(contacts, "contacts", actor)),
        "all changed": lambda: take(changed, "contacts", actor),
        "none changed": lambda: take(changed, "contacts", actor),
        "undo of the new, all edited since": lambda: take_back(made[0]),
    }
    return [counted(server, what, rows, do) for what, do in work.items()]


def counted(server: Server, what: str, rows: int, do: Callable[[], object]) -> Pass:
    """What it cost, and how much of the machine was left for it."""
    python, database = time.process_time(), cpu.tree_ms(server.pid)
    start = time.perf_counter()
    with cpu.others_share(os.getpid(), server.pid) as share:
        do()
    seconds = time.perf_counter() - start
    database_s = (cpu.tree_ms(server.pid) - database) / 1000
    return Pass(what, rows, seconds, time.process_time() - python, database_s, share())


def take(data: bytes, entity: str, actor: Any) -> int:
    """One import."""
    from app.imports.models import Import
    from app.imports.proposing import complete, propose
    from app.imports.running import run
    from app.imports.staging import reset, store
    from app.records import registry

    made = store([data], entity=registry.get(entity), file_name="bench.csv", actor=actor)
    made.mapping = complete(made, propose(made))
    reset(made, mode=Import.Mode.APPLY)
    run(made.pk)
    made = Import.objects.get(pk=made.pk)
    if made.failed or made.status != Import.Status.DONE:
        raise RuntimeError(f"{made.failed} rows failed: {made.error}")
    return int(made.pk)


def take_back(pk: int) -> None:
    """One undo."""
    from app.imports.models import Import
    from app.imports.undoing import undo

    made = Import.objects.get(pk=pk)
    made.undo = Import.Undo.QUEUED
    made.save()
    undo(pk)


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    """The rows as a file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def contact(number: int, city: str) -> tuple[str, ...]:
    """A contact like no other: every fifth is Chinese."""
    first, last = FIRST[number % 10], LAST[number // 10 % 9]
    name = f"{first} {last} {number}" if number % 5 else f"{CHINESE[number // 5 % 10]}{number}"
    return (
        f"C{number:07}",
        name,
        f"Account {number * 7 % ACCOUNTS}",
        ("Buyer", "Director", "Engineer", "采购经理")[number % 4],
        f"{first.lower()}.{last.lower()}{number}@example{number % 997}.com",
        f"+49 30 {number:08}",
        f"+86 138 {number:08}",
        city,
        f"{1950 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}",
    )
