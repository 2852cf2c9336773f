"""Is the process alive, may it get traffic: answered on any host, before routing."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event

from django.db import DatabaseError, connections
from django.http import HttpResponse

#: Set when the process was told to stop: requests in hand are finished, no new ones wanted.
DRAINING = Event()


def healthz() -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz() -> HttpResponse:
    """The process may get traffic; names the run, so that a probe knows whom it asked."""
    ready = not DRAINING.is_set() and all(_answers(alias) for alias in ("control", "default"))
    text = os.environ.get("RUN_ID", "ok") if ready else "not ready"
    return HttpResponse(
        text + "\n", status=200 if ready else 503, content_type="text/plain; charset=utf-8"
    )


def _answers(alias: str) -> bool:
    connection = connections[alias]
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    if connection.is_usable():
        return True
    connection.close()
    return False


PROBES: dict[str, Callable[[], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz}
