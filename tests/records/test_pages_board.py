"""The board and the move of a card."""

from __future__ import annotations

import re

import pytest

from app.access.models import Currency
from app.sales.models import Deal
from tenants.context import use_tenant
from tests.records.helpers import make, pipeline

JSON = {"accept": "application/json"}


@pytest.fixture
def board(two, alice, bob):
    """Three deals of bob: two on the first stage, one in euros."""
    with use_tenant(two[0]):
        stages = pipeline(alice)
        Currency.objects.create(code="EUR", rate="2")
        first = stages["Prospecting"].pk
        deals = [
            make("deals", bob, name="One", stage_id=first, amount=100),
            make("deals", bob, name="Two", stage_id=first, amount=100, amount_currency="EUR"),
            make("deals", bob, name="Three", stage_id=stages["Engaging"].pk),
        ]
        return stages, deals


def lanes(answer):
    """Name, count and sum of each column."""
    head = r'<span class="pill t\d">([^<]*)</span><span[^>]*data-count>(\d+)</span></h2>'
    return re.findall(head + r"<span[^>]*data-sum>([^<]*)</span>", answer.content.decode())


def move(client, deal, stage, version=1):
    sent = {"to": stage.pk, "version": version}
    return client.post(f"/deals/{deal.pk}/move/", sent, headers=JSON)


def test_columns_count_and_sum_in_the_base_currency(browser, bob, board):
    assert lanes(browser(bob).get("/deals/board/")) == [
        ("Prospecting", "2", "$300"),
        ("Engaging", "1", ""),
        ("Won", "0", ""),
        ("Lost", "0", ""),
    ]


def test_a_move_is_answered_with_version_and_new_sums(two, browser, bob, board):
    stages, deals = board
    answer = move(browser(bob), deals[0], stages["Engaging"]).json()
    assert (answer["ok"], answer["version"]) == (True, 2)
    assert answer["totals"][str(stages["Prospecting"].pk)]["count"] == "1"
    with use_tenant(two[0]):
        assert Deal.objects.get(pk=deals[0].pk).stage_id == stages["Engaging"].pk


def test_a_stale_card_goes_back_with_a_word(two, browser, bob, board):
    stages, deals = board
    answer = move(browser(bob), deals[0], stages["Engaging"], version=9)
    assert answer.status_code == 412
    assert answer.json()["ok"] is False
    assert answer.json()["lane"] == stages["Prospecting"].pk


def test_only_who_may_change_a_deal_moves_it(browser, alice, rita, charlie, board):
    stages, deals = board
    assert move(browser(rita), deals[0], stages["Engaging"]).status_code == 403
    assert move(browser(charlie), deals[0], stages["Engaging"]).status_code in (403, 404)
    assert move(browser(alice), deals[0], stages["Engaging"]).status_code == 200


def test_closing_columns_ask_by_an_action(browser, bob, board):
    page = browser(bob).get("/deals/board/").content.decode()
    assert re.findall(r'data-action="(\w*)"', page) == ["", "", "win", "lose"]


def test_a_filter_narrows_the_board(browser, bob, alice, board):
    mine = lanes(browser(alice).get("/deals/board/?owner_id=me"))
    assert [count for _label, count, _sum in mine] == ["0"] * 4
    found = lanes(browser(bob).get("/deals/board/?q=Two"))
    assert [count for _label, count, _sum in found] == ["1", "0", "0", "0"]


def test_more_cards_come_on_demand(two, browser, bob, board, monkeypatch):
    stages, _deals = board
    monkeypatch.setattr("app.records.board.CARDS", 1)
    page = browser(bob).get("/deals/board/").content.decode()
    assert "Show more" in page
    lane = stages["Prospecting"].pk
    part = browser(bob).get(f"/deals/board/cards/?lane={lane}&start=1").content.decode()
    assert part.count("kcard") == 1


def test_an_entity_without_a_board_has_none(browser, bob):
    assert browser(bob).get("/accounts/board/").status_code == 404


def test_the_board_takes_seven_queries(browser, bob, board, django_assert_num_queries):
    client = browser(bob)
    client.get("/deals/board/")
    with django_assert_num_queries(7):
        client.get("/deals/board/")


def test_each_pipeline_has_a_board_of_its_own(two, browser, alice, board):
    with use_tenant(two[0]):
        other = make("pipelines", alice, name="Partners", position=2)
        make("stages", alice, name="Talking", pipeline_id=other.pk)
    page = browser(alice).get("/deals/board/")
    assert "Partners" in page.content.decode()
    assert lanes(page)[0][0] == "Prospecting"
    page = browser(alice).get(f"/deals/board/?pipeline_id={other.pk}")
    assert [label for label, _count, _sum in lanes(page)] == ["Talking"]
