"""How far an import has come, seen from outside while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextvars import copy_context
from threading import Thread

from django.db import connections
from django.db.models import F

from app.imports.models import Import, StagedRow
from app.imports.outcomes import Result
from tenants.context import current

State = StagedRow.Outcome
COUNTED = {
    "created": State.CREATED,
    "updated": State.UPDATED,
    "skipped": State.SKIPPED,
    "failed": State.FAILED,
}
COUNTERS = tuple(COUNTED)
ROUND = ("round", "last_round", "waiting")


def counts(results: Iterable[Result]) -> dict[str, int]:
    """How many rows ended how; those that are put off count once they are dealt with."""
    states = Counter(one.state for one in results)
    return {name: states[state] for name, state in COUNTED.items()}


def tally(made: Import, results: Iterable[Result]) -> None:
    """Count in memory: nothing of a dry run is seen outside of its transaction."""
    for name, count in counts(results).items():
        setattr(made, name, getattr(made, name) + count)


def add(made: Import, results: Iterable[Result]) -> None:
    """Count in the transaction of the batch, beside what other lanes count."""
    changed = {name: F(name) + count for name, count in counts(results).items() if count}
    if changed:
        Import._default_manager.filter(pk=made.pk).update(**changed)


def take_hold(made: Import) -> None:
    """Two workers at one import wait for each other between rounds, and read anew."""
    fresh = Import._default_manager.select_for_update().get(pk=made.pk)
    for name in (*COUNTERS, *ROUND):
        setattr(made, name, getattr(fresh, name))


def tell(made: Import) -> None:
    """Let others see the counts of a dry run: by another connection, beside its transaction."""
    thread = Thread(target=copy_context().run, args=(_tell, made))
    thread.start()
    thread.join()


def _tell(made: Import) -> None:
    try:
        found = {name: getattr(made, name) for name in COUNTERS}
        Import._default_manager.filter(pk=made.pk).update(**found)
    finally:
        connections[current().cell].close()
