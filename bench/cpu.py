"""CPU time of whole process trees, from the scheduler's own books."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


def tree_ms(*roots: int) -> float:
    """Milliseconds that these processes, their threads and their children ever ran.

    Children that ended are in their parent's sum, so that nothing is lost between two looks.
    """
    return sum(_alive_ms(pid) for root in roots for pid in family(root)) + sum(
        _ended_ms(root) for root in roots
    )


def family(root: int) -> list[int]:
    """The process and all that descend from it."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in _tasks(pid):
            try:
                waiting += [int(one) for one in (task / "children").read_text().split()]
            except OSError:
                continue
    return found


def _tasks(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _alive_ms(pid: int) -> float:
    total = 0
    for task in _tasks(pid):
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            continue
    return total / 1e6


def _ended_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) * TICK_MS


def machine_ms() -> float:
    """Milliseconds that all programs of this machine ever ran."""
    numbers = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = numbers[3], numbers[4]
    return (sum(numbers) - idle - waiting) * TICK_MS


@contextmanager
def others_share(*roots: int) -> Iterator[Callable[[], float]]:
    """How much of the machine other programs than these trees took within the block."""
    start, machine, own = time.perf_counter(), machine_ms(), tree_ms(*roots)
    found: list[float] = []
    yield lambda: found[0]
    spent = machine_ms() - machine - (tree_ms(*roots) - own)
    found.append(max(0.0, spent / 1000) / (time.perf_counter() - start) / CORES)
