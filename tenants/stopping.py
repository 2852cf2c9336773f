"""SIGTERM for processes that may be ended anywhere: what they have not committed is undone.

The first process of a container is spared by the kernel unless it asks for the signal.
"""

from __future__ import annotations

import signal
from types import FrameType


def end_when_told() -> None:
    """Let SIGTERM end this process where it stands."""
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
