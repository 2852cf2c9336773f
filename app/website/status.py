"""How the parts of the product are: judged from what was measured, remembered for a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from app.website.probes import PATIENCE_FOR_ALL, Facts, Signs, gather

#: In the language of whoever reads it.
Words = str | Promise
LIFE = 15.0
#: Processes say that they live every ten seconds.
SILENT = 60.0
#: Commands to the payment provider are sent within seconds.
OVERDUE_COMMAND = 900.0


class Health(models.TextChoices):
    """How a part is."""

    UP = "up", _("Works")
    DEGRADED = "degraded", _("Limited")
    DOWN = "down", _("Down")


@dataclass(frozen=True, slots=True)
class Component:
    """A part that people know."""

    name: str
    label: Words
    health: Health
    #: What it means for them, when it does not simply work.
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All parts at one moment."""

    measured_at: datetime
    components: tuple[Component, ...]
    #: Whether the control plane answered, so that notices can be asked for.
    control_answers: bool

    @property
    def health(self) -> Health:
        """That of the part that is worst."""
        return worst(one.health for one in self.components)


class Memory:
    """One measurement for everybody who asks within a moment; one thread at a time measures."""

    def __init__(self, measure: Callable[[], Report]) -> None:
        self._measure = measure
        self._lock = threading.Lock()
        self._until = 0.0
        self._last: Report | None = None

    def get(self) -> Report:
        """The report, measured now or a moment ago; while it is being measured the last one."""
        if self._last and time.monotonic() < self._until:
            return self._last
        patience = 0.0 if self._last else PATIENCE_FOR_ALL * 2
        if self._lock.acquire(timeout=patience) if patience else self._lock.acquire(blocking=False):
            try:
                return self._fresh()
            finally:
                self._lock.release()
        return self._last or self._measure()

    def clear(self) -> None:
        """Measure anew."""
        self._until, self._last = 0.0, None

    def _fresh(self) -> Report:
        if self._last is None or time.monotonic() >= self._until:
            self._last = self._measure()
            self._until = time.monotonic() + LIFE
        return self._last


def measure() -> Report:
    """Ask all parts and judge."""
    facts = gather()
    return Report(timezone.now(), tuple(judge(facts)), facts.signs is not None)


STATUS = Memory(measure)


def judge(facts: Facts) -> Iterable[Component]:
    """Each part, from what was measured."""
    yield _pages(facts)
    yield _sign_up(facts.signs)
    for alias, answers in facts.cells.items():
        plain = _("Workspaces")
        label = plain if len(facts.cells) == 1 else format_lazy("{} ({})", plain, alias)
        note = "" if answers else _("The database of these workspaces does not answer.")
        yield Component(f"cell-{alias}", label, Health.UP if answers else Health.DOWN, note)
    yield _jobs(facts.signs)
    if facts.files is not None:
        note = "" if facts.files else _("Files cannot be opened or uploaded; records can be used.")
        yield Component("files", _("Files"), Health.UP if facts.files else Health.DOWN, note)
    if facts.takes_payments:
        yield _payments(facts.signs)


def worst(all_of_them: Iterable[Health]) -> Health:
    """The worst of some."""
    order = [Health.UP, Health.DEGRADED, Health.DOWN]
    return max(all_of_them, key=order.index, default=Health.UP)


def _pages(facts: Facts) -> Component:
    if facts.signs is None:
        note = _("This page answers, but the register of workspaces does not.")
        return Component("web", _("Web pages"), Health.DEGRADED, note)
    return Component("web", _("Web pages"), Health.UP)


def _sign_up(signs: Signs | None) -> Component:
    label = _("Signing up")
    if signs is None or (_is_silent(signs.provisioner) and not signs.ready_schemas):
        return Component("sign-up", label, Health.DOWN, _("New workspaces cannot be opened now."))
    if not signs.ready_schemas or _is_silent(signs.provisioner):
        return Component("sign-up", label, Health.DEGRADED, _("A new workspace may take a while."))
    return Component("sign-up", label, Health.UP)


def _jobs(signs: Signs | None) -> Component:
    label = _("Imports, exports and mails")
    note = _("What runs in the background waits and is done later; nothing is lost.")
    if signs is None or _is_silent(signs.worker):
        return Component("jobs", label, Health.DOWN, note)
    if _is_silent(signs.scheduler):
        return Component("jobs", label, Health.DEGRADED, note)
    return Component("jobs", label, Health.UP)


def _payments(signs: Signs | None) -> Component:
    label = _("Payments")
    if signs is None or _is_silent(signs.biller):
        note = _("Changes of plans wait; nothing is charged twice and nobody is locked out.")
        return Component("payments", label, Health.DOWN, note)
    if (signs.oldest_command or 0.0) > OVERDUE_COMMAND:
        note = _("Changes of plans take longer than usual.")
        return Component("payments", label, Health.DEGRADED, note)
    return Component("payments", label, Health.UP)


def _is_silent(seconds: float | None) -> bool:
    return seconds is None or seconds > SILENT
