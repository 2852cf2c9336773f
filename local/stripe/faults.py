"""Faults on demand: what a network and a busy service do to requests, at a chosen moment."""

from __future__ import annotations

import fnmatch
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.stripe.errors import broken, rate_limited

if TYPE_CHECKING:
    from local.stripe.service import Answer

KINDS = (
    "429",
    "500_before",
    "500_after",
    "timeout_before",
    "timeout_after",
    "refuse",
    "slow",
)
#: These strike before anything is done.
EARLY = {"429", "500_before", "timeout_before", "refuse"}


@dataclass
class Fault:
    """Of the requests that fit, the next ``times`` are struck."""

    kind: str
    times: int = 1
    method: str = "*"
    path: str = "*"
    seconds: float = 0.0

    @property
    def early(self) -> bool:
        """Whether it strikes before the effect."""
        return self.kind in EARLY

    @property
    def slow(self) -> bool:
        """Whether it only delays."""
        return self.kind == "slow"

    @property
    def silent(self) -> bool:
        """Whether no answer is sent."""
        return self.kind in {"timeout_before", "timeout_after", "refuse"}

    def wait(self) -> None:
        """As long as it was told to."""
        time.sleep(self.seconds)

    def strike(self) -> Answer:
        """The answer of a fault before the effect."""
        from local.stripe.service import Answer

        refused = rate_limited() if self.kind == "429" else broken()
        return Answer(refused.status, refused.body, fault=self)

    def after(self, answer: Answer) -> Answer:
        """The answer of a fault after the effect."""
        from local.stripe.service import Answer

        if self.kind == "500_after":
            return Answer(500, broken().body, fault=self)
        return Answer(answer.status, answer.body, dict(answer.headers), fault=self)


class Faults:
    """Those that are still to strike, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.Lock(), list[Fault]()

    def add(self, fault: Fault) -> None:
        """One more."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """None any more."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """What is still to strike."""
        with self._lock:
            return list(self._waiting)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, if one does."""
        with self._lock:
            for fault in self._waiting:
                fits = fnmatch.fnmatchcase(path, fault.path) and fault.method in {"*", method}
                if fits:
                    fault.times -= 1
                    self._waiting = [found for found in self._waiting if found.times > 0]
                    return fault
        return None
