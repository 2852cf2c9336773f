"""A workspace counts itself: people, records, bytes, the last sign of life.

The cost is bounded: one statement asks the database how large its tables are thought to be, and
only those below EXACT_BELOW rows are counted, together in a second statement. A workspace with
40 small tables costs some milliseconds, one with a million records no more than that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections, router
from django.db.models import Max
from psycopg import sql

from app.access.models import User
from app.access.seats import seats
from app.documents import quota
from app.records import registry
from app.records.entity import Entity
from app.records.models import AuditEntry
from tenants.context import current
from tenants.facts import Counted, keep_facts

#: Tables that the database thinks to be larger are not counted row by row.
EXACT_BELOW = 20_000
_SIZES = """
    SELECT relname, reltuples FROM pg_class
    WHERE relnamespace = %s::regnamespace AND relname = ANY(%s)
"""


def count_workspace() -> bool:
    """Count the current workspace and tell the control plane; False when it is gone there."""
    taken = seats()
    records, is_estimate = count_records()
    counted = Counted(
        people=taken.people,
        invitations=taken.invited,
        records=records,
        is_estimate=is_estimate,
        file_bytes=quota.usage().taken,
        last_activity_at=last_activity(),
    )
    return keep_facts(counted, ref=current())


def count_records() -> tuple[int, bool]:
    """How many live records there are, and whether some of that is an estimate."""
    entities = {entity.model._meta.db_table: entity for entity in registry.all_entities()}
    thought = dict(_rows(_SIZES, [current().schema, list(entities)]))
    large = {name: size for name, size in thought.items() if size > EXACT_BELOW}
    small = [entity for name, entity in entities.items() if name not in large]
    return _exactly(small) + round(sum(large.values())), bool(large)


def _exactly(entities: list[Entity]) -> int:
    one = sql.SQL("SELECT count(*) AS n FROM {} {}")
    parts = [
        one.format(sql.Identifier(entity.model._meta.db_table), _alive(entity))
        for entity in entities
    ]
    if not parts:
        return 0
    query = sql.SQL("SELECT sum(n) FROM ({}) AS counted").format(sql.SQL(" UNION ALL ").join(parts))
    return int(_rows(query, [])[0][0])


def _alive(entity: Entity) -> sql.SQL:
    fields = {field.name for field in entity.model._meta.concrete_fields}
    return sql.SQL("WHERE deleted_at IS NULL" if "deleted_at" in fields else "")


def _rows(query: Any, params: list[Any]) -> list[tuple[Any, ...]]:
    with connections[router.db_for_read(User)].cursor() as cursor:
        cursor.execute(query, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def last_activity() -> datetime | None:
    """When somebody last wrote something or signed in."""
    written = AuditEntry._default_manager.order_by("-id").values_list("at", flat=True).first()
    signed_in = User.objects.aggregate(last=Max("last_login"))["last"]
    moments = [moment for moment in (written, signed_in) if moment]
    return max(moments) if moments else None
