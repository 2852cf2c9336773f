from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from tenants import notices
from tenants.models import Notice
from tenants.notices import NOTICES, coming_notices, current_notices, past_notices

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _fresh_memory(control):
    NOTICES.clear()
    yield
    NOTICES.clear()


def post(text, *, starts=-HOUR, ends=None, **values):
    now = timezone.now()
    ends_at = None if ends is None else now + ends
    return Notice.objects.create(text=text, starts_at=now + starts, ends_at=ends_at, **values)


def texts(said):
    return [one.text for one in said]


def test_it_says_what_holds_now_and_nothing_else():
    post("open")
    post("until later", ends=HOUR, starts=-2 * HOUR)
    post("over", starts=-3 * HOUR, ends=-HOUR)
    post("tomorrow", starts=24 * HOUR, kind=Notice.Kind.MAINTENANCE)
    post("long over", starts=timedelta(days=-20), ends=timedelta(days=-15))
    post("next year", starts=timedelta(days=300))
    assert texts(current_notices()) == ["open", "until later"]
    assert texts(coming_notices()) == ["tomorrow"]
    assert texts(past_notices()) == ["over"]


def test_a_notice_that_ends_while_it_is_remembered_is_not_said_any_more(monkeypatch):
    post("short", ends=HOUR)
    assert texts(current_notices()) == ["short"]
    later = timezone.now() + 2 * HOUR
    monkeypatch.setattr(notices.timezone, "now", lambda: later)
    assert current_notices() == ()


def test_the_control_plane_is_asked_once_in_half_a_minute(django_assert_num_queries):
    post("open")
    with django_assert_num_queries(1, using="control"):
        for _ in range(5):
            current_notices()


def test_a_dead_control_plane_changes_nothing(monkeypatch):
    post("open")
    assert texts(current_notices()) == ["open"]
    monkeypatch.setattr(NOTICES, "_until", 0.0)
    monkeypatch.setattr(notices, "_recent", fail)
    assert texts(current_notices()) == ["open"]


def fail():
    raise DatabaseError("gone")


def test_chinese_readers_get_the_chinese_words_where_there_are_some():
    post("Down", text_zh="故障")
    said = current_notices()[0]
    assert (said.text_in("zh-hans"), said.text_in("en")) == ("故障", "Down")
    post("Only English")
    NOTICES.clear()
    assert {one.text_in("zh-hans") for one in current_notices()} == {"故障", "Only English"}


def test_a_notice_cannot_end_before_it_begins():
    with pytest.raises(IntegrityError), transaction.atomic(using="control"):
        post("backwards", ends=-2 * HOUR)


def test_they_can_be_asked_inside_of_a_workspace(two):
    from tenants.context import use_tenant

    post("open")
    with use_tenant(two[0]), transaction.atomic():
        assert texts(current_notices()) == ["open"]
    assert connections["control"].in_atomic_block


def test_of_very_many_those_are_kept_that_still_hold(monkeypatch):
    monkeypatch.setattr(notices, "MOST", 3)
    post("open for long", starts=-500 * HOUR)
    for number in range(5):
        post(f"over {number}", starts=-3 * HOUR, ends=-HOUR)
    assert texts(current_notices()) == ["open for long"]
    assert len(past_notices()) == 2
