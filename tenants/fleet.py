"""Bring every schema to the release's state: one after another, each with its own outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connections

from tenants.context import use_control
from tenants.models import FleetState, ReadySchema
from tenants.router import own_cell
from tenants.schemas import migrate_schema, migration_hash

logger = logging.getLogger(__name__)
Progress = Callable[["Outcome"], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one schema."""

    schema: str
    error: str = ""


def behind(*, limit: int | None = None) -> list[FleetState]:
    """The schemas of our cell that are not at this release's state, failed ones last."""
    rows = FleetState.objects.filter(cell=own_cell()).exclude(migration_hash=migration_hash())
    rows = rows.order_by("status", "schema_name")
    ordered = sorted(rows, key=lambda row: (row.status == FleetState.Status.FAILED, row.pk))
    return ordered[:limit]


def migrate_fleet(
    *,
    canary: int | None = None,
    only: Collection[str] | None = None,
    jobs: int = 1,
    progress: Progress,
) -> int:
    """Migrate who is behind; returns how many failed. Safe to stop and run again."""
    with use_control():
        rows = [row for row in behind() if only is None or row.pk in only][:canary]
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        outcomes = list(pool.map(lambda row: _visit(row, progress), rows))
    return sum(1 for outcome in outcomes if outcome.error)


def _visit(row: FleetState, progress: Progress) -> Outcome:
    try:
        outcome = _bring_to_head(row)
        progress(outcome)
        return outcome
    finally:
        connections.close_all()


def _bring_to_head(row: FleetState) -> Outcome:
    _save(row, FleetState.Status.RUNNING)
    try:
        migrate_schema(row.schema_name, cell=row.cell_id)
    except Exception as error:
        logger.exception("migrating %s failed", row.schema_name)
        _save(row, FleetState.Status.FAILED, error=f"{type(error).__name__}: {error}")
        return Outcome(row.schema_name, row.error)
    row.migration_hash = migration_hash()
    _save(row, FleetState.Status.CURRENT)
    return Outcome(row.schema_name)


def _save(row: FleetState, status: FleetState.Status, *, error: str = "") -> None:
    row.status, row.error = status, error
    with use_control():
        row.save(update_fields=["status", "error", "migration_hash", "updated_at"])
        ReadySchema.objects.filter(pk=int(row.schema_name.removeprefix("t_"))).update(
            migration_hash=row.migration_hash
        )
