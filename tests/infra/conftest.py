"""What the stages of the infrastructure share: a place to work in, and the reasons for skips."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.infra import tools


def pytest_report_header() -> str:
    """Say where the programs are taken from."""
    return f"infra programs: {tools.PROGRAMS.relative_to(tools.ROOT)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skipped stage says why, asked or not."""
    for report in terminalreporter.stats.get("skipped", []):
        if isinstance(report.longrepr, tuple):
            terminalreporter.write_line(f"SKIPPED {report.nodeid}: {report.longrepr[2]}")


@pytest.fixture
def workplace(request: pytest.FixtureRequest) -> Path:
    """An empty folder under build/, kept after the test so that its files can be looked at."""
    name = re.sub(r"[^\w]+", "-", request.node.nodeid.removeprefix("tests/infra/"))
    folder = tools.ROOT / "build" / "infra-work" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
