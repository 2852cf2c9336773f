"""The list: what it shows, how it is narrowed, what is done with chosen rows."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest

from app.sales.models import Account
from tenants.context import use_tenant
from tests.records.helpers import make, pipeline


@pytest.fixture
def accounts(two, alice, bob, charlie):
    """Three accounts: alice's, bob's, charlie's."""
    with use_tenant(two[0]):
        return {
            "alice": make("accounts", alice, name="Alpha", category="customer", employees=5),
            "bob": make("accounts", bob, name="Beta", category="partner", employees=50),
            "charlie": make("accounts", charlie, name="Gamma", category="partner"),
        }


def text(answer):
    return answer.content.decode()


def body(answer):
    """The rows alone, without the frame."""
    page = text(answer)
    return page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""


def address(answer, rel):
    """Where the link of this kind leads."""
    return html.unescape(re.search(rf'rel="{rel}" href="([^"]+)"', text(answer))[1])


def test_it_shows_the_rows_of_ones_team_alone(browser, bob, charlie, accounts):
    rows = body(browser(bob).get("/accounts/"))
    assert "Alpha" in rows
    assert "Beta" in rows
    assert "Gamma" not in rows
    assert "Gamma" in body(browser(charlie).get("/accounts/"))


def test_a_filter_narrows_it_and_stands_there_as_a_chip(browser, alice, accounts):
    answer = browser(alice).get("/accounts/?category__in=partner&employees__gte=10")
    rows = body(answer)
    assert "Beta" in rows
    assert "Gamma" not in rows
    assert "Partner" in text(answer)
    assert 'href="/accounts/?employees__gte=10"' in text(answer)


def test_an_unknown_filter_is_left_out_with_a_word(browser, alice, accounts):
    answer = browser(alice).get("/accounts/?nonsense=1", follow=True)
    assert answer.redirect_chain == [("/accounts/", 302)]
    assert "nonsense" in text(answer)


def test_the_menu_turns_into_a_filter(browser, alice, accounts):
    sent = "field=employees&op=span&from=1,000&until=&keep.q=a&keep.sort=name&to=list"
    answer = browser(alice).get(f"/accounts/filter/?{sent}")
    assert answer.url == "/accounts/?q=a&sort=name&employees__gte=1000"
    ticked = browser(alice).get("/accounts/filter/?field=category&op=in&value=customer&value=other")
    assert ticked.url == "/accounts/?category__in=customer%2Cother"


def test_pickers_offer_visible_rows_alone(browser, charlie, accounts):
    options = text(browser(charlie).get("/contacts/lookup/?field=account&q="))
    assert "Gamma" in options
    assert "Alpha" not in options
    assert "Alpha" not in text(browser(charlie).get("/accounts/lookup/?q=alp"))


def test_a_chip_never_names_a_hidden_row(browser, charlie, accounts):
    hidden = accounts["alice"].pk
    assert "Alpha" not in text(browser(charlie).get(f"/contacts/?account_id={hidden}"))


def test_mine_and_all_are_one_press_apart(browser, alice, accounts):
    page = text(browser(alice).get("/accounts/?sort=name"))
    assert 'href="/accounts/?sort=name&amp;owner_id=me"' in page
    rows = body(browser(alice).get("/accounts/?owner_id=me"))
    assert "Alpha" in rows
    assert "Beta" not in rows


def test_a_head_sorts_and_turns_the_order_round(browser, alice, accounts):
    rows = body(browser(alice).get("/accounts/?sort=-name"))
    assert rows.index("Gamma") < rows.index("Beta") < rows.index("Alpha")
    page = text(browser(alice).get("/accounts/?sort=name"))
    assert 'aria-sort="ascending"' in page
    assert 'href="/accounts/?sort=-name"' in page


def test_pages_follow_one_another_and_lead_back(two, browser, alice):
    with use_tenant(two[0]):
        for number in range(5):
            make("accounts", alice, name=f"Row {number}")
    client = browser(alice)
    first = client.get("/accounts/?limit=2")
    seen = body(first)
    assert "Row 0" in seen
    assert "Row 2" not in seen
    second = client.get(address(first, "next"))
    assert "Row 2" in body(second)
    assert "Row 0" in body(client.get(address(second, "prev")))


def test_chosen_columns_are_kept(browser, alice, accounts):
    client = browser(alice)
    client.cookies["columns_accounts"] = "city.employees"
    page = text(client.get("/accounts/"))
    assert 'href="/accounts/?sort=employees"' in page
    assert 'href="/accounts/?sort=owner"' not in page


def test_a_name_is_never_markup(two, browser, alice):
    with use_tenant(two[0]):
        make("accounts", alice, name="<script>alert(1)</script>", city='"><img src=x>')
    page = text(browser(alice).get("/accounts/?columns=city"))
    assert "<script>alert" not in page
    assert "<img" not in page


def test_chosen_rows_are_assigned_as_far_as_one_may(two, browser, alice, bob, accounts):
    ids = [row.pk for row in accounts.values()]
    sent = {"do": "assign", "id": ids, "owner_id": bob.pk, "next": "/accounts/"}
    browser(alice).post("/accounts/bulk/", sent)
    with use_tenant(two[0]):
        assert set(Account.objects.values_list("owner_id", flat=True)) == {bob.pk}
    sent["owner_id"] = alice.pk
    browser(bob).post("/accounts/bulk/", sent)
    with use_tenant(two[0]):
        assert set(Account.objects.values_list("owner_id", flat=True)) == {bob.pk}


def test_chosen_rows_are_deleted_as_far_as_one_may(two, browser, bob, accounts):
    ids = [row.pk for row in accounts.values()]
    answer = browser(bob).post("/accounts/bulk/", {"do": "delete", "id": ids}, follow=True)
    assert "1 done, 2 left" in text(answer)
    with use_tenant(two[0]):
        live = set(Account.objects.filter(deleted_at=None).values_list("name", flat=True))
    assert live == {"Alpha", "Gamma"}


def exported(answer):
    raw = b"".join(answer.streaming_content).decode()
    assert raw.startswith("\ufeff")
    return list(csv.reader(io.StringIO(raw.removeprefix("\ufeff"))))


def test_an_export_holds_what_is_shown_and_nothing_else(browser, alice, accounts):
    answer = browser(alice).get("/accounts/export/?category=partner&sort=-name&columns=employees")
    assert "attachment" in answer.headers["Content-Disposition"]
    heads, *rows = exported(answer)
    assert heads == ["id", "external_id", "name", "employees"]
    assert [row[2:] for row in rows] == [["Gamma", ""], ["Beta", "50"]]


def test_an_export_holds_what_the_right_to_export_reaches(browser, bob, rita, accounts):
    rows = exported(browser(bob).get("/accounts/export/"))
    assert [row[2] for row in rows[1:]] == ["Beta"]
    assert browser(rita).get("/accounts/export/").status_code == 403


def test_an_export_neutralises_formulas(two, browser, alice):
    with use_tenant(two[0]):
        make("accounts", alice, name="=1+1", phone="+49 30 1", city="\t@x")
    rows = exported(browser(alice).get("/accounts/export/?columns=phone.city"))
    assert rows[1][2] == "'=1+1"
    assert rows[1][3] == "'+49 30 1"
    assert not rows[1][4].startswith(("@", "\t", "="))


def test_an_export_goes_past_one_page(two, browser, alice, monkeypatch):
    monkeypatch.setattr("app.records.views_export.MOST", 2)
    with use_tenant(two[0]):
        for number in range(5):
            make("accounts", alice, name=f"Row {number}")
    assert len(exported(browser(alice).get("/accounts/export/"))) == 6


def test_the_list_takes_no_query_per_row(two, browser, alice, django_assert_num_queries):
    with use_tenant(two[0]):
        stages = pipeline(alice)
        for number in range(12):
            company = make("accounts", alice, name=f"A {number}")
            make(
                "deals",
                alice,
                name=f"D {number}",
                account_id=company.pk,
                stage_id=stages["Engaging"].pk,
                amount=100,
            )
    client = browser(alice)
    client.get("/deals/")
    with django_assert_num_queries(4):
        client.get("/deals/")
