"""Batches side by side: while PostgreSQL writes one, Python reads the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from threading import Lock, Thread
from typing import TYPE_CHECKING

from django.db import connections
from django.utils.translation import override

from app.imports.models import Import
from app.records.writing import cursor
from tenants.context import current

if TYPE_CHECKING:
    from app.imports.running import Run, Watch

Span = tuple[int, int]
#: Writes the rows of a span; False if another worker is at it.
Write = Callable[..., bool]
LANES = 2
SMALL = 5_000  #: rows that are not worth a second connection


def claim(made: Import, span: Span, *, wait: bool) -> bool:
    """Take a span for this transaction, so that two workers never write the same rows."""
    name = f"{current().schema} import {made.pk} from {span[0]}"
    with cursor() as handle:
        if wait:
            handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            return True
        handle.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(handle.fetchone()[0])


def sweep(run: Run, spans: Iterable[Span], write: Write, *, wait: bool, watch: Watch) -> None:
    """Write all spans, in two lanes where the rows allow it."""
    todo = Shared(spans)
    is_inside = connections[current().cell].in_atomic_block
    if run.made.rows < SMALL or is_inside or not run.can_be_split:
        work(run, todo, write, wait=wait, watch=watch)
        return
    faults: list[BaseException] = []

    def lane(own: Run) -> None:
        try:
            with override(own.actor.language):
                work(own, todo, write, wait=wait, watch=watch)
        except BaseException as fault:
            faults.append(fault)
            todo.stop()
        finally:
            connections[current().cell].close()

    others = [
        Thread(target=copy_context().run, args=(lane, run.twin())) for _number in range(LANES)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    if faults:
        raise faults[0]


def work(run: Run, todo: Shared, write: Write, *, wait: bool, watch: Watch) -> None:
    """One lane."""
    for span in todo:
        if write(run, span, wait=wait):
            watch(Import._default_manager.get(pk=run.made.pk))


class Shared:
    """Spans that several lanes take from."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = iter(list(spans))
        self._lock = Lock()

    def __iter__(self) -> Iterator[Span]:
        while True:
            with self._lock:
                span = next(self._spans, None)
            if span is None:
                return
            yield span

    def stop(self) -> None:
        """Let the other lanes end too."""
        with self._lock:
            self._spans = iter(())
