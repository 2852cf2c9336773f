"""The tables, and which of their numbers decide."""

from __future__ import annotations

from bench.pages import Line

MOST_RATIO, MOST_DEEP = 5.0, 1.3


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
