"""A workspace counts itself, and the control plane keeps it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from app.access.models import User
from app.console import counting
from app.console.counting import count_records, count_workspace, last_activity
from app.console.jobs import count
from app.records import changes
from app.records.registry import get
from tenants import facts
from tenants.context import use_control, use_tenant
from tenants.models import Tenant
from tenants.operating import WorkspaceFacts
from tenants.schedules import SCHEDULES
from tests.factories import sample
from tests.records.helpers import actor


def kept(ref) -> WorkspaceFacts:
    with use_control():
        return WorkspaceFacts.objects.get(pk=ref.id)


def test_people_records_and_the_last_sign_of_life_are_kept(workspace, alice):
    before, _ = count_records()
    sample("accounts", by=alice)
    gone = sample("accounts", by=alice)
    changes.delete(get("accounts"), gone.pk, actor=actor(alice), version=gone.version)
    assert count_workspace()
    found = kept(workspace)
    assert (found.people, found.invitations) == (5, 0)
    assert (found.records, found.is_estimate) == (before + 1, False)
    assert found.file_bytes == 0
    assert timezone.now() - found.last_activity_at < timedelta(minutes=1)


def test_signing_in_is_a_sign_of_life_too(workspace, alice):
    later = timezone.now() + timedelta(days=1)
    User.objects.filter(pk=alice.pk).update(last_login=later)
    assert last_activity() == later


def test_a_large_table_is_not_counted_row_by_row(workspace, alice, monkeypatch):
    sample("accounts", by=alice)
    whole, _ = count_records()
    monkeypatch.setattr(counting, "EXACT_BELOW", -2)  # the database knows no size: -1
    estimated, is_estimate = count_records()
    assert is_estimate
    assert estimated != whole


def test_counting_asks_few_questions(workspace, django_assert_num_queries):
    from django.db import connections

    with django_assert_num_queries(2, connection=connections[workspace.cell]):
        count_records()


def test_each_day_has_one_line_and_old_ones_go(workspace, monkeypatch):
    monkeypatch.setattr(facts, "DAYS", 3)
    start = timezone.now()
    for day in (0, 1, 1, 2, 3):
        moment = start + timedelta(days=day)
        monkeypatch.setattr(facts.timezone, "now", lambda moment=moment: moment)
        count_workspace()
    days = [line[0] for line in kept(workspace).history]
    assert days == [(start + timedelta(days=n)).date().isoformat() for n in (1, 2, 3)]


def test_a_closed_workspace_leaves_nothing(workspace):
    with use_control():
        Tenant.objects.filter(pk=workspace.id).update(status=Tenant.Status.CLOSED)
    with use_tenant(workspace):
        assert not count_workspace()
    with use_control():
        assert not WorkspaceFacts.objects.filter(pk=workspace.id).exists()


def test_a_control_plane_that_is_down_is_tried_again(workspace, monkeypatch):
    def down(*_args, **_more):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(counting, "keep_facts", down)
    with pytest.raises(OperationalError):
        count()
    assert SCHEDULES["console.count"].task.queued.retry_strategy.max_attempts == 5
