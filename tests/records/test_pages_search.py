"""The search page and the palette."""

from __future__ import annotations

from tenants.context import use_tenant
from tests.records.helpers import make


def text(answer):
    return answer.content.decode()


def test_it_finds_two_chinese_characters_and_half_an_address(two, browser, bob):
    with use_tenant(two[0]):
        make("contacts", bob, name="王伟", email="wang.wei@yunqi.example")
    for q in ("王伟", "wei@yun"):
        page = text(browser(bob).get("/search/", {"q": q}))
        assert "王伟" in page


def test_hits_stand_by_entity_and_hidden_ones_do_not_stand_at_all(two, browser, bob, charlie):
    with use_tenant(two[0]):
        make("accounts", bob, name="Nordwind")
        make("contacts", bob, name="Nordwind Lena")
    page = text(browser(bob).get("/search/?q=nordwind"))
    assert "/accounts/1/" in page
    assert "/contacts/1/" in page
    assert "/accounts/1/" not in text(browser(charlie).get("/search/?q=nordwind"))


def test_the_palette_gets_bare_options(two, browser, bob):
    with use_tenant(two[0]):
        make("accounts", bob, name="Nordwind")
    part = text(browser(bob).get("/search/?part=palette&q=nord"))
    assert 'role="option" href="/accounts/1/"' in part
    assert "<html" not in part


def test_strange_words_do_no_harm(browser, bob):
    for q in ("%", "'", "\x00", "<script>", "a" * 5000, "\\", "&|!():*"):
        answer = browser(bob).get("/search/", {"q": q})
        assert answer.status_code == 200
        assert "<script>alert" not in text(answer)
