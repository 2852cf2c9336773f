"""Ctrl-C for us alone: `make` would turn it into a failure before we have ended well."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_foreground() -> Iterator[None]:
    """Be the terminal's foreground group while we run, where there is a terminal."""
    if not _leads_terminal():
        yield
        return
    before = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(sys.stdin.fileno(), before)


def _leads_terminal() -> bool:
    """Whether our group, led by another process such as make, has the terminal."""
    try:
        return os.getpgrp() not in (os.getpid(), -1) and (
            os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        )
    except (OSError, ValueError):
        return False
