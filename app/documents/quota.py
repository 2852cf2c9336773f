"""How much room the files of a workspace may take, and how much they do.

Bytes are reserved when an upload is announced, under a lock, so that uploads that begin at the
same moment cannot both take the last room; they are counted as stored once the file is ready.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from app.access.models import Limits
from app.documents.models import FileVersion, StorageUse
from app.lib.formats import file_size
from app.records.errors import Refused
from app.records.writing import atomic

logger = logging.getLogger(__name__)
State = FileVersion.State


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes that are taken, those on their way, and how many there may be."""

    ready: int
    reserved: int
    limit: int | None

    @property
    def taken(self) -> int:
        """All that is not free."""
        return self.ready + self.reserved

    @property
    def left(self) -> int | None:
        """What may still come; None without a limit, less than nothing after a smaller plan."""
        return None if self.limit is None else self.limit - self.taken

    @property
    def percent(self) -> int:
        """How full it is, in whole percent; never more than 100."""
        return min(100, -(-100 * self.taken // self.limit)) if self.limit else 0


class NoRoom(Refused):
    """The plan's room is used up: 409."""


def usage() -> Usage:
    """How it stands now."""
    use = StorageUse._default_manager.first() or StorageUse()
    return Usage(use.ready, use.reserved, limit_of_plan())


def limit_of_plan() -> int | None:
    """How many bytes the plan allows."""
    return Limits.objects.values_list("storage_bytes", flat=True).get()


def reserve(size: int) -> None:
    """Hold this many bytes for an upload, inside its transaction. Raises NoRoom."""
    use, limit = _held(), limit_of_plan()
    left = None if limit is None else limit - use.ready - use.reserved
    if left is not None and size > left:
        raise NoRoom(too_much(size, left=left, limit=limit or 0))
    use.reserved += size
    use.save()


def too_much(size: int, *, left: int, limit: int) -> str:
    """Why there is no room, with the numbers."""
    facts = {"size": file_size(size), "left": file_size(max(left, 0)), "limit": file_size(limit)}
    return (
        _(
            "There is no room for %(size)s: %(left)s of the plan's %(limit)s are free. "
            "Delete files for good or choose a larger plan."
        )
        % facts
    )


def release(size: int) -> None:
    """Give back what an upload held that came to nothing."""
    use = _held()
    use.reserved = _not_below_zero(use.reserved - size)
    use.save()


def settle(size: int) -> None:
    """What was held is stored now."""
    use = _held()
    use.reserved, use.ready = _not_below_zero(use.reserved - size), use.ready + size
    use.save()


def free(size: int) -> None:
    """Stored files of this size are gone."""
    use = _held()
    use.ready = _not_below_zero(use.ready - size)
    use.save()


def recount() -> None:
    """Make the counters agree with the rows, should they ever differ."""
    with atomic():
        use = _held()
        ready = _bytes(State.READY)
        reserved = _bytes(State.PENDING) + _bytes(State.CHECKING)
        if (use.ready, use.reserved) != (ready, reserved):
            found = (use.ready, use.reserved, ready, reserved)
            logger.warning("bytes counted as %d and %d are %d and %d", *found)
            use.ready, use.reserved = ready, reserved
            use.save()


def _held() -> StorageUse:
    StorageUse._default_manager.get_or_create(pk=1)
    return StorageUse._default_manager.select_for_update().get(pk=1)


def _bytes(state: str) -> int:
    found = FileVersion._default_manager.filter(state=state).aggregate(total=Sum("size"))
    return int(found["total"] or 0)


def _not_below_zero(value: int) -> int:
    if value < 0:
        logger.error("the count of bytes fell below zero by %d", -value)
    return max(0, value)
