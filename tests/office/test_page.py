"""A person's page: what is his, as far as its reader sees it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from app.access.listeners import Happening
from app.access.models import User
from app.access.pictures import show_person
from app.office.employees import Employee
from app.office.staffing import follow
from tenants.context import use_tenant
from tests.drawing import drawn
from tests.records.helpers import make, pipeline

#: What the page of a person costs with everything on it; two of them are of the box of files.
QUERIES = 16


def page_of(person: Any, client: Any) -> str:
    """The page of this person as the browser shows it."""
    row = Employee._default_manager.get(person=person)
    answer = client.get(f"/employees/{row.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def directory(workspace: Any) -> None:
    """Everybody of the workspace is in the directory."""
    for person in User.objects.order_by("pk"):
        follow(person, Happening.ADDED, None)


@pytest.fixture
def bobs(directory: None, alice: Any, bob: Any) -> dict[str, Any]:
    """What bob has: three deals, three activities, an account, a contact."""
    stages = pipeline(alice)
    now = timezone.now()
    found = {
        "account": make("accounts", bob, name="Bobs company"),
        "contact": make("contacts", bob, name="Bobs friend"),
    }
    for name, stage, amount, currency in (
        ("First deal", "Prospecting", "100", "USD"),
        ("Second deal", "Engaging", "20.50", "EUR"),
        ("Third deal", "Engaging", "7", "USD"),
        ("Won deal", "Won", "5000", "USD"),
    ):
        values = {"amount": amount, "amount_currency": currency, "stage_id": stages[stage].pk}
        found[name] = make("deals", bob, name=name, account_id=found["account"].pk, **values)
    for name, due in (("Late", -2), ("Soon", 0), ("Later", 30)):
        when = now + timedelta(days=due, seconds=5)
        found[name] = make("activities", bob, name=f"{name} call", due_at=when)
    make("activities", bob, name="Done call", due_at=now - timedelta(days=1), status="done")
    return found


def test_the_page_shows_what_is_his_with_sums_and_what_is_late(bobs, browser, alice, bob):
    page = page_of(bob, browser(alice))
    for name in ("Bobs company", "Bobs friend", "First deal", "Won deal", "Late call"):
        assert name in page
    assert "3 open · €20.50 · $107" in page
    assert re.search(r"3 open · 1 overdue · [01] due today", page)
    for slug in ("deals", "activities", "accounts", "contacts"):
        assert f'href="/{slug}/?owner_id={bob.pk}"' in page


def test_the_newest_come_first_and_the_rest_is_behind_a_link(directory, browser, alice, bob):
    for place in range(7):
        make("accounts", bob, name=f"Number {place}")
    page = page_of(bob, browser(alice))
    shown = re.findall(r"<b>(Number \d)</b>", page)
    assert shown == ["Number 6", "Number 5", "Number 4", "Number 3", "Number 2"]
    assert '<span class="count">7</span>' in page
    assert f'class="more-link" href="/accounts/?owner_id={bob.pk}"' in page


def test_the_reader_sees_only_what_he_may_see(bobs, browser, bob, charlie, rita):
    for reader, sees in ((rita, True), (charlie, False)):
        page = page_of(bob, browser(reader))
        for name in ("Bobs company", "First deal", "Late call", "· $107"):
            assert (name in page) is sees, (reader, name)
    assert "bob@acme.example" in page_of(bob, browser(charlie)), "the directory is everybody's"


def test_a_deleted_record_is_not_on_the_page(bobs, browser, alice, bob):
    from app.records import changes, registry
    from tests.records.helpers import actor

    contact = bobs["contact"]
    changes.delete(registry.get("contacts"), contact.pk, actor=actor(alice), version=None)
    assert "Bobs friend" not in page_of(bob, browser(alice))


def test_it_shows_team_manager_and_the_people_under_them(directory, browser, alice, bob, dora):
    User.objects.filter(pk=bob.pk).update(manager=dora)
    show_person(bob, drawn("PNG"))
    page = page_of(bob, browser(alice))
    assert "North" in page
    assert f'href="/people/{dora.pk}/"' in page
    above = page_of(dora, browser(alice))
    assert f'href="/people/{bob.pk}/"' in above
    assert f"/pictures/{bob.pk}/{bob.picture}.webp" in above
    assert "People under them" not in page


def test_a_former_colleague_is_marked(directory, browser, alice, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert '<span class="pill t0">Former</span>' in page_of(bob, browser(alice))


def test_somebody_without_an_account_has_nothing_to_show(workspace, browser, alice):
    row = make("employees", alice, name="Night watch")
    page = browser(alice).get(f"/employees/{row.pk}/").content.decode()
    assert "No account in this workspace" in page


def test_names_with_markup_stay_text(directory, browser, alice, bob):
    make("accounts", bob, name="<img src=x onerror=alert(1)>")
    User.objects.filter(pk=bob.pk).update(email="<b>@acme.example")
    page = page_of(bob, browser(alice))
    assert "<img src=x" not in page
    assert "<b>@acme" not in page


def test_the_page_costs_the_same_however_much_there_is(bobs, browser, alice, bob):
    client = browser(alice)
    page_of(bob, client)
    assert cost(client, bob) == QUERIES
    for place in range(8):
        make("accounts", bob, name=f"More {place}")
        make("activities", bob, name=f"More {place}", due_at=timezone.now())
        User.objects.create(name=f"Under {place}", manager=bob, has_seat=False)
    assert cost(client, bob) == QUERIES + 2, "two lists are counted now"


def cost(client: Any, person: Any) -> int:
    row = Employee._default_manager.get(person=person)
    with CaptureQueriesContext(connections["default"]) as queries:
        client.get(f"/employees/{row.pk}/")
    return len(queries)


def test_mallory_finds_nobody_of_another_workspace(two, browser, alice, mallory):
    with use_tenant(two[0]):
        for _turn in range(3):
            follow(User.objects.create(name="Eve", has_seat=False), Happening.ADDED, None)
        eve = User.objects.filter(name="Eve").last()
        row = Employee._default_manager.get(person=eve)
    assert browser(alice).get(f"/people/{eve.pk}/").status_code == 302
    foreign = browser(mallory, ref=two[1])
    assert foreign.get(f"/people/{eve.pk}/").status_code == 404
    assert foreign.get(f"/employees/{row.pk}/").status_code == 404
    assert browser().get(f"/people/{eve.pk}/")["Location"].startswith("/login/")
