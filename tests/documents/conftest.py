"""A deal of alice's, and files sent to it as a browser sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.documents.sending import Sender, quiet_jobs
from tests.records.helpers import make, pipeline


@pytest.fixture
def jobs(monkeypatch: Any) -> list[tuple[str, dict[str, Any]]]:
    """What was enqueued, in order; nothing runs by itself."""
    return quiet_jobs(monkeypatch)


@pytest.fixture
def deal(workspace: Any, alice: Any) -> Any:
    """A deal of alice's; bob and rita see it, charlie and mallory do not."""
    made = pipeline(alice)
    return make("deals", alice, name="Tower", stage_id=made["Prospecting"].pk)


@pytest.fixture
def send(storage: Any, deal: Any, alice: Any, jobs: Any) -> Sender:
    """Sends files to the deal as alice, and does the worker's work."""
    return Sender(deal, alice, jobs)


Contents = Callable[..., bytes]
