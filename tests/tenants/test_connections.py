"""No process opens more connections than docs/operations.md says: servers are sized by it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.addresses import connect
from tenants.context import Ref, use_tenant
from tests import planes
from tests.live import Live
from tests.tenants.tasks import takes_long

#: As gunicorn is started without further words: processes, and threads of each.
PROCESSES, THREADS = 2, 8
CONCURRENCY = 2
#: Of the web's threads; fewer in use would say nothing.
HALF = PROCESSES * THREADS // 2
CELL, CONTROL = {"cell_login", "jobs_worker", "cell_owner"}, {"control_login", "control_owner"}
SEEN = "SELECT client_port, usename FROM pg_stat_activity WHERE client_port > 0"


@pytest.fixture
def acme(live: Live) -> Iterator[Ref]:
    with planes.using(live.pair), use_tenant(planes.ref_at("acme")) as ref:
        yield ref


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def local_ports(pid: int) -> set[int]:
    """Where the open sockets of a process begin."""
    held = {_socket(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[9] in held}


def _socket(link: Path) -> str:
    """The number of the socket; of anything else, or one that was closed meanwhile, none."""
    try:
        name = link.readlink().name
    except FileNotFoundError:
        return ""
    return name.removeprefix("socket:[").rstrip("]") if name.startswith("socket:") else ""


def connections_of(pid: int) -> Counter[str]:
    """How many connections it has, by the role that it came as."""
    ports = {port for one in family(pid) for port in local_ports(one)}
    with connect("ADMIN_DATABASE_URL") as admin:
        return Counter(role for port, role in admin.execute(SEEN.encode()) if port in ports)


def on(plane: set[str], seen: Counter[str]) -> int:
    return sum(seen[role] for role in plane)


def most(pid: int, *, seconds: float, at_least: int = 0) -> tuple[int, int]:
    """The most that it had at a time in the cell and in the control plane.

    On a busy machine it takes a minute until so many are in use that it is worth counting.
    """
    cell = control = 0
    end, late = time.monotonic() + seconds, time.monotonic() + 90
    while time.monotonic() < end or (min(cell, control) < at_least and time.monotonic() < late):
        seen = connections_of(pid)
        cell, control = max(cell, on(CELL, seen)), max(control, on(CONTROL, seen))
    return cell, control


def test_a_web_process_has_one_connection_to_each_plane_for_each_thread(live: Live) -> None:
    stop = threading.Event()

    def ask(paths: list[tuple[str, str]]) -> None:
        while not stop.is_set():
            for host, path in paths:
                live.request("GET", host, path)

    pages = [("acme.localhost", "/login/"), ("localhost", "/status/"), ("localhost", "/pricing/")]
    threads = [threading.Thread(target=ask, args=(pages,)) for _ in range(24)]
    for thread in threads:
        thread.start()
    try:
        cell, control = most(live.children["web"].pid, seconds=8, at_least=HALF)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert HALF <= cell <= PROCESSES * (THREADS + 1)
    assert HALF <= control <= PROCESSES * (THREADS + 1)


def test_a_worker_has_four_for_the_queue_and_more_for_each_job(live: Live, acme: Ref) -> None:
    for number in range(6):
        takes_long.defer(name=f"busy {number}", seconds=2)
    cell, control = most(live.children["worker"].pid, seconds=5)
    assert 4 < cell <= 4 + 3 * CONCURRENCY + 1
    assert 1 <= control <= CONCURRENCY + 1


@pytest.mark.parametrize(
    ("name", "in_cell", "in_control"), [("scheduler", 5, 2), ("provisioner", 4, 3)]
)
def test_the_others_have_a_few(
    live: Live, acme: Ref, name: str, in_cell: int, in_control: int
) -> None:
    cell, control = most(live.children[name].pid, seconds=4)
    assert cell <= in_cell
    assert 1 <= control <= in_control
