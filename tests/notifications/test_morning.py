"""At eight in the morning of each person: what is due and overdue, once a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from app.access.models import User, Workspace
from app.notifications import morning
from app.notifications.morning import bounds, call_at, tell
from app.notifications.people import choose
from app.records import changes, registry
from tests.records.helpers import actor, make

#: Berlin put its clocks forward on 29 March 2026 and back on 25 October, both at 01:00 UTC.
ZONE = "Europe/Berlin"


@pytest.fixture
def berlin(verified: Any, bob: Any) -> Any:
    """Bob lives in Berlin; all others want no mail."""
    for person in User.objects.exclude(pk=bob.pk):
        choose(person.pk, [])
    User.objects.filter(pk=bob.pk).update(time_zone=ZONE)
    return bob


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc]


def task(name: str, due: datetime, *, by: Any, **values: Any) -> Any:
    return make("activities", by, name=name, due_at=due, **values)


@pytest.mark.parametrize(
    ("moment", "is_called"),
    [
        (utc(2026, 3, 27, 6, 59), False),
        (utc(2026, 3, 27, 7, 0), True),  # winter: UTC+1
        (utc(2026, 3, 29, 5, 59), False),
        (utc(2026, 3, 29, 6, 0), True),  # the day on which the clocks go forward
        (utc(2026, 7, 1, 5, 59), False),
        (utc(2026, 7, 1, 6, 0), True),  # summer: UTC+2
        (utc(2026, 10, 25, 6, 59), False),
        (utc(2026, 10, 25, 7, 0), True),  # the day on which they go back
        (utc(2026, 7, 1, 15, 45), True),  # a worker that comes late
        (utc(2026, 7, 1, 16, 0), False),  # too late for a morning
    ],
)
def test_the_call_comes_at_eight_there_in_summer_and_winter(berlin, queue, moment, is_called):
    call_at(moment)
    expected = [{"person_id": berlin.pk, "day": moment.date().isoformat()}] if is_called else []
    assert [args for _task, args, _wait in queue.waiting] == expected


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Pacific/Auckland", utc(2026, 3, 26, 19, 0), "2026-03-27"),  # tomorrow already, UTC+13
        ("America/Los_Angeles", utc(2026, 3, 27, 15, 0), "2026-03-27"),
        ("Asia/Kathmandu", utc(2026, 3, 27, 2, 15), "2026-03-27"),  # UTC+5:45
        ("", utc(2026, 3, 27, 0, 0), "2026-03-27"),  # as the workspace: Shanghai
    ],
)
def test_the_day_is_that_of_the_persons_calendar(berlin, queue, zone, moment, day):
    Workspace.objects.update(time_zone="Asia/Shanghai")
    User.objects.filter(pk=berlin.pk).update(time_zone=zone)
    call_at(moment - timedelta(minutes=1))
    assert queue.waiting == []
    call_at(moment)
    assert [args["day"] for _task, args, _wait in queue.waiting] == [day]


def test_a_person_is_called_once_a_day_however_often_the_worker_looks(berlin, queue):
    for hour in range(24):
        call_at(utc(2026, 10, 25, hour, 0))
    assert [args["day"] for _task, args, _wait in queue.waiting] == ["2026-10-25"]
    call_at(utc(2026, 10, 26, 7, 0))
    assert [args["day"] for _task, args, _wait in queue.waiting] == ["2026-10-25", "2026-10-26"]


def test_who_moves_west_is_not_called_twice_for_one_day(berlin, queue):
    User.objects.filter(pk=berlin.pk).update(time_zone="Asia/Tokyo")
    call_at(utc(2026, 7, 1, 23, 0))  # eight in the morning of 2 July in Tokyo
    User.objects.filter(pk=berlin.pk).update(time_zone="America/New_York")
    call_at(utc(2026, 7, 2, 12, 0))  # eight in the morning of 2 July in New York
    assert [args["day"] for _task, args, _wait in queue.waiting] == ["2026-07-02"]


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        (date(2026, 3, 28), utc(2026, 3, 27, 23), 24),
        (date(2026, 3, 29), utc(2026, 3, 28, 23), 23),
        (date(2026, 10, 25), utc(2026, 10, 24, 22), 25),
        (date(2026, 7, 1), utc(2026, 6, 30, 22), 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day, start, hours):
    assert bounds(day, ZONE) == (start, start + timedelta(hours=hours))


def test_the_mail_tells_what_is_due_today_and_what_is_late(berlin, queue):
    late = task("Call back", utc(2026, 3, 27, 10), by=berlin)
    task("Send the offer", utc(2026, 3, 29, 7, 30), by=berlin)
    task("Last minute", utc(2026, 3, 29, 21, 59), by=berlin)
    task("Tomorrow", utc(2026, 3, 29, 22, 0), by=berlin)
    call_at(utc(2026, 3, 29, 6, 0))
    queue.run()
    message = mail.outbox[0]
    assert (message.to, message.subject) == (["bob@acme.example"], "2 activities are due today")
    assert "Due today: 2" in message.body
    assert "Overdue: 1" in message.body
    assert "- Send the offer (Mar 29, 2026, 9:30:00" in message.body, "in the person's summer time"
    assert "- Call back (Mar 27, 2026, 11:00:00" in message.body, "in the person's winter time"
    assert f"http://acme.localhost:8000/activities/{late.pk}/" in message.body
    assert "Last minute" in message.body
    assert "Tomorrow" not in message.body


def test_nothing_due_means_no_mail(berlin, queue, alice):
    task("Done", utc(2026, 3, 1), by=berlin, status="done")
    task("Cancelled", utc(2026, 3, 1), by=berlin, status="cancelled")
    task("Of alice", utc(2026, 3, 1), by=alice)
    gone = task("Deleted", utc(2026, 3, 1), by=berlin)
    changes.delete(registry.get("activities"), gone.pk, actor=actor(berlin), version=None)
    make("activities", berlin, name="Some day")
    call_at(utc(2026, 3, 29, 6, 0))
    queue.run()
    assert mail.outbox == []


def test_what_is_only_late_says_so(berlin, queue):
    for place in range(20):
        task(f"Late {place:02}", utc(2026, 3, 1, 0, place), by=berlin)
    call_at(utc(2026, 3, 29, 6, 0))
    queue.run()
    assert mail.outbox[0].subject == "20 activities are overdue"
    assert mail.outbox[0].body.count("- Late") == 15
    assert "/activities/?owner_id=me&status__in=open,running&sort=due_at" in mail.outbox[0].body


def test_the_address_in_the_mail_is_a_list_that_works(berlin, browser):
    path = "/activities/?owner_id=me&status__in=open,running&sort=due_at"
    answer = browser(berlin).get(path)
    assert answer.status_code == 200


def test_who_refused_left_or_has_no_verified_workspace_is_not_called(berlin, queue):
    choose(berlin.pk, ["given"])
    call_at(utc(2026, 7, 1, 6, 0))
    choose(berlin.pk, ["due"])
    User.objects.filter(pk=berlin.pk).update(is_active=False)
    call_at(utc(2026, 7, 1, 6, 0))
    User.objects.filter(pk=berlin.pk).update(is_active=True)
    Workspace.objects.update(email_verified_at=None)
    call_at(utc(2026, 7, 1, 6, 0))
    assert queue.waiting == []


def test_who_refuses_after_the_call_gets_nothing(berlin, queue):
    task("Late", utc(2026, 3, 1), by=berlin)
    call_at(utc(2026, 7, 1, 6, 0))
    choose(berlin.pk, [])
    queue.run()
    assert mail.outbox == []


def test_the_mail_speaks_chinese_to_a_chinese_reader(berlin):
    User.objects.filter(pk=berlin.pk).update(language="zh-hans", time_zone="Asia/Shanghai")
    task("约客户吃饭", utc(2026, 7, 1, 4), by=berlin)
    tell(person_id=berlin.pk, day="2026-07-01")
    assert mail.outbox[0].subject == "今天有 1 项活动到期"
    assert "约客户吃饭 (2026年7月1日 12:00:00)" in mail.outbox[0].body


def test_the_worker_looks_every_quarter_of_an_hour():
    from tenants.schedules import SCHEDULES

    assert SCHEDULES["notifications.morning"].task is morning.look_round
    assert SCHEDULES["notifications.morning"].cron == "*/15 * * * *"
