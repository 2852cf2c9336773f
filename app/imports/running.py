"""The run of an import: batch after batch, each committed together with what became of its rows.

A killed worker loses at most the batches at hand: the next one goes on where it was. A dry run
takes the same way inside one transaction that is rolled back, and keeps only the outcomes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.db.transaction import set_rollback
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from app.access.actors import Actor, load_actor
from app.access.restriction import ReadOnly, need_writable
from app.access.rights import Verb, may
from app.imports import lanes, outcomes, progress
from app.imports.keys import Matcher, repeated
from app.imports.lanes import Span
from app.imports.layout import Layout
from app.imports.mapping import read_mapping
from app.imports.models import Import, ImportExtra, StagedRow
from app.imports.outcomes import Result
from app.imports.rows import Line, Reader, values_of
from app.records import changes, registry
from app.records.entity import Entity
from app.records.errors import Invalid
from app.records.writing import atomic
from tenants.context import bind_actor, current

BATCH = 2_000
State = StagedRow.Outcome
STATES = {
    "created": State.CREATED,
    "updated": State.UPDATED,
    "unchanged": State.SKIPPED,
    "failed": State.FAILED,
}


Watch = Callable[[Import], object]
Listener = Callable[[Import], None]

_listeners: list[Listener] = []


def nobody(_made: Import) -> None:
    """Watches nothing."""


class Stopped(Exception):
    """The import cannot go on; the message is for the user."""


@dataclass
class Run:
    """Everything that the batches of one run share."""

    made: Import
    entity: Entity
    actor: Actor
    reader: Reader
    matcher: Matcher

    def twin(self) -> Run:
        """The same for another lane: what is remembered of look-ups is each lane's own."""
        reader = self.reader.twin(self.actor)
        return Run(self.made, self.entity, self.actor, reader, self.matcher)

    @property
    def can_be_split(self) -> bool:
        """Whether no row of the file depends on another one of it."""
        return self.matcher.knows_repeats and not self.reader.rows_depend

    @property
    def is_dry(self) -> bool:
        """Whether nothing may stay written."""
        return self.made.mode == Import.Mode.DRY_RUN


def run(import_id: int, *, watch: Watch = nobody) -> None:
    """Do what is left of the import; safe to call again after any crash.

    `watch` is told after each batch.
    """
    made = Import._default_manager.select_related("actor").get(pk=import_id)
    if made.status not in (Import.Status.QUEUED, Import.Status.RUNNING):
        return
    actor = load_actor(made.actor_id)
    with bind_actor(made.actor_id), override(actor.language if actor else "en"):
        try:
            begun = begin(made, actor)
            (check_dry if begun.is_dry else write_all)(begun, watch)
        except (Stopped, ReadOnly) as problem:
            end(made, Import.Status.FAILED, str(problem))
        except Exception:
            end(made, Import.Status.FAILED, _("The import stopped by a fault of ours."))
            raise
        else:
            end(made, Import.Status.DONE, "")


def begin(made: Import, actor: Actor | None) -> Run:
    """Read the mapping and the rights anew: both may have changed since it was queued."""
    need_writable()
    entity = registry.get(made.entity)
    if actor is None or not may(actor, Verb.IMPORT, entity):
        raise Stopped(_("You may no longer import records of this kind."))
    layout = Layout.from_json(made.layout)
    try:
        mapping = read_mapping(made.mapping, entity=entity, headers=layout.headers)
    except Invalid as problem:
        raise Stopped(" ".join(problem.sentences)) from problem
    made.status = Import.Status.RUNNING
    made.started_at = made.started_at or timezone.now()
    made.save(update_fields=["status", "started_at"])
    reader = Reader(mapping, entity=entity, headers=layout.headers, actor=actor)
    matcher = Matcher(mapping, entity=entity, actor=actor, repeated=repeated(made, mapping, layout))
    return Run(made, entity, actor, reader, matcher)


def when_over(listener: Listener) -> Listener:
    """Let this function hear of each import that ended, in the transaction that notes it."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def end(made: Import, status: Import.Status, error: str) -> None:
    """Note how it ended, and tell whoever listens."""
    made.status, made.error, made.finished_at = status, error, timezone.now()
    with atomic():
        made.save(update_fields=["status", "error", "finished_at"])
        for listener in _listeners:
            listener(made)


def write_all(run: Run, watch: Watch) -> None:
    """Round after round until no row is left; each batch in its own transaction."""
    made = run.made
    more = True
    while more:
        for wait in (False, True):
            if waiting_rows(made).exists():
                lanes.sweep(run, spans(made), write_span, wait=wait, watch=watch)
        with atomic():
            progress.take_hold(made)
            more = next_round(made)
            made.save(update_fields=progress.ROUND)


def write_span(run: Run, span: Span, *, wait: bool) -> bool:
    """One batch, committed with its outcomes; False if another worker is at it."""
    with uncollected(), atomic():
        if not lanes.claim(run.made, span, wait=wait):
            return False
        need_writable()
        results = one_batch(run, span)
        progress.add(run.made, results)
    return True


@contextmanager
def uncollected() -> Iterator[None]:
    """A batch makes a hundred thousand objects and drops them all: looking for circles among
    them meanwhile takes a fifth of Python's time, and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def check_dry(run: Run, watch: Watch) -> None:
    """The whole import in a transaction that is taken back; the outcomes are kept."""
    made, more = run.made, True
    with atomic():
        while more:
            for span in spans(made):
                progress.tally(made, one_batch(run, span))
                progress.tell(made)
                watch(made)
            more = next_round(made)
        found = outcomes.collect(made)
        set_rollback(True, using=current().cell)
    with atomic():
        outcomes.save(made, [one.without_record() for one in found])
        made.save(update_fields=progress.COUNTERS)


def spans(made: Import) -> Iterator[Span]:
    """The file in stretches of row numbers, one batch each."""
    last = made.lines.order_by("-number").values_list("number", flat=True).first() or 0
    return ((start, start + BATCH) for start in range(0, last + 1, BATCH))


def waiting_rows(made: Import) -> QuerySet[StagedRow]:
    """The rows of this round: all of them at first, then those put off."""
    return made.lines.filter(outcome=State.PENDING if made.round == 1 else State.DEFERRED)


def one_batch(run: Run, span: Span) -> list[Result]:
    """Deal with the rows of a stretch that nobody dealt with yet."""
    waiting = waiting_rows(run.made).filter(number__gte=span[0], number__lt=span[1])
    rows = waiting.order_by("number").values_list("number", Cast("cells", TextField()))
    lines = [Line(number, orjson.loads(cells)) for number, cells in rows]
    if not lines:
        return []
    run.reader.read(lines, last_round=run.made.last_round)
    results = write_lines(run, lines)
    outcomes.save(run.made, results)
    note_extras(run)
    return results


def next_round(made: Import) -> bool:
    """Rows that point at others of the file come again, once those are in.

    When a round brought none of them in, the next is the last: what is missing then is unknown.
    """
    waiting = made.lines.filter(outcome=State.DEFERRED).count()
    if not waiting or made.last_round:
        return False
    made.last_round = made.round > 1 and waiting == made.waiting
    made.round, made.waiting = made.round + 1, waiting
    return True


def write_lines(run: Run, lines: list[Line]) -> list[Result]:
    """Create, update or refuse each line."""
    good = [line for line in lines if line.good]
    run.matcher.match(good)
    new = [line for line in good if line.good and line.record_id is None]
    old = [line for line in good if line.good and line.record_id is not None]
    results = {line.number: outcomes.of_line(line) for line in lines if not line.good}
    results |= create_lines(run, new) | update_lines(run, old)
    return [results[line.number] for line in lines]


def create_lines(run: Run, lines: list[Line]) -> dict[int, Result]:
    """New records."""
    if not lines:
        return {}
    rows = [values_of(line, is_new=True) for line in lines]
    written = changes.create_many(run.entity, rows, actor=run.actor, origin="import")
    return {
        line.number: outcomes.of_outcome(line, outcome, STATES[outcome.status], run.reader)
        for line, outcome in zip(lines, written.outcomes, strict=True)
    }


def update_lines(run: Run, lines: list[Line]) -> dict[int, Result]:
    """Changed records, with what they held before."""
    if not lines:
        return {}
    held = outcomes.snapshot(run.entity, [line.record_id for line in lines])
    rows = [values_of(line, is_new=False) | {"id": line.record_id} for line in lines]
    written = changes.update_many(run.entity, rows, actor=run.actor, origin="import")
    results = {}
    for line, outcome in zip(lines, written.outcomes, strict=True):
        result = outcomes.of_outcome(line, outcome, STATES[outcome.status], run.reader)
        if result.state is State.UPDATED:
            result.before = held.get(line.record_id or 0)
        results[line.number] = result
    return results


def note_extras(run: Run) -> None:
    """What was created on the way belongs to the import too."""
    ImportExtra._default_manager.bulk_create(
        ImportExtra(parent=run.made, target=one.target, record_id=one.id, version=one.version)
        for one in run.reader.take_made()
    )
