"""What the databases know of jobs, connections and the pool, for metrics and heartbeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from prometheus_client.core import GaugeMetricFamily

from tenants.addresses import address
from tenants.metrics import reading
from tenants.router import own_cell

#: Whoever asks must not hang because a database does.
PATIENCE: dict[str, Any] = {"connect_timeout": 2, "options": "-c statement_timeout=2000"}
#: Nobody may take a job while another of its lock runs or stands before it in line.
_QUEUE = """
SELECT count(*) FILTER (WHERE status = 'todo'),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       (SELECT coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, (
                   SELECT min(at) FROM jobs.procrastinate_events AS event
                    WHERE event.job_id = job.id)))), 0)
          FROM jobs.procrastinate_jobs AS job
         WHERE job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now()
           AND NOT EXISTS (
               SELECT FROM jobs.procrastinate_jobs AS other
                WHERE other.lock = job.lock AND (other.status = 'doing'
                   OR other.status = 'todo'
                      AND (other.priority, job.id) > (job.priority, other.id))))
  FROM jobs.procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')
"""
_CONNECTIONS = """
SELECT count(*), current_setting('max_connections')::int
  FROM pg_stat_activity WHERE datname = current_database()
"""
_POOL = """
SELECT count(*) FILTER (WHERE tenant_id IS NULL AND state = 'ready'),
       count(*) FILTER (WHERE state = 'wanted')
  FROM tenants_readyschema WHERE cell_id = %s
"""
_TENANTS = "SELECT status, count(*) FROM tenants_tenant WHERE cell_id = %s GROUP BY status"


@dataclass(frozen=True, slots=True)
class Queue:
    """How the jobs of a cell stand."""

    waiting: int
    running: int
    failed: int
    #: Seconds that the oldest job waits that could run; 0 without one.
    oldest: float


def queue() -> Queue:
    """Ask the cell, as the worker's role."""
    row = _one("JOBS_DATABASE_URL", _QUEUE)
    return Queue(row[0], row[1], row[2], max(0.0, float(row[3])))


def of_queue() -> Iterable[GaugeMetricFamily]:
    """Jobs and connections of the cell."""
    now = queue()
    states = {("waiting",): now.waiting, ("running",): now.running, ("failed",): now.failed}
    yield reading("jobs", "Jobs in the queue by state", ("state",), states)
    yield reading(
        "jobs_oldest_seconds", "How long the oldest job waits that could run", (), {(): now.oldest}
    )
    yield from _connections("JOBS_DATABASE_URL", "cell")


def of_provisioner() -> Iterable[GaugeMetricFamily]:
    """The pool and the workspaces of our cell, and connections of the control plane."""
    ready, wanted = _one("CONTROL_DATABASE_URL", _POOL, own_cell())
    states = {("ready",): ready, ("wanted",): wanted}
    yield reading("pool", "Schemas kept for sign-ups, by state", ("state",), states)
    rows = _all("CONTROL_DATABASE_URL", _TENANTS, own_cell())
    statuses = {(str(status),): count for status, count in rows}
    yield reading("workspaces", "Workspaces by status", ("status",), statuses)
    yield from _connections("CONTROL_DATABASE_URL", "control")


def _connections(setting: str, plane: str) -> Iterable[GaugeMetricFamily]:
    used, most = _one(setting, _CONNECTIONS)
    told = "Connections to a database, and the most that its server takes"
    values = {(plane, "open"): used, (plane, "most"): most}
    yield reading("database_connections", told, ("plane", "kind"), values)


def _one(setting: str, query: str, *values: str) -> Any:
    return _all(setting, query, *values)[0]


def _all(setting: str, query: str, *values: str) -> list[Any]:
    with psycopg.connect(address(setting), autocommit=True, **PATIENCE) as connection:
        return connection.execute(query.encode(), values or None).fetchall()
