"""The tables, and which of their numbers decide."""

from __future__ import annotations

from bench.importing import Pass
from bench.pages import Line
from bench.provisioning import Times

MOST_RATIO, MOST_DEEP = 5.0, 1.3
LEAST_RATE = 5_000  #: rows a second
MOST_OTHERS = 0.1  #: share of the machine that other programs may take while a time is judged
MOST_CLAIM, MOST_REPLAY = 50, 1_000  #: milliseconds


def table(lines: list[Line]) -> str:
    """The actions as a table of Markdown."""
    rows = [
        "| action | queries | CPU ms | goal | bare CPU ms | ratio | wall p50 / p95 ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        product = line.product
        rows.append(
            f"| {line.action.name} | {line.queries} | {product.cpu:.1f} | {line.action.goal_ms:g} |"
            f" {line.bare.cpu:.1f} | {line.ratio:.1f} |"
            f" {product.wall(0.5):.1f} / {product.wall(0.95):.1f} |"
        )
    return "\n".join(rows)


def faults(lines: list[Line]) -> list[str]:
    """What must not be: another number of queries, a slow deep page, too much of our own."""
    found = []
    for line in lines:
        name = line.action.name
        if line.queries != line.action.queries:
            found.append(f"{name}: {line.queries} queries, pinned are {line.action.queries}")
        if line.ratio > MOST_RATIO:
            found.append(f"{name}: {line.ratio:.1f} times its bare answer")
    by_name = {line.action.name: line.product.cpu for line in lines}
    if by_name.keys() >= {"list", "deep page"}:
        times = by_name["deep page"] / by_name["list"]
        if times > MOST_DEEP:
            found.append(f"the deep page costs {times:.2f} times the first")
    return found


def import_table(passes: list[Pass]) -> str:
    """The ways over the file as a table of Markdown."""
    rows = [
        "| import | rows/s | seconds | CPU us a row: Python + PostgreSQL | taken by others |",
        "|---|---|---|---|---|",
    ]
    for one in passes:
        python, database = (1e6 * spent / one.rows for spent in (one.python_s, one.database_s))
        rows.append(
            f"| {one.rows:,} {one.what} | {one.rate:,.0f} | {one.seconds:.1f} |"
            f" {python:.0f} + {database:.0f} | {one.others:.0%} |"
        )
    return "\n".join(rows)


def import_faults(passes: list[Pass]) -> list[str]:
    """Too slow, where the machine was ours."""
    new = passes[0]
    if new.rate >= LEAST_RATE:
        return []
    return timed(f"import: {new.rate:,.0f} rows a second, wanted {LEAST_RATE:,}", new.others)


def timed(fault: str, others: float) -> list[str]:
    """A fault of the clock; it is none while other programs take the machine."""
    if others <= MOST_OTHERS:
        return [fault]
    print(f"not judged, as other programs took {others:.0%} of the machine: {fault}")
    return []


def times_table(times: Times) -> str:
    """Sign-up as a table of Markdown."""
    return (
        "| a workspace by | ms | goal |\n|---|---|---|\n"
        f"| claim of a ready schema | {times.claim:.0f} | {MOST_CLAIM} |\n"
        f"| replay of the template | {times.replay:.0f} | {MOST_REPLAY} |\n"
        f"| plain migration | {times.migration:.0f} | |"
    )


def times_faults(times: Times) -> list[str]:
    """A sign-up that takes too long."""
    found: list[str] = []
    if times.claim > MOST_CLAIM:
        found += timed(f"claim: {times.claim:.0f} ms", times.others)
    if times.replay > MOST_REPLAY:
        found += timed(f"replay: {times.replay:.0f} ms", times.others)
    return found
