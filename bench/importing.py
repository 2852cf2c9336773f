"""How fast contacts come in from a file: new, changed and unchanged rows, audit and search on.

Run: LOCAL=1 python -m bench.importing [ROWS]
"""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from pathlib import Path

ROWS = 100_000
ACCOUNTS = 10_000
HEADER = ("id", "name", "account", "job title", "email", "phone", "mobile", "city", "birthday")
FIRST = ("Anna", "Ben", "Clara", "David", "Eva", "Felix", "Grace", "Henry", "Iris", "Jan")
LAST = ("Meyer", "Smith", "Rossi", "Novak", "Dubois", "Larsen", "Silva", "Kowalski", "Jones")
CHINESE = ("王伟", "李娜", "张敏", "刘洋", "陈静", "杨帆", "赵磊", "黄丽", "周杰", "吴霞")


def main() -> None:
    """Print rows a second for each kind of run."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from tenants.context import use_tenant
    from tests import planes

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    pair = planes.copy(planes.templates(), f"bench{os.getpid()}")
    planes.point_at(pair)
    try:
        with use_tenant(planes.ref_at("acme")):
            report(rows)
    finally:
        planes.drop(pair)


def report(rows: int) -> None:
    """Import the same contacts four times: checked, new, changed, unchanged."""
    names = [f"Account {number}" for number in range(ACCOUNTS)]
    take("accounts", table(("name",), [(name,) for name in names]), "accounts", "apply")
    contacts = table(HEADER, [contact(number, "Berlin") for number in range(rows)])
    changed = table(HEADER, [contact(number, "Paris") for number in range(rows)])
    take("contacts, checked only", contacts, "contacts", "dry_run")
    made = take("contacts, all new", contacts, "contacts", "apply")
    again = take("contacts, all changed", changed, "contacts", "apply")
    take("contacts, none changed", changed, "contacts", "apply")
    take_back("undo of the changes", again)
    take_back("undo of the new ones", made)


def take(what: str, data: bytes, entity: str, mode: str) -> int:
    """One import from the upload to the last row."""
    from app.imports.models import Import
    from app.imports.proposing import complete, propose
    from app.imports.running import run
    from app.imports.staging import reset, store
    from app.records import registry

    start, used, served = time.perf_counter(), time.process_time(), server_time()
    made = store([data], entity=registry.get(entity), file_name="bench.csv", actor=alice())
    staged = time.perf_counter() - start
    made.mapping = complete(made, propose(made))
    reset(made, mode=mode)
    run(made.pk)
    made = Import.objects.get(pk=made.pk)
    if made.failed or made.status != Import.Status.DONE:
        raise RuntimeError(f"{made.failed} rows failed: {made.error}")
    seconds = time.perf_counter() - start
    show(what, made.rows, seconds, time.process_time() - used, server_time() - served)
    print(f"{'':26}of it read and staged in {staged:.2f} s")
    return int(made.pk)


def take_back(what: str, pk: int) -> None:
    """One undo."""
    from app.imports.models import Import
    from app.imports.undoing import undo

    start, used, served = time.perf_counter(), time.process_time(), server_time()
    made = Import.objects.get(pk=pk)
    made.undo = Import.Undo.QUEUED
    made.save()
    undo(pk)
    made.refresh_from_db()
    if made.kept:
        raise RuntimeError(f"{made.kept} rows were kept")
    seconds = time.perf_counter() - start
    show(what, made.undone, seconds, time.process_time() - used, server_time() - served)


def show(what: str, rows: int, seconds: float, used: float, served: float) -> None:
    """One line of the report, with the CPU time of Python and of PostgreSQL."""
    speed = f"{rows / seconds:8,.0f} rows/s"
    cpu = f"CPU: Python {used:.2f} s, PostgreSQL {served:.2f} s"
    print(f"{what:26}{rows:8,} rows {seconds:7.2f} s {speed}  {cpu}", flush=True)


def server_time() -> float:
    """The CPU time that our connection's server process has used, in seconds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alice():  # type: ignore[no-untyped-def]
    """The owner of the workspace."""
    from app.access.actors import load_actor
    from app.access.models import User

    return load_actor(User.objects.get(email__startswith="alice@").pk)


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


if __name__ == "__main__":
    main()
