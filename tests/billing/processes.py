"""Billers of their own: real processes over the databases of the test, killed where it hurts.

    python -m tests.billing.processes [MOMENT]

One round of the biller; at the moment it is killed, as by the kernel, without a chance to clean up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.server import ROOT, variables

#: Where a biller may die: module, function, and whether before it or after it.
MOMENTS = {
    "claimed": ("billing.commands", "run", "before"),
    "noted": ("billing.commands", "_mark_sent", "after"),
    "called": ("billing.gateway.writing", "buy_more", "after"),
    "scheduled": ("billing.gateway.writing", "start_schedule", "after"),
    "planned": ("billing.gateway.writing", "plan_phases", "after"),
    "mirrored": ("billing.commands", "_end", "before"),
    "event": ("billing.inbox", "sync_account", "before"),
    "fetched": ("billing.sync", "_write", "before"),
    "written": ("billing.sync", "_write", "after"),
    "told": ("billing.push", "plain", "before"),
}


def start(world: Any, moment: str = "") -> subprocess.Popen[bytes]:
    """One round in a process of its own."""
    return run(world, "-m", "tests.billing.processes", moment)


def run(world: Any, *command: str) -> subprocess.Popen[bytes]:
    """Python over the databases of this test and its simulator."""
    from django.db import connections

    environ = {**os.environ, **variables(), "DJANGO_SETTINGS_MODULE": "app.config.settings"}
    for alias, name in (("control", "CONTROL_DATABASE_URL"), ("default", "DATABASE_URL")):
        database = connections[alias].settings_dict["NAME"]
        environ[name] = f"{environ[name].rpartition('/')[0]}/{database}"
    environ |= {
        "STRIPE_API_KEY": world.key,
        "STRIPE_API_BASE": world.simulator.address,
        "BILLING_CLOCK_FILE": str(world.simulator.clock_file),
    }
    whole = [sys.executable, "-W", "ignore", *command]
    return subprocess.Popen(whole, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL)


def main(moment: str) -> None:
    """Do one round, or die in it."""
    import django

    django.setup()
    from billing.biller import run_round

    if moment:
        _die(*MOMENTS[moment])
    run_round()


def _die(module: str, name: str, when: str) -> None:
    from importlib import import_module

    holder = import_module(module)
    real: Callable[..., Any] = getattr(holder, name)

    def fatal(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(holder, name, fatal)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
