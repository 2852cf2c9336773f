"""How far an import has come, seen from outside while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Thread

from django.db import connections

from app.imports.models import Import
from tenants.context import current

FIELDS = (
    "position", "round", "last_round", "waiting", "created", "updated", "skipped", "failed",
)  # fmt: skip


def save(made: Import) -> None:
    """Write how far it is, in the transaction of the batch."""
    made.save(update_fields=FIELDS)


@contextmanager
def shown(made: Import) -> Iterator[None]:
    """Nothing that a dry run writes is seen from outside until it ends: see `tell`."""
    try:
        yield
    finally:
        made.position, made.round, made.last_round = 0, 1, False


def tell(made: Import) -> None:
    """Let others see the counts of a dry run: by another connection, beside its transaction."""
    thread = Thread(target=copy_context().run, args=(_tell, made))
    thread.start()
    thread.join()


def _tell(made: Import) -> None:
    try:
        counts = {name: getattr(made, name) for name in ("created", "updated", "skipped", "failed")}
        Import._default_manager.filter(pk=made.pk).update(**counts)
    finally:
        connections[current().cell].close()
