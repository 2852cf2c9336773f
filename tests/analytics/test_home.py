"""The home page."""

from __future__ import annotations

import datetime as dt
import re

from app.activities.models import Activity
from tenants.context import use_tenant
from tests.records.helpers import make, pipeline


def text(answer):
    return answer.content.decode()


def test_it_lists_my_open_tasks_overdue_first(two, browser, bob, alice):
    with use_tenant(two[0]):
        make("accounts", bob, name="Acme")
        make("activities", bob, name="Later", due_at="2099-01-01T10:00")
        make("activities", bob, name="Long ago", due_at="2020-01-01T10:00")
        make("activities", bob, name="A note", type="note")
        make("activities", alice, name="Hers", due_at="2020-01-01T10:00")
    page = text(browser(bob).get("/"))
    assert re.findall(r'aria-label="Complete: ([^"]+)"', page) == ["Long ago", "Later"]
    assert page.count("Overdue") == 1


def test_a_task_is_completed_by_one_click(two, browser, bob):
    with use_tenant(two[0]):
        make("accounts", bob, name="Acme")
        task = make("activities", bob, name="Call")
    sent = {"version": "1", "next": "/"}
    answer = browser(bob).post(f"/activities/{task.pk}/actions/complete/", sent)
    assert answer.url == "/"
    with use_tenant(two[0]):
        assert Activity.objects.get(pk=task.pk).status == "done"


def test_it_sums_what_each_person_won_this_quarter(two, browser, alice, bob):
    today = dt.datetime.now(tz=dt.UTC).date()
    with use_tenant(two[0]):
        won = pipeline(alice)["Won"].pk
        for user, amount in ((alice, 100), (bob, 300), (bob, 50)):
            make("deals", user, name="D", stage_id=won, amount=amount, close_date=today)
        make("deals", bob, name="Old", stage_id=won, amount=999, close_date="2001-01-01")
    page = text(browser(alice).get("/"))
    row = r'<th scope="row">([^<]+)</th><td[^>]*>(\d+)</td><td[^>]*>([^<]+)</td>'
    assert re.findall(row, page) == [("Bob Birch", "2", "$350"), ("Alice Alder", "1", "$100")]


def test_it_counts_nothing_of_another_team(two, browser, bob, charlie):
    with use_tenant(two[0]):
        make("accounts", bob, name="Acme")
        make("activities", bob, name="Secret task")
    assert "Secret" not in text(browser(charlie).get("/"))
    assert "Create a deal" in text(browser(charlie).get("/"))


def test_the_first_steps_of_a_reader_offer_nothing_that_he_may_not_do(browser, rita):
    page = text(browser(rita).get("/"))
    assert "/settings/imports/" not in page
    assert "/deals/new/" not in page.split("<main")[1]
