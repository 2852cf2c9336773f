"""Bring every schema to the release's state: one after another, each with its own outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connections

from tenants.context import use_control
from tenants.lagging import lacks_migrations
from tenants.models import FleetState, ReadySchema, Tenant
from tenants.router import own_cell
from tenants.schemas import migrate_schema, migration_hash, owner_ref

logger = logging.getLogger(__name__)
Progress = Callable[["Outcome"], None]
#: So many are looked at in a round: those of a later release differ from ours too, maybe all.
WINDOW = 20
#: So many are migrated in a round, each of them tried so often while its tables are busy.
AT_ONCE = 3
TRIES = 3
#: After so many failures the migration is at fault: the rest is left to `migrate`.
TOO_MANY = 3


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


def bring_stragglers() -> None:
    """Migrate some workspaces that the release before made after `migrate` had listed them all.

    One that is further than this release is not touched; one that failed waits for `migrate`.
    """
    lacking = [row for row in _unlike_ours() if is_lacking(row.schema_name, cell=row.cell_id)]
    for row in lacking[:AT_ONCE]:
        for _try in range(TRIES):
            if not _bring_to_head(row).error:
                break


def is_lacking(schema: str, *, cell: str) -> bool:
    """Whether a migration of this release is missing there, whatever its note says."""
    return lacks_migrations(owner_ref(schema, cell=cell))


def _unlike_ours() -> list[FleetState]:
    """The latest noted for another release, oldest first; none when too many have failed."""
    with use_control():
        kept = Tenant.objects.filter(cell=own_cell()).exclude(status=Tenant.Status.CLOSED)
        rows = FleetState.objects.filter(schema_name__in=kept.values("schema_name"))
        rows = rows.exclude(migration_hash=migration_hash())
        if rows.filter(status=FleetState.Status.FAILED).count() >= TOO_MANY:
            return []
        rows = rows.exclude(status=FleetState.Status.FAILED)
        return list(rows.order_by("-updated_at")[:WINDOW])[::-1]


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
