"""Bring an installation to the release of this code: the planes, then every workspace.

Several may begin at once: one goes on, the others wait, and then find nothing left to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.conf import settings

from tenants.addresses import connect
from tenants.cells import count_missing, jobs_ref, setup_planes
from tenants.context import use_control, use_tenant
from tenants.fleet import Outcome, Progress, behind, migrate_fleet
from tenants.models import Tenant
from tenants.router import JOBS_APP, control_apps, owner_alias

logger = logging.getLogger(__name__)
#: Any number, as long as nobody else on the server uses it.
LOCK = 6_420_170_511
LOOK_AGAIN = 1.0
#: A schema whose tables are busy for longer than its migration waits is tried again.
ROUNDS = 3
PAUSE = 5.0
#: That a connection is alive is asked this often: one that is silent for long is cut by networks.
KEPT_ALIVE = ("SET tcp_keepalives_idle = 30", "SET tcp_keepalives_interval = 10")


class NotReleased(Exception):
    """Some workspaces are not at this release; says which, and why."""


@dataclass
class Diary:
    """What happened to each schema last."""

    tell: Progress
    errors: dict[str, str] = field(default_factory=dict)

    def note(self, outcome: Outcome) -> None:
        """Remember a failure until it is gone."""
        self.errors.pop(outcome.schema, None)
        if outcome.error:
            self.errors[outcome.schema] = outcome.error
        self.tell(outcome)


@contextmanager
def only_one() -> Iterator[None]:
    """Wait until nobody else brings this server to a release; the lock ends with its holder.

    It is taken where the administrator arrives, since on the first day there is no plane.
    """
    with connect("ADMIN_DATABASE_URL") as holder:
        for statement in KEPT_ALIVE:
            holder.execute(statement.encode())
        if not _take(holder):
            logger.info("another process brings this installation to its release: waiting")
            while not _take(holder):
                time.sleep(LOOK_AGAIN)
        yield


def _take(holder: psycopg.Connection[object]) -> bool:
    row = holder.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    return row == (True,)


def bring_to_release(*, canary: int, jobs: int, tell: Progress) -> None:
    """Planes first, then a few workspaces, then the others; again, it goes on where it was.

    Raises NotReleased when workspaces fail: one of the first ones keeps the others from trying.
    """
    with only_one():
        setup_planes()
        if canary:
            _fleet(Diary(tell), canary=canary, jobs=jobs)
        _fleet(Diary(tell), canary=None, jobs=jobs)


def _fleet(diary: Diary, *, canary: int | None, jobs: int) -> None:
    migrate_fleet(canary=canary, jobs=jobs, progress=diary.note)
    for _turn in range(ROUNDS - 1):
        if not diary.errors:
            return
        time.sleep(PAUSE)
        migrate_fleet(only=list(diary.errors), jobs=jobs, progress=diary.note)
    if diary.errors:
        raise NotReleased(_story(diary.errors, stopped=canary is not None))


def _story(errors: dict[str, str], *, stopped: bool) -> str:
    with use_control():
        rows = Tenant.objects.filter(schema_name__in=errors)
        names = dict(rows.values_list("schema_name", "subdomain"))
    lines = [f"{one} ({names.get(one, 'of nobody yet')}): {errors[one]}" for one in sorted(errors)]
    what = "The first ones failed, the others were not tried" if stopped else "These failed"
    return "\n".join([f"{what}; run again when the fault is gone:", *lines])


def pending() -> list[str]:
    """What this release would still have to do, a sentence each; empty when nothing is left."""
    found = []
    alias = owner_alias("control") if settings.CONTROL_OWNER_URL else "control"
    with use_control():
        if missing := count_missing(alias, control_apps()):
            found.append(f"The control plane lacks {missing} migrations.")
    with use_tenant(jobs_ref()):
        if missing := count_missing(jobs_ref().cell, frozenset({JOBS_APP})):
            found.append(f"The job tables lack {missing} migrations.")
    if not found:
        with use_control():
            count = len(behind())
        found += [f"{count} schemas are behind this release."] if count else []
    return found
