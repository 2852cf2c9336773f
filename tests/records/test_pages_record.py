"""The page of a record, its timeline, its acts, the recycle bin."""

from __future__ import annotations

import pytest

from app.records import changes, registry
from app.sales.models import Account, Deal
from tenants.context import use_tenant
from tests.records.helpers import actor, make, pipeline

DEALS = registry.get("deals")


@pytest.fixture
def deal(two, alice, bob):
    """bob's open deal with a company of his."""
    with use_tenant(two[0]):
        stages = pipeline(alice)
        company = make("accounts", bob, name="Nordwind")
        values = {"account_id": company.pk, "stage_id": stages["Prospecting"].pk, "amount": 500}
        row = make("deals", bob, name="Fleet", **values)
        row.stages = stages
        return row


def text(answer):
    return answer.content.decode()


def flat(answer):
    """The page's words without its tags."""
    from django.utils.html import strip_tags

    return " ".join(strip_tags(text(answer)).split())


def test_the_timeline_tells_what_changed_and_who_did_it(two, browser, bob, alice, deal):
    with use_tenant(two[0]):
        sent = {"stage_id": deal.stages["Engaging"].pk}
        changes.update(DEALS, deal.pk, sent, actor=actor(alice), version=1)
    page = flat(browser(bob).get(f"/deals/{deal.pk}/"))
    assert "changed Stage from Prospecting to Engaging" in page
    assert "created this record" in page


def test_the_composer_adds_to_the_timeline(browser, bob, deal):
    sent = {"type": "task", "name": "Call Lena", "due_at": "2026-12-01T10:00", "links": "1"}
    link = {"link.0.kind": "deals", "link.0.id": deal.pk, "link.0.role": ""}
    back = {"next": f"/deals/{deal.pk}/"}
    answer = browser(bob).post("/activities/new/", sent | link | back)
    assert answer.url == f"/deals/{deal.pk}/"
    assert "added a task Call Lena" in flat(browser(bob).get(answer.url))


def test_it_never_names_hidden_neighbours(two, browser, charlie, alice, bob, deal):
    with use_tenant(two[0]):
        mine = make("deals", charlie, name="Own", stage_id=deal.stages["Prospecting"].pk)
        changes.update(
            DEALS, mine.pk, {"account_id": deal.account_id}, actor=actor(alice), version=1
        )
    page = text(browser(charlie).get(f"/deals/{mine.pk}/"))
    assert "Nordwind" not in page
    assert "a record that you do not see" in page


def test_related_rows_are_listed_with_their_number(browser, bob, deal):
    page = text(browser(bob).get(f"/accounts/{deal.account_id}/"))
    assert f'href="/deals/{deal.pk}/"' in page
    assert f'href="/deals/new/?account_id={deal.account_id}&amp;next=' in page


def test_losing_asks_for_a_reason(two, browser, bob, deal):
    path = f"/deals/{deal.pk}/actions/lose/"
    assert browser(bob).post(path, {"version": "1", "reason": ""}).status_code == 422
    browser(bob).post(path, {"version": "1", "reason": "Price", "closed_on": ""})
    with use_tenant(two[0]):
        row = Deal.objects.get(pk=deal.pk)
    assert (row.status, row.reason) == ("lost", "Price")


def test_buttons_fit_the_state(browser, bob, deal):
    page = text(browser(bob).get(f"/deals/{deal.pk}/"))
    assert "/actions/win/" in page
    assert "/actions/reopen/" not in page


def test_a_stale_page_does_not_act(two, browser, bob, deal):
    path = f"/deals/{deal.pk}/actions/win/"
    answer = browser(bob).post(path, {"version": "7"}, follow=True)
    assert "meanwhile" in text(answer)
    with use_tenant(two[0]):
        assert Deal.objects.get(pk=deal.pk).status == "open"


def test_deleting_says_what_depends_on_it(two, browser, bob, deal):
    path = f"/accounts/{deal.account_id}/delete/"
    assert "Deals: 1" in text(browser(bob).get(path))
    refused = browser(bob).post(path, {"version": "1"}, follow=True)
    assert "depend on it" in text(refused)
    browser(bob).post(path, {"version": "1", "with_children": "1"})
    with use_tenant(two[0]):
        assert not Account.objects.filter(deleted_at=None).exists()
        assert not Deal.objects.filter(deleted_at=None).exists()


def test_the_recycle_bin_gives_it_back(two, browser, bob, charlie, deal):
    browser(bob).post(f"/deals/{deal.pk}/delete/", {"version": "1"})
    assert browser(bob).get(f"/deals/{deal.pk}/").status_code == 404
    assert "Fleet" in text(browser(bob).get("/deals/recycle-bin/"))
    assert "Fleet" not in text(browser(charlie).get("/deals/recycle-bin/"))
    assert browser(charlie).post(f"/deals/{deal.pk}/restore/").status_code == 404
    browser(bob).post(f"/deals/{deal.pk}/restore/")
    assert browser(bob).get(f"/deals/{deal.pk}/").status_code == 200


def test_who_may_look_only_finds_no_buttons(browser, rita, charlie, deal):
    page = text(browser(rita).get(f"/deals/{deal.pk}/"))
    assert "/edit/" not in page
    assert "/actions/" not in page
    for path in ("delete/", "actions/win/"):
        assert browser(rita).get(f"/deals/{deal.pk}/{path}").status_code == 403
        assert browser(charlie).get(f"/deals/{deal.pk}/{path}").status_code == 404


def test_a_text_of_somebody_is_never_markup(two, browser, bob, deal):
    with use_tenant(two[0]):
        evil = "<script>alert(1)</script>"
        sent = {"name": evil, "next_step": evil, "description": evil}
        changes.update(DEALS, deal.pk, sent, actor=actor(bob), version=1)
    for path in ("", "edit/", "delete/"):
        assert "<script>alert" not in text(browser(bob).get(f"/deals/{deal.pk}/{path}"))


def test_a_web_address_cannot_be_a_script(two, browser, bob):
    with use_tenant(two[0]):
        row = make("accounts", bob, name="X")
        Account.objects.filter(pk=row.pk).update(website="javascript:alert(1)")
    assert 'href="javascript' not in text(browser(bob).get(f"/accounts/{row.pk}/"))


def test_the_page_takes_as_many_queries_whatever_hangs_on_it(
    two, browser, bob, deal, django_assert_num_queries
):
    with use_tenant(two[0]):
        tie = [{"entity": "deals", "id": deal.pk, "role": ""}]
        for number in range(8):
            make("activities", bob, name=f"Task {number}", links=tie)
    client = browser(bob)
    client.get(f"/deals/{deal.pk}/")
    with django_assert_num_queries(10):
        client.get(f"/deals/{deal.pk}/")
