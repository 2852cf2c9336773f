"""The biller: everything between us and the provider that nobody waits for on a page.

Several may run: what one has claimed the others leave alone, and each step may be done twice.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

import psycopg
from django.db import close_old_connections, connections, transaction

from billing import clock, commands, inbox, push, reconcile
from billing.channel import CHANNEL
from billing.errors import Busy, StoredFailure, Unreachable
from billing.gateway.client import is_set_up
from billing.models import Command, Mark
from billing.sync import CONTROL
from tenants import metrics
from tenants.addresses import connect
from tenants.context import use_control

logger = logging.getLogger(__name__)
QUARTER = timedelta(minutes=15)
NIGHT = timedelta(hours=24)
#: A nightly round that failed or died is tried again after so long.
NIGHT_AGAIN = timedelta(hours=1)
#: What one round does at most of one sort, so that nothing waits behind the rest.
BATCH = 100
HEARTBEAT = "biller"


class Stopped(Exception):
    """Asked to end while waiting."""


class Biller:
    """The loop, until SIGTERM or SIGINT; what is being done is finished first."""

    def __init__(self, *, pause: float = 5.0) -> None:
        self.pause = pause
        self._is_stopped = self._is_waiting = False

    def run(self) -> None:
        """Answer calls at once, and look by itself whenever nobody calls."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._is_stopped:
            try:
                self._listen()
            except Stopped:
                return
            except psycopg.OperationalError:
                logger.exception("the control database does not answer")
                time.sleep(min(self.pause, 1.0))

    def _listen(self) -> None:
        with connect("CONTROL_DATABASE_URL") as listener:
            listener.execute(f"LISTEN {CHANNEL}".encode())
            while not self._is_stopped:
                close_old_connections()
                run_round(self._go_on)
                self._wait(listener)

    def _wait(self, listener: psycopg.Connection[Any]) -> None:
        self._is_waiting = True
        try:
            if self._go_on():
                for _ in listener.notifies(timeout=self.pause, stop_after=1):
                    pass
        finally:
            self._is_waiting = False

    def _go_on(self) -> bool:
        return not self._is_stopped

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopped = True
        if self._is_waiting:
            raise Stopped


def run_round(go_on: Callable[[], bool] = lambda: True) -> None:
    """Everything that is due; a step that fails is logged and keeps nothing else from its turn."""
    with use_control():
        for step in STEPS:
            if not go_on():
                return
            try:
                step(go_on)
            except Exception:
                logger.exception("a step of the biller failed; the next round tries again")
                connections.close_all()


def _beat(_go_on: Callable[[], bool]) -> None:
    defaults = {"at": clock.now(), "value": {}}
    Mark.objects.update_or_create(pk=HEARTBEAT, defaults=defaults)
    metrics.COMMANDS_OPEN.set(Command.objects.filter(state__in=commands.OPEN).count())


def _inbox(go_on: Callable[[], bool]) -> None:
    _many(inbox.look_at_next, go_on)


def _outbox(go_on: Callable[[], bool]) -> None:
    _many(commands.run_next, go_on)


def _many(do: Callable[[], bool], go_on: Callable[[], bool]) -> None:
    for _ in range(BATCH):
        if not (is_set_up() and go_on() and do()):
            return


def _push(_go_on: Callable[[], bool]) -> None:
    push.open_missing()
    push.push_due()


def _quarterly(_go_on: Callable[[], bool]) -> None:
    if is_set_up() and is_due("quarterly", every=QUARTER):
        reconcile.look_at_unsettled()
        for account in reconcile.stale():
            logger.error("account %s was not looked at for three days", account)


def _nightly(_go_on: Callable[[], bool]) -> None:
    if not is_due("nightly", every=NIGHT, again=NIGHT_AGAIN):
        return
    push.look_at_all()
    if is_set_up():
        try:
            nightly()
        except (Unreachable, Busy, StoredFailure) as failure:
            logger.warning("the nightly look broke off: %s", failure)
            return
    finished("nightly")


def nightly() -> None:
    """Fetch what never arrived, compare everything, and put right what differs."""
    reconcile.replay_events()
    report = reconcile.compare()
    if not report.is_complete:
        raise Unreachable("the listing broke off")
    if report.differences:
        reconcile.apply(report, by="the nightly comparison")
    inbox.forget_old()


STEPS = (_beat, _inbox, _outbox, _push, _quarterly, _nightly)


def is_due(name: str, *, every: timedelta, again: timedelta | None = None) -> bool:
    """Take what comes round when its time has come; of several billers one gets it.

    With `again` it counts as done only when `finished` says so.
    """
    now = clock.now()
    noted = now if again is None else now - every + again
    with transaction.atomic(using=CONTROL):
        mark, made = Mark.objects.select_for_update().get_or_create(pk=name, defaults={"at": noted})
        if made:
            return True
        if now < mark.at + every:
            return False
        mark.at = noted
        mark.save(update_fields=["at"])
    return True


def finished(name: str) -> None:
    """What came round is done."""
    Mark.objects.filter(pk=name).update(at=clock.now())
