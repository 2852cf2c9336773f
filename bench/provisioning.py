"""How long a company waits for its workspace: claim, replay, and the migrations they replace."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import cpu
from bench.server import Server


@dataclass
class Times:
    """Medians in milliseconds."""

    claim: float
    replay: float
    migration: float
    others: float  #: share of the machine's CPU that other programs took meanwhile


def measure(server: Server) -> Times:
    """Measure each way in the databases in use."""
    from tenants.provisioning import run_once

    run_once(pool_size=20)
    with cpu.others_share(os.getpid(), server.pid) as share:
        claim, replay = median(open_one, times=20), median(replay_one, times=10)
    return Times(claim, replay, median(migrate_one, times=3), share())


def median(measured: Callable[[int], float], *, times: int) -> float:
    """The median of some turns, in milliseconds."""
    return 1000 * statistics.median(measured(turn) for turn in range(times))


def open_one(turn: int) -> float:
    """A sign-up's rows in the control plane, with a schema that is ready."""
    from tenants.provisioning import is_ready, open_workspace

    name = f"bench-{os.getpid()}-{turn}"
    start = time.perf_counter()
    tenant = open_workspace(
        company="Bench", subdomain=name, owner_email="", owner_password="", owner_name=""
    )
    seconds = time.perf_counter() - start
    if not is_ready(tenant):
        raise RuntimeError("the pool was empty")
    return seconds


def replay_one(_turn: int) -> float:
    """A schema from the template, with its rights."""
    from tenants.addresses import connect_owner
    from tenants.template import ensure_template, replay

    text = ensure_template()
    with connect_owner() as owner, scratch() as name:
        start = time.perf_counter()
        replay(owner, text, schema=name)
        return time.perf_counter() - start


def migrate_one(_turn: int) -> float:
    """A schema from the migrations."""
    from tenants.addresses import connect_owner
    from tenants.schemas import make_schema, migrate_schema

    with connect_owner() as owner, scratch() as name:
        start = time.perf_counter()
        make_schema(owner, name)
        migrate_schema(name, cell="default")
        return time.perf_counter() - start


@contextmanager
def scratch() -> Iterator[str]:
    """A name for a schema that is dropped afterwards."""
    from tenants.addresses import connect_owner
    from tenants.schemas import drop_schema

    try:
        yield "bench_scratch"
    finally:
        with connect_owner() as owner:
            drop_schema(owner, "bench_scratch")
