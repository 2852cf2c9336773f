"""Where the rules are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.infra.helm.chart import Release

Rule = Callable[[Release], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(check: Rule) -> Rule:
    """Keep a rule under its name."""
    RULES[check.__name__] = check
    return check
