"""The pages about the cloud and the commands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.infra import tools

PAGES = sorted((tools.ROOT / "docs" / "cloud").glob("*.md"))
RUNS = "runs-in-ci"
#: Why a command is not run by the tests; docs/cloud/unverified.md says what follows from it.
REASONS = {"needs-aws", "needs-cluster", "needs-engine", "needs-machine"}
FENCE = re.compile(r"^```(\w*)[ \t]*(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is written in, how it is marked, what stands in it."""

    language: str
    mark: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """All fenced blocks of a page, in their order."""
    for found in FENCE.finditer(page.read_text()):
        yield Block(*found.groups())


def script(page: Path) -> str:
    """What the page tells to type and can run here, as one script."""
    return "\n".join(block.text for block in blocks(page) if block.mark == RUNS)
