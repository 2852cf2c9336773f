"""A web process that is about to go says so first: `/readyz` turns to 503, connections end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def data_dir() -> Path:
    """The folder that is this process's own (or this pod's): what it keeps on disk."""
    return Path(os.environ.get("DATA_DIR", "").strip() or BASE_DIR / "var")


def drain_file() -> Path:
    """While it is there, the web wants no traffic."""
    return data_dir() / "draining"


def drain(seconds: float) -> None:
    """Ask for no more traffic, and give whoever sends it time to hear of it.

    A file that cannot be written is no reason not to wait: who orders this also tells others.
    """
    try:
        drain_file().parent.mkdir(parents=True, exist_ok=True)
        drain_file().touch()
    except OSError as error:
        sys.stderr.write(f"{error}: /readyz goes on to say that it is ready\n")
    time.sleep(seconds)


def is_draining() -> bool:
    """Whether somebody asked for no more traffic."""
    return drain_file().exists()


def forget() -> None:
    """Somebody new starts: what an earlier process was asked does not bind it."""
    drain_file().unlink(missing_ok=True)
