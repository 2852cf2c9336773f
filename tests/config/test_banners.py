"""What stands above every page, for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from app.access.actors import Support
from app.access.models import Limits, Role, User
from app.config.banners import banners
from tenants.context import use_control, use_tenant
from tenants.models import Notice
from tenants.notices import NOTICES
from tests.records.helpers import actor


@pytest.fixture
def stand(two: Any) -> Any:
    def set_to(**values: Any) -> None:
        with use_tenant(two[0]):
            Limits.objects.update(**values)

    return set_to


@pytest.fixture
def above(browser: Any) -> Any:
    """The lines above a page, as somebody reads them."""

    def read(user: Any, path: str = "/accounts/", **cookies: str) -> str:
        client = browser(user)
        for name, value in cookies.items():
            client.cookies[name] = value
        text = client.get(path).content.decode()
        start = text.find('<section aria-label="What to know"')
        return text[start : text.find("</section>", start)] if start >= 0 else ""

    return read


def in_days(days: float) -> Any:
    return timezone.now() + timedelta(days=days)


def test_nothing_stands_there_while_all_is_well(stand, above, alice):
    stand(state="active", cause="paid")
    assert above(alice) == ""


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (6.5, "The trial ends in 7 days.", ""),
        (2.5, "The trial ends in 3 days.", "warning"),
        (0.5, "The trial ends in 1 day.", "error"),
        (-0.5, "The trial is over.", "error"),
    ],
)
def test_the_end_of_a_trial_comes_nearer(stand, above, alice, bob, days, words, tone):
    stand(state="trial", cause="trial", until=in_days(days))
    said = above(alice)
    assert words in said
    assert f'data-tone="{tone}"' in said
    assert 'href="/settings/plan/"' in said
    assert words in above(bob)
    assert "/settings/plan/" not in above(bob)


def test_nothing_is_said_while_the_end_is_far(stand, above, alice):
    stand(state="trial", cause="trial", until=in_days(8.5))
    assert above(alice) == ""


def test_a_failed_payment_says_since_when_and_until_when(stand, above, alice):
    stand(state="grace", cause="payment_failed", until=in_days(10))
    said = above(alice)
    assert "Pay now" in said
    assert "Everything works until" in said


def test_a_read_only_workspace_says_why_and_who_can_help(stand, above, alice, bob):
    stand(state="restricted", cause="unpaid")
    assert "An invoice is not paid" in above(alice)
    assert "ask Alice Alder" in above(bob)


def test_who_looks_after_people_reads_how_many_are_too_many(stand, above, alice, bob):
    stand(state="active", cause="free", seats=3)
    assert "2 seats more are in use" in above(alice)
    assert above(bob) == ""


def test_a_plan_that_was_cancelled_says_when_it_ends_to_owners_only(stand, above, alice, bob, two):
    stand(state="active", cause="paid", until=in_days(5))
    assert "The plan ends on" in above(alice)
    assert above(bob) == ""
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(role=Role.ADMINISTRATOR)
    assert "The plan ends on" in above(bob)
    assert "/settings/plan/" not in above(bob)


def test_the_link_is_left_out_where_it_leads(stand, above, alice):
    stand(state="restricted", cause="unpaid")
    assert 'href="/settings/plan/"' in above(alice, "/settings/")


@pytest.fixture
def notice(two: Any) -> Any:
    with use_control():
        made = Notice.objects.create(text="Work tonight", text_zh="今晚维护", level="warning")
    NOTICES.clear()
    yield made
    NOTICES.clear()


def test_what_operators_tell_is_read_and_put_away(notice, above, alice, two):
    assert "Work tonight" in above(alice)
    assert f'data-notice="{notice.pk}"' in above(alice)
    assert above(alice, notices=f"{notice.pk + 1}") != ""
    assert above(alice, notices=f"7.{notice.pk}") == ""


def test_it_is_told_in_the_readers_language(notice, browser, alice, two):
    with use_tenant(two[0]):
        User.objects.filter(pk=alice.pk).update(language="zh-hans")
    assert "今晚维护" in browser(alice).get("/accounts/").content.decode()


def test_somebody_who_helps_out_is_not_led_to_the_plan(stand, workspace, alice):
    stand(state="grace", cause="payment_failed", until=in_days(10))
    owner = actor(alice)
    helper = replace(owner, support=Support(in_days(1), looks=True, number=7, keeper_id=alice.pk))
    asked = RequestFactory().get("/")
    assert [one.href for one in banners(asked, owner)] == ["/settings/plan/"]
    assert [one.href for one in banners(asked, helper)] == [""]
