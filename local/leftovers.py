"""What an earlier run of the same DATA_DIR left behind when it was killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

#: Every child carries the data folder it works for in this variable.
MARK = "LOCAL_STACK"


class StillRunning(Exception):
    """A process of the earlier run could not be ended."""


def clear(data_dir: Path, *, grace: float = 5.0) -> None:
    """Wait for the processes of a killed run to go, then kill those that stay.

    They were told to end when their supervisor died; PostgreSQL is given time to do it well.
    """
    if _gone_within(data_dir, grace):
        return
    for pid in processes(data_dir):
        _kill(pid)
    if not _gone_within(data_dir, grace):
        raise StillRunning(f"Processes of an earlier run do not end: {processes(data_dir)}")


def processes(data_dir: Path) -> list[int]:
    """Who works for this data folder, by its mark or, PostgreSQL, by where it is."""
    mark = f"{MARK}={data_dir}".encode()
    cluster = str(data_dir / "pg")
    own = os.getpid()
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if pid != own and _works_for(pid, mark, cluster)]


def hidden(name: str) -> bool:
    """Whether a program of that name runs of which we may not see where it works."""
    return any(_is_hidden(entry, name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _is_hidden(folder: Path, name: str) -> bool:
    try:
        if (folder / "comm").read_text().strip() != name:
            return False
        (folder / "cwd").readlink()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _works_for(pid: int, mark: bytes, cluster: str) -> bool:
    folder = Path("/proc") / str(pid)
    try:
        if _is_zombie(folder):
            return False
        if (folder / "cwd").readlink() == Path(cluster):
            return True
        return mark in (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _is_zombie(folder: Path) -> bool:
    return (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"


def _gone_within(data_dir: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while processes(data_dir):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
