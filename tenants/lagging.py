"""Whether a workspace's schema has what this release asks of it.

Processes of two releases run side by side while one replaces the other, and a workspace whose
migration failed stays behind: it is kept out, and everybody else is served.
"""

from __future__ import annotations

from functools import cache

from django.db import connections
from django.db.migrations.loader import MigrationLoader

from tenants.context import Ref, use_tenant
from tenants.schemas import is_workspace_app


@cache
def our_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this release brings for each workspace."""
    keys = MigrationLoader(None).disk_migrations
    return frozenset(key for key in keys if is_workspace_app(key[0]))


def lacks_migrations(ref: Ref) -> bool:
    """Whether one of ours is missing there; a schema that is further than we are has them all."""
    with use_tenant(ref), connections[ref.cell].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return not our_migrations() <= set(cursor.fetchall())
