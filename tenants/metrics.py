"""What is counted for Prometheus, and the port on which it is told: never the port of the web.

Labels come from closed sets: no workspace, no path, no person is one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFault
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from psycopg import Error as DriverFault

logger = logging.getLogger(__name__)
disable_created_metrics()  # type: ignore[no-untyped-call]
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MINUTES = (0.1, 0.5, 1, 5, 15, 60, 300, 1800)
#: The values of a gauge by their labels, a tuple of words.
Values = Mapping[Any, float]

REQUESTS = Histogram(
    "clientele_request_seconds",
    "How long requests took, by group of addresses, method and class of status",
    ["group", "method", "status"],
    buckets=SECONDS,
)
IN_FLIGHT = Gauge(
    "clientele_requests_in_flight", "Requests being answered", multiprocess_mode="livesum"
)
JOBS = Histogram(
    "clientele_job_seconds",
    "How long jobs took, by task and outcome",
    ["task", "outcome"],
    buckets=MINUTES,
)
SIGN_UPS = Counter("clientele_sign_ups", "Workspaces that were opened")
WEBHOOKS = Counter(
    "clientele_webhooks",
    "Events of the payment provider: received, processed, failed, refused",
    ["outcome"],
)
COMMANDS_OPEN = Gauge(
    "clientele_commands_open",
    "Commands to the payment provider that are not done",
    multiprocess_mode="livemostrecent",
)
DRIFT = Gauge(
    "clientele_billing_drift",
    "Accounts that differed from the payment provider at the last look",
    multiprocess_mode="livemostrecent",
)
RUNNING = Gauge(
    "clientele_process", "1 for the process that tells this", ["name"], multiprocess_mode="livemax"
)

_opened: list[Any] = []


class Readings:
    """Gauges that are read when somebody asks; one that cannot be read is left out."""

    def __init__(self, read: Callable[[], Iterable[GaugeMetricFamily]]) -> None:
        self._read = read

    def describe(self) -> list[Any]:
        """Nothing: what there is shows when it is read."""
        return []

    def collect(self) -> Iterable[Any]:
        """The gauges as they are now."""
        try:
            yield from list(self._read())
        except (DatabaseFault, DriverFault, OSError):
            logger.warning("metrics could not be read", exc_info=True)


def reading(name: str, told: str, labels: tuple[str, ...], values: Values) -> GaugeMetricFamily:
    """One gauge with its values."""
    gauge = GaugeMetricFamily(f"clientele_{name}", told, labels=labels)
    for key, value in values.items():
        gauge.add_metric(key, value)
    return gauge


def serve(name: str, *reads: Callable[[], Iterable[GaugeMetricFamily]]) -> None:
    """Tell the metrics of this process on METRICS_PORT; nothing without one.

    `name` is the kind of process; `reads` give what is looked up when somebody asks.
    """
    if settings.METRICS_PORT:
        for read in reads:
            REGISTRY.register(Readings(read))
        _open(name, REGISTRY)


def serve_processes(name: str) -> None:
    """The same for a master whose children write into PROMETHEUS_MULTIPROC_DIR."""
    if settings.METRICS_PORT:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        _open(name, registry)


def port_told() -> int:
    """Where the metrics are told; 0 when they are not."""
    return int(_opened[0].server_port) if _opened else 0


def leave_to_master() -> None:
    """In a child: the port is its master's, and must end with it."""
    for server in _opened:
        server.socket.close()
    _opened.clear()


def forget_process(pid: int) -> None:
    """A child ended: what it had in hand is not in hand any more."""
    if settings.METRICS_PORT:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _open(name: str, registry: CollectorRegistry) -> None:
    RUNNING.labels(name).set(1)
    server, _thread = start_http_server(
        settings.METRICS_PORT, addr=settings.METRICS_BIND, registry=registry
    )
    _opened.append(server)
