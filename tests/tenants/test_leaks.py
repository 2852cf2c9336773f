"""16 threads over 50 workspaces with equal keys: nobody ever sees another's stamp."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.access.actors import load_actor
from app.access.models import User
from app.access.tokens import make_token
from app.records import changes
from app.records.registry import get
from tenants.addresses import connect
from tenants.context import Ref, use_tenant
from tests import planes
from tests.live import Live
from tests.people import session_of

WORKSPACES = 50
THREADS = 16
REQUESTS = int(os.environ.get("LEAK_REQUESTS") or (20_000 if os.environ.get("CI") else 2_000))
STAMP = re.compile(rb"stamp-(t_\d+)-")


@dataclass
class Desk:
    """One workspace as a program sees it."""

    ref: Ref
    token: str
    session: str
    ids: list[int]


@dataclass
class Tally:
    """What the threads saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)
    stamped: int = 0
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def desks(live: Live, django_db_blocker: Any) -> list[Desk]:
    """50 workspaces with ten stamped accounts each, of equal keys."""
    with django_db_blocker.unblock(), planes.using(live.pair):
        names = [f"leak-{number}" for number in range(WORKSPACES)]
        refs = [planes.open_seeded("Leak", name, "Lena Larch") for name in names]
        return [_stamp(ref) for ref in refs]


def _stamp(ref: Ref) -> Desk:
    with use_tenant(ref):
        owner = User.objects.get(pk=1)
        rows = [{"name": f"stamp-{ref.schema}-{number}"} for number in range(10)]
        actor = load_actor(owner.pk)
        made = changes.create_many(get("accounts"), rows, actor=actor, origin="api")
        _row, token = make_token(owner, name="leaks")
        return Desk(ref, token, session_of(owner), [outcome.id for outcome in made.outcomes])


def test_no_foreign_stamp_is_ever_seen(live: Live, desks: list[Desk]) -> None:
    assert len({tuple(desk.ids) for desk in desks}) == 1
    start = time.perf_counter()
    tally = _run(live, desks, requests=REQUESTS)
    seconds = time.perf_counter() - start
    print(f"{REQUESTS} requests, {REQUESTS / seconds:.0f}/s, {dict(tally.statuses)}")
    assert tally.foreign == []
    assert tally.errors == []
    assert set(tally.statuses) == {200, 422}
    assert tally.stamped > REQUESTS / 2


def test_killed_connections_cost_an_error_and_never_a_leak(live: Live, desks: list[Desk]) -> None:
    done = threading.Event()
    killer = threading.Thread(target=_kill_backends, args=(live, done))
    killer.start()
    try:
        tally = _run(live, desks, requests=REQUESTS // 4)
    finally:
        done.set()
        killer.join()
    print(dict(tally.statuses), tally.errors[:3])
    assert tally.foreign == []
    assert tally.statuses[500] + len(tally.errors) <= THREADS * 4


def _run(live: Live, desks: list[Desk], *, requests: int) -> Tally:
    tally = Tally()
    shares = [requests // THREADS] * THREADS
    threads = [
        threading.Thread(target=_work, args=(live, desks, share, seed, tally))
        for seed, share in enumerate(shares)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _work(live: Live, desks: list[Desk], number: int, seed: int, tally: Tally) -> None:
    dice = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)
    for _turn in range(number):
        desk = dice.choice(desks)
        try:
            status, body = _ask(connection, live, desk, dice)
        except (OSError, http.client.HTTPException) as error:
            tally.errors.append(repr(error))
            connection.close()
            continue
        seen = {stamp.decode() for stamp in STAMP.findall(body)}
        tally.statuses[status] += 1
        tally.stamped += bool(seen)
        tally.foreign += [f"{name} at {desk.ref.schema}" for name in seen - {desk.ref.schema}]
    connection.close()


def _ask(connection: Any, live: Live, desk: Desk, dice: random.Random) -> tuple[int, bytes]:
    """Reads of the API, a page in six, a write in twelve, one in twelve that is rolled back."""
    kind = dice.randrange(12)
    host = f"{desk.ref.subdomain}.localhost:{live.port}"
    headers = {"Host": host, "Authorization": f"Bearer {desk.token}"}
    if kind > 9:
        path = "/accounts/" if kind == 10 else f"/accounts/{dice.choice(desk.ids)}/"
        pages = {"Host": host, "Cookie": f"sessionid={desk.session}"}
        connection.request("GET", path, headers=pages)
    elif kind < 5:
        connection.request("GET", "/api/v1/accounts?limit=10", headers=headers)
    elif kind < 8:
        connection.request("GET", f"/api/v1/accounts/{dice.choice(desk.ids)}", headers=headers)
    else:
        row = {"name": f"stamp-{desk.ref.schema}-new"}
        rows = [row, {"name": ""}] if kind == 9 else [row]
        order = {"mode": "all_or_nothing", "operation": "create", "records": rows}
        headers["Content-Type"] = "application/json"
        connection.request("POST", "/api/v1/accounts/bulk", json.dumps(order), headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _kill_backends(live: Live, done: threading.Event) -> None:
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
        " WHERE datname = %s AND usename = 'cell_login' LIMIT 1) AS one"
    )
    with connect("ADMIN_DATABASE_URL") as admin:
        while not done.wait(1.0):
            admin.execute(query, [live.pair.cell])
