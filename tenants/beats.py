"""Each long-running process says every few seconds that it lives."""

from __future__ import annotations

import logging
import os
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from tenants.context import use_control
from tenants.operating import Beat
from tenants.router import own_cell

logger = logging.getLogger(__name__)
EVERY = 10.0
#: After so long without a word something is wrong with it.
SILENT = timedelta(seconds=60)
#: Processes that ended are forgotten once another of their kind and cell lives.
FORGOTTEN = timedelta(minutes=15)


def _instance() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


@dataclass
class Pulse:
    """The sign of life of this process; a control plane that is down does not end it."""

    kind: str
    instance: str = field(default_factory=_instance)
    started_at: datetime = field(default_factory=timezone.now)
    _next: float = 0.0

    def beat(self) -> bool:
        """Write that we live, unless that was written a moment ago; whether it was."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + EVERY
        now = timezone.now()
        try:
            with use_control():
                Beat.objects.update_or_create(
                    kind=self.kind,
                    instance=self.instance,
                    defaults={"at": now, "started_at": self.started_at, "cell": own_cell()},
                )
                ended = Beat.objects.filter(cell__in=(own_cell(), ""), at__lt=now - FORGOTTEN)
                ended.filter(kind=self.kind).delete()
        except DatabaseError:
            logger.warning("the control plane does not hear that this %s lives", self.kind)
            return False
        return True
