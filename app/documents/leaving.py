"""Objects that go: noted in the transaction that lets go of them, removed afterwards for sure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from app.documents.models import LeftObject
from tenants.files import store

AT_ONCE = 500
#: A browser may still be sending what was given up: it is removed again after so long.
UNTIL_SILENT = timedelta(minutes=20)


def leave(keys: Iterable[UUID]) -> None:
    """Note that nothing names these objects any more; a job removes them after the commit."""
    from app.documents import jobs

    rows = [LeftObject(key=key) for key in keys]
    if rows:
        LeftObject._default_manager.bulk_create(rows, ignore_conflicts=True)
        jobs.drop_left.defer()


def drop_left() -> int:
    """Remove the objects from the store with all their versions. Raises StorageDown.

    Returns how many need no other visit.
    """
    done = 0
    silent = timezone.now() - UNTIL_SILENT
    for row in LeftObject._default_manager.order_by("pk")[:AT_ONCE]:
        store.drop(row.key)
        if row.left_at < silent:
            row.delete()
            done += 1
    return done
