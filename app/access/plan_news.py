"""What owners are mailed about their plan: each thing once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from app.access.mails import language_of, send
from app.access.models import Limits, Role, User, Workspace
from app.access.tree import alias, hold
from app.access.verification import is_verified
from app.lib.dates import show_date
from billing import clock
from billing.standing import Cause
from tenants.context import current
from tenants.routing import workspace_url

#: Days before its end on which a trial is spoken of.
REMINDERS = (7, 3, 1)
DAY = timedelta(days=1)
State = Limits.State


class News(StrEnum):
    """What a mail tells."""

    TRIAL_ENDS = "trial_ends"
    FREE = "free"
    PAYMENT_FAILED = "payment_failed"
    RESTRICTED = "restricted"
    PAID = "paid"
    OPEN_AGAIN = "open_again"
    ENDS = "ends"
    SUSPENDED = "suspended"
    CLOSED = "closed"


#: Nobody has proven the address of these workspaces' owners: it may be a stranger's.
ONLY_TO_PROVEN = (News.TRIAL_ENDS, News.FREE)


@dataclass(frozen=True, slots=True)
class Stand:
    """How a workspace stood, as far as a mail depends on it."""

    state: str
    cause: str
    until: datetime | None

    @classmethod
    def of(cls, limits: Limits) -> Stand:
        """As it stands now."""
        return cls(limits.state, limits.cause, limits.until)


def news_of(before: Stand, after: Stand) -> News | None:
    """What the owners want to know of this change; None when it needs no mail."""
    if after.cause == Cause.REMOVED:
        return None
    if after.state != before.state:
        return _of_state(before, after)
    if after.cause == Cause.PAID and after.until is not None and before.until is None:
        return News.ENDS
    if after.state == State.RESTRICTED and after.cause != before.cause:
        return News.RESTRICTED
    return None


def _of_state(before: Stand, after: Stand) -> News | None:
    fixed = {
        State.GRACE: News.PAYMENT_FAILED,
        State.RESTRICTED: News.RESTRICTED,
        State.SUSPENDED: News.SUSPENDED,
        State.CLOSED: News.CLOSED,
    }
    if after.state in fixed:
        return fixed[State(after.state)]
    if after.cause == Cause.FREE:
        return News.FREE
    if before.state in (State.GRACE, State.RESTRICTED) and after.cause == Cause.PAID:
        return News.PAID
    shut = before.state in (State.RESTRICTED, *Limits.SHUT)
    return News.OPEN_AGAIN if shut else None


def tell_change(limits: Limits, before: Stand) -> None:
    """Queue the mails of a change, in its transaction; a grace is told of once however it is
    counted anew."""
    news = news_of(before, Stand.of(limits))
    if news is None:
        return
    mark = limits.until.isoformat() if limits.until else ""
    if news is News.PAYMENT_FAILED and limits.told.get(news) == mark:
        return
    _note(limits, news, mark)
    _queue(news, limits)


def remind(now: datetime | None = None) -> None:
    """Speak of the end of the trial when it is near; missed rounds are not made up for one by
    one, a second one at once says nothing."""
    now = now or clock.now()
    with transaction.atomic(using=alias()):
        limits = hold()
        due = _due(limits, now)
        if due is None or limits.until is None:
            return
        mark = f"{limits.until.isoformat()} {due}"
        if _was_told(limits, due):
            return
        _note(limits, News.TRIAL_ENDS, mark)
        _queue(News.TRIAL_ENDS, limits, days=days_left(limits.until, now))


def days_left(until: datetime, now: datetime) -> int:
    """Whole days until then, a begun one counted."""
    return -(-(until - now) // DAY)


def _due(limits: Limits, now: datetime) -> int | None:
    """The latest of the reminders whose day has come."""
    if limits.state != State.TRIAL or limits.until is None or limits.until <= now:
        return None
    left = days_left(limits.until, now)
    return min((days for days in REMINDERS if left <= days), default=None)


def _was_told(limits: Limits, due: int) -> bool:
    """Whether this reminder, or a later one, of the same end is out."""
    end, _, days = str(limits.told.get(News.TRIAL_ENDS, "")).partition(" ")
    same = limits.until is not None and end == limits.until.isoformat()
    return same and int(days) <= due


def _note(limits: Limits, news: News, mark: str) -> None:
    limits.told = {**limits.told, news.value: mark}
    limits.save(update_fields=["told"])


def _queue(news: News, limits: Limits, **more: Any) -> None:
    """One job for each owner: a mail that fails is tried again alone."""
    from app.access.jobs import tell_of_plan

    if news in ONLY_TO_PROVEN and not is_verified():
        return
    until = limits.until.isoformat() if limits.until else ""
    for pk in owners().values_list("pk", flat=True):
        tell_of_plan.defer(user_id=pk, news=news.value, cause=limits.cause, until=until, **more)


def owners() -> Any:
    """Who hears of the plan."""
    return User.objects.filter(role=Role.OWNER, is_active=True, has_seat=True).order_by("pk")


def mail(user_id: int, *, news: str, cause: str, until: str, days: int = 0) -> None:
    """Write it to one owner, in his language and time zone."""
    user = owners().filter(pk=user_id).first()
    if user is None or not user.email:
        return
    workspace = Workspace.objects.get()
    language = language_of(user)
    zone = ZoneInfo(user.time_zone or workspace.time_zone)
    end = datetime.fromisoformat(until).astimezone(zone).date() if until else None
    send(
        "plan",
        to=user.email,
        language=language,
        name=user.name,
        workspace=workspace.name,
        news=news,
        cause=cause,
        until=show_date(end, language=language) if end else "",
        days=days,
        url=workspace_url(current().subdomain, "/settings/plan/"),
        export_url=workspace_url(current().subdomain, "/settings/export/"),
        contact=settings.CONTACT_EMAIL,
    )
