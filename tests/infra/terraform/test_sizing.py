"""The numbers of the tiers bear each other: no provider, no cloud."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.infra.terraform import working

AT = "modules/sizing"


@pytest.fixture
def place(tmp_path: Path) -> working.Working:
    return working.copied(tmp_path / "terraform")


def test_the_sizes_of_the_tiers_hold(place):
    output = place.must("test", "-no-color", at=AT)
    assert re.search(r"Success! 1\d passed, 0 failed", output), output


def test_pods_that_the_database_cannot_bear_are_seen(place):
    numbers = place.folder / AT / "main.tf"
    numbers.write_text(
        numbers.read_text().replace("max_connections = 3400", "max_connections = 3000")
    )
    done = place.run("test", "-no-color", at=AT)
    assert done.code == 1
    assert "The pods may open 2556 connections" in done.output
