"""One rendering a scenario for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infra import tools
from tests.infra.helm import chart


@pytest.fixture(scope="session")
def rendered() -> dict[str, Path]:
    """Each scenario, rendered into a file."""
    folder = tools.ROOT / "build" / "infra-work" / "helm"
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _render(name, folder) for name in chart.SCENARIOS}


@pytest.fixture(scope="session")
def releases(rendered: dict[str, Path]) -> dict[str, chart.Release]:
    """The objects of each scenario. Who changes one takes a copy."""
    return {
        name: chart.Release(chart.parsed(path.read_text()), chart.values_of(name))
        for name, path in rendered.items()
    }


def _render(name: str, folder: Path) -> Path:
    done = chart.template(*chart.arguments(name, folder))
    assert done.returncode == 0, done.stderr
    path = folder / f"{name}.yaml"
    path.write_text(done.stdout)
    return path
