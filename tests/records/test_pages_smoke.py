"""Every page of every entity answers, with and without rows."""

from __future__ import annotations

import html
import re

import pytest

from app.records import registry
from tenants.context import use_tenant
from tests.factories import sample
from tests.records.helpers import make, pipeline

SLUGS = [entity.slug for entity in registry.all_entities()]


def fill(alice):
    """One record of each kind, tied to one another."""
    stages = pipeline(alice)
    account = make("accounts", alice, name="Nordwind Logistik", revenue="1200.50")
    contact = make("contacts", alice, name="王小明", account_id=account.pk, email="xm@wang.example")
    product = make("products", alice, name="GTX Pro", price="4821")
    deal = make(
        "deals",
        alice,
        name="Fleet",
        account_id=account.pk,
        amount="48200",
        stage_id=stages["Engaging"].pk,
        close_date="2026-12-01",
    )
    links = [{"entity": "deals", "id": deal.pk, "role": ""}]
    task = make("activities", alice, name="Call back", due_at="2026-01-01T10:00", links=links)
    return {
        "accounts": account,
        "contacts": contact,
        "products": product,
        "deals": deal,
        "activities": task,
        "pipelines": stages["Sales"],
        "stages": stages["Won"],
    }


@pytest.fixture
def filled(two, alice):
    with use_tenant(two[0]):
        rows = fill(alice)
        others = (slug for slug in SLUGS if slug not in rows)
        return rows | {slug: sample(slug, by=alice) for slug in others}


@pytest.mark.parametrize(
    "path", ["/", "/search/", "/search/?q=王小", "/search/?part=palette&q=nord"]
)
def test_the_pages_beside_records_answer(browser, alice, filled, path):
    assert browser(alice).get(path).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(
    "page", ["", "new/", "recycle-bin/", "lookup/?q=", "filter/?field=name", "export/"]
)
def test_the_pages_of_an_entity_answer(browser, alice, filled, slug, page):
    assert browser(alice).get(f"/{slug}/{page}").status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("page", ["", "edit/", "delete/", "field/name/"])
def test_the_pages_of_a_record_answer(browser, alice, filled, slug, page):
    assert browser(alice).get(f"/{slug}/{filled[slug].pk}/{page}").status_code == 200


@pytest.mark.parametrize("slug", [e.slug for e in registry.all_entities() if e.board_field])
def test_a_board_answers_with_its_cards(browser, alice, filled, slug):
    page = browser(alice).get(f"/{slug}/board/")
    assert page.status_code == 200
    assert filled[slug].name in page.content.decode()


def test_an_empty_workspace_shows_the_first_steps(browser, alice):
    assert "Bring in your sales book" in browser(alice).get("/").content.decode()


@pytest.mark.parametrize("slug", SLUGS)
def test_an_empty_list_says_so(browser, alice, slug):
    assert "yet" in browser(alice).get(f"/{slug}/").content.decode()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_column_can_be_shown_and_sorted_by(browser, alice, filled, slug):
    client = browser(alice)
    page = client.get(every(slug)).content.decode()
    heads = re.findall(r'<th scope="col"[^>]*><a href="([^"]+)"', page)
    assert len(heads) > 5
    for address in heads:
        assert client.get(html.unescape(address)).status_code == 200


def every(slug):
    """The list with all columns."""
    return f"/{slug}/?columns={'.'.join(registry.get(slug).fields)}"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_field_can_be_filtered_by(browser, alice, filled, slug):
    client = browser(alice)
    fields = re.findall(r'<option value="(\w+)">', client.get(f"/{slug}/").content.decode())
    assert len(fields) > 5
    for field in fields:
        part = client.get(f"/{slug}/filter/?field={field}").content.decode()
        for op in re.findall(r'<option value="(\w+)">', part):
            sent = {"field": field, "op": op, "value": value_for(part), "from": "", "until": ""}
            answer = client.get(f"/{slug}/filter/", sent, follow=True)
            assert (answer.status_code, field, op) == (200, field, op)
            assert op == "exact" or "left out" not in answer.content.decode()


def value_for(part):
    """A value that the menu offers, else any."""
    ticks = re.findall(r'name="value" value="([^"]+)"', part)
    return ticks[0] if ticks else "1"
