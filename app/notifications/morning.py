"""What is due today and what is overdue: once a day, at eight in the morning of each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import override

from app.access.actors import Actor
from app.access.models import Workspace
from app.access.verification import is_verified
from app.activities.activities import Activity
from app.lib.dates import show_moment
from app.notifications.models import Kind, Told, rows
from app.notifications.people import address, mail, note, reader, wanting
from app.records.registry import of_model
from app.records.writing import atomic
from tenants.jobs import task
from tenants.schedules import every

EIGHT = 8
#: After a day without a worker nobody wants his morning mail in the evening.
TOO_LATE = 18
#: Activities that a mail names, of those overdue and of today's.
NAMED = 15
OPEN = (Activity.Status.OPEN, Activity.Status.RUNNING)


@dataclass(frozen=True)
class Item:
    """Something to do."""

    name: str
    due: str
    url: str


@every("*/15 * * * *", name="notifications.morning")
def look_round() -> None:
    """See where it is morning; there are time zones a quarter of an hour apart."""
    call_at(timezone.now())


def call_at(now: datetime) -> None:
    """Enqueue the mail of everybody for whom it is past eight and who was not called today."""
    if not is_verified():
        return
    with atomic():
        for person_id, day in people_up(now):
            note(person_id, Kind.DUE, day=day)
            tell.defer(person_id=person_id, day=day.isoformat())


def people_up(now: datetime) -> Iterator[tuple[int, date]]:
    """Those in whose time zone the working day began, with its date."""
    usual = Workspace.objects.values_list("time_zone", flat=True).get()
    called = dict(rows(Told).filter(kind=Kind.DUE).values_list("person_id", "day"))
    for person_id, zone in wanting(Kind.DUE).order_by("pk").values_list("pk", "time_zone"):
        local = now.astimezone(ZoneInfo(zone or usual))
        last = called.get(person_id)
        if EIGHT <= local.hour < TOO_LATE and (last is None or last < local.date()):
            yield person_id, local.date()


@task(name="notifications.due", lock="notifications.due", attempts=8)
def tell(*, person_id: int, day: str) -> None:
    """Mail a person what is due on this day of his calendar and before; nothing, no mail."""
    actor = reader(person_id, Kind.DUE)
    if actor is None:
        return
    start, end = bounds(date.fromisoformat(day), actor.time_zone)
    with override(actor.language):
        late, late_count = items(actor, due_at__lt=start)
        today, today_count = items(actor, due_at__gte=start, due_at__lt=end)
    if late or today:
        mail(
            "due",
            to=actor,
            late=late,
            late_count=late_count,
            today=today,
            today_count=today_count,
            url=address("/activities/?owner_id=me&status__in=open,running&sort=due_at"),
        )


def bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """When the day begins and ends there, in UTC; 23 or 25 hours apart when clocks change."""
    zone = ZoneInfo(time_zone)
    midnights = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    start, end = (midnight.astimezone(UTC) for midnight in midnights)
    return start, end


def items(actor: Actor, **due: Any) -> tuple[list[Item], int]:
    """The person's open activities of this time, the first of them named, and how many."""
    found = of_model(Activity).queryset(actor)
    found = found.filter(owner_id=actor.user_id, status__in=OPEN, **due)
    columns = found.order_by("due_at", "pk").values_list("pk", "name", "due_at")
    named = [
        Item(
            name,
            show_moment(due_at, language=actor.language, time_zone=actor.time_zone),
            address(f"/activities/{pk}/"),
        )
        for pk, name, due_at in columns[:NAMED]
    ]
    return named, found.count() if len(named) == NAMED else len(named)
