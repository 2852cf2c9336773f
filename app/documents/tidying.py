"""Rounds over the files of a workspace: what came to nothing, what got stuck, what is counted."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from app.documents import deletion, jobs, leaving, quota, uploads
from app.documents.models import File, FileVersion
from app.records import registry

logger = logging.getLogger(__name__)
State = FileVersion.State
#: An address to upload to lives ten minutes; nobody sends parts for longer than a day.
NEVER_ARRIVED = timedelta(hours=24)
REFUSED_SHOWN = timedelta(days=7)
STUCK = timedelta(hours=1)
AT_ONCE = 500


def tidy() -> None:
    """What every hour does."""
    forget_old()
    take_up_stuck()
    purge_deleted()
    while leaving.drop_left() == leaving.AT_ONCE:
        logger.info("%d objects are gone, more wait", leaving.AT_ONCE)


def forget_old() -> None:
    """Uploads that never arrived, and refusals that everybody has seen."""
    for state, age in ((State.PENDING, NEVER_ARRIVED), (State.REJECTED, REFUSED_SHOWN)):
        since = timezone.now() - age
        rows = FileVersion._default_manager.filter(state=state, started_at__lt=since)
        for version in rows.order_by("pk")[:AT_ONCE]:
            uploads.forget(version)


def take_up_stuck() -> None:
    """Files whose check or pictures ended in a fault that has passed since, perhaps."""
    since = timezone.now() - STUCK
    rows = FileVersion._default_manager
    checking = rows.filter(state=State.CHECKING, started_at__lt=since)
    for pk in checking.values_list("pk", flat=True)[:AT_ONCE]:
        jobs.check.defer(version_id=pk)
    waiting = rows.filter(preview=FileVersion.Preview.WAITING, ready_at__lt=since)
    for pk in waiting.values_list("pk", flat=True)[:AT_ONCE]:
        jobs.make_pictures.defer(version_id=pk)


def purge_deleted() -> None:
    """Files that were deleted so long ago that nobody misses them."""
    since = timezone.now() - timedelta(days=deletion.KEPT_DAYS)
    rows = File._default_manager.filter(deleted_at__lt=since)
    deletion.purge(list(rows.values_list("pk", flat=True)[:AT_ONCE]))


def recount() -> None:
    """What every night does: files without their record go, and the bytes are counted anew."""
    purge_orphans()
    quota.recount()


def purge_orphans() -> None:
    """Files whose record is gone for good; there should be none."""
    for entity in registry.all_entities():
        files = File._default_manager.filter(entity=entity.slug)
        records = entity.model._default_manager.values("pk")
        lost = list(files.exclude(record_id__in=records).values_list("pk", flat=True)[:AT_ONCE])
        if lost:
            logger.warning("%d files of %s had no record", len(lost), entity.slug)
            deletion.purge(lost)
