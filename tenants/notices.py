"""What the operators tell everybody now: asked of the control plane twice a minute a process."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import F, Q
from django.utils import timezone

from tenants.context import use_control
from tenants.models import Notice

logger = logging.getLogger(__name__)
LIFE = 30.0
#: Planned work is told so long ahead, and what is over for so long.
AHEAD = BACK = timedelta(days=14)
MOST = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One notice as pages show it."""

    id: int
    kind: str
    level: str
    text: str
    text_zh: str
    starts_at: datetime
    ends_at: datetime | None
    is_public: bool

    def text_in(self, language: str) -> str:
        """The words for a reader of this language (`zh-hans`)."""
        return self.text_zh if self.text_zh and language.startswith("zh") else self.text

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is being said at this moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


class NoticeCache:
    """What is, will be or was said; the last known while the control plane does not answer."""

    def __init__(self) -> None:
        self._until = 0.0
        self._said: tuple[Said, ...] = ()

    def get(self) -> tuple[Said, ...]:
        """From memory while it is fresh; the newest first."""
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + LIFE
            try:
                self._said = _recent()
            except DatabaseError:
                logger.exception("the notices could not be read")
        return self._said

    def clear(self) -> None:
        """Ask again, in this process."""
        self._until, self._said = 0.0, ()


NOTICES = NoticeCache()


def current_notices() -> tuple[Said, ...]:
    """What is said to everybody at this moment, for banners; the newest first."""
    now = timezone.now()
    return tuple(said for said in NOTICES.get() if said.holds_at(now))


def coming_notices() -> tuple[Said, ...]:
    """What begins within the next two weeks: planned work; the next first."""
    now = timezone.now()
    ahead = [said for said in NOTICES.get() if now < said.starts_at <= now + AHEAD]
    return tuple(sorted(ahead, key=lambda said: said.starts_at))


def past_notices() -> tuple[Said, ...]:
    """What was said and has ended in the last two weeks; the newest first."""
    now = timezone.now()
    return tuple(
        said for said in NOTICES.get() if said.ends_at and now - BACK < said.ends_at <= now
    )


def _recent() -> tuple[Said, ...]:
    """The newest first; of too many those are left out that ended long ago."""
    with use_control():
        rows = Notice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now() - BACK))
        kept = rows.order_by(F("ends_at").desc(nulls_first=True), "-id")[:MOST]
        return tuple(sorted(map(_said, kept), key=_newest, reverse=True))


def _newest(said: Said) -> tuple[datetime, int]:
    return said.starts_at, said.id


def _said(row: Notice) -> Said:
    return Said(
        id=row.pk,
        kind=row.kind,
        level=row.level,
        text=row.text,
        text_zh=row.text_zh,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_public=row.is_public,
    )
