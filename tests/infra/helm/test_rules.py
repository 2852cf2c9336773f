"""Every rule holds in every scenario."""

from __future__ import annotations

import pytest

from tests.infra.helm import chart
from tests.infra.helm.rules import PARTS, RULES


@pytest.mark.parametrize("scenario", chart.SCENARIOS)
@pytest.mark.parametrize("name", RULES)
def test_it_holds(name: str, scenario: str, releases: dict[str, chart.Release]) -> None:
    assert list(RULES[name](releases[scenario])) == []


def test_there_are_rules_of_every_part() -> None:
    assert {check.__module__ for check in RULES.values()} == {part.__name__ for part in PARTS}
