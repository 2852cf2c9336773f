"""Every rule sees what it is there for: a planted fault makes it complain."""

from __future__ import annotations

import pytest

from tests.infra.helm import chart
from tests.infra.helm.faults import FAULTS, Fault, plant
from tests.infra.helm.rules import RULES


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[1]}-{fault[2]}")
def test_a_planted_fault_is_seen(fault: Fault, releases: dict[str, chart.Release]) -> None:
    name, where, path, value = fault
    release = releases["everything"].copy()
    plant(release, where, path, value)
    assert release.objects != releases["everything"].objects
    assert list(RULES[name](release)) != []


def test_every_rule_was_seen_complaining() -> None:
    assert {fault[0] for fault in FAULTS} == set(RULES)
