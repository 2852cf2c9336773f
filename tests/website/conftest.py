from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from tenants.context import use_control
from tenants.provisioning import run_once


@pytest.fixture
def pool(open_fresh: Callable[[], Any]) -> Callable[[int], None]:
    """Make schemas ready, as the provisioner does; the test's own sign-ups commit."""

    def fill(size: int) -> None:
        run_once(pool_size=size)

    return fill


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(request: pytest.FixtureRequest) -> None:
    """Throttles count what commits: forget it, so that tests do not count each other."""
    if "pool" in request.fixturenames:
        request.getfixturevalue("pool")
        with use_control():
            cache.clear()
