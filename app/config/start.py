"""The one way in: `python -m app.config.start ROLE`, for every process of an installation.

A word that is no role is a command of manage.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app.config import env
from app.config.draining import BASE_DIR, drain

MANAGE = (str(BASE_DIR / "manage.py"),)
GUNICORN = str(BASE_DIR / "app" / "config" / "gunicorn.py")
#: What Python is told for each role; further words follow.
ROLES = {
    "web": ("-m", "gunicorn", "--chdir", str(BASE_DIR), "-c", GUNICORN),
    "worker": (*MANAGE, "run_worker"),
    "scheduler": (*MANAGE, "run_scheduler"),
    "provisioner": (*MANAGE, "run_provisioner"),
    "biller": (*MANAGE, "run_billing"),
    "migrate": (*MANAGE, "bring_to_release"),
}
#: Seconds that a web process is drained when nobody says how many.
DRAIN_SECONDS = 20.0
LONGEST_DRAIN = 600.0


def command(words: Sequence[str]) -> list[str]:
    """The program of a role with the words that follow it; of none: the web's."""
    role, *rest = words or ["web"]
    told = ROLES.get(role, (*MANAGE, role))
    return [sys.executable, *told, *rest]


def seconds_to_drain(words: Sequence[str]) -> float:
    """What stands after `drain`; raises ValueError for what is no reasonable time."""
    seconds = float(words[0]) if words else DRAIN_SECONDS
    if not 0 <= seconds <= LONGEST_DRAIN:
        raise ValueError(f"drain takes 0 to {LONGEST_DRAIN:.0f} seconds, not {words[0]}")
    return seconds


def main(words: Sequence[str]) -> None:
    """Drain and return, or become the program: it gets the signals itself."""
    if words[:1] == ["drain"]:
        env.load_file()
        drain(seconds_to_drain(words[1:]))
        return
    program = command(words)
    os.execvp(program[0], program)  # noqa: S606 (there is no shell to start it in)


if __name__ == "__main__":
    main(sys.argv[1:])
