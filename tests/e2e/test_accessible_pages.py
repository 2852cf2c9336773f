"""Every page of a workspace passes axe: light and dark, wide and phone, English and Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import planes
from tests.seeding import PASSWORD

HOST = "axe"

AXE = Path("node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PAGES = (
    "/",
    "/search/?q=nord",
    "/accounts/",
    "/accounts/?category__in=customer&sort=-name",
    "/accounts/new/",
    "/accounts/1/",
    "/accounts/1/edit/",
    "/accounts/1/delete/",
    "/accounts/recycle-bin/",
    "/contacts/",
    "/contacts/new/",
    "/deals/",
    "/deals/board/",
    "/deals/1/",
    "/deals/1/actions/lose/",
    "/activities/",
    "/products/",
    "/departments/1/",
    "/employees/",
    "/employees/1/",
    "/settings/",
    "/settings/profile/",
    "/settings/notifications/",
    "/settings/workspace/",
    "/settings/people/",
    "/settings/people/1/",
    "/settings/people/invite/",
    "/settings/people/chart/",
    "/settings/teams/",
    "/settings/reach/",
    "/settings/storage/",
    "/settings/plan/",
    "/settings/plan/buy/",
    "/settings/plan/invoices/",
    "/settings/plan/details/",
    "/settings/export/",
    "/api/v1/docs",
    "/nothing/here/",
)
#: True once two frames passed in which nothing moved but what always does (a spinner).
SETTLED = """async () => {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const moving = () => document.getAnimations().filter(
    one => one.playState !== "finished" && one.effect.getComputedTiming().endTime !== Infinity);
  for (const end = performance.now() + 20000, still = {frames: 0}; performance.now() < end;) {
    await frame();
    still.frames = moving().length ? 0 : still.frames + 1;
    if (still.frames === 2) return true;
  }
  return false;
}"""
LOOKS = (
    ("light", WIDE),
    ("dark", WIDE),
    ("light", PHONE),
)


@pytest.fixture(scope="module")
def session(chrome: Any, live: Any) -> Any:
    """alice in a workspace of her own, with one record of each kind made by its form."""
    with planes.using(live.pair):
        planes.open_seeded("Axe", HOST, "Alice Alder")
    context = chrome.new_context(viewport=WIDE)
    page = context.new_page()
    sign_in(page, live)
    for path, values in (
        ("/pipelines/new/", {"name": "Sales"}),
        ("/stages/new/?pipeline_id=1", {"name": "Proposal"}),
        ("/accounts/new/", {"name": "Nordwind Logistik", "website": "https://nordwind.example"}),
        ("/contacts/new/?account_id=1", {"name": "王小明", "email": "xm@wang.example"}),
        ("/deals/new/?account_id=1", {"name": "Fleet", "amount": "48,200"}),
        ("/departments/new/", {"name": "Sales"}),
        ("/employees/new/?department_id=1", {"name": "李华", "post": "Engineer"}),
        ("/products/new/", {"name": "GTX Pro", "price": "4821"}),
        ("/activities/new/?link=deals:1", {"name": "Call back", "due_at": "2026-01-01T10:00"}),
    ):
        fill_in(page, live, path, values)
    yield context.storage_state()
    context.close()


def sign_in(page: Any, live: Any) -> None:
    """Through the log-in page, as a person does."""
    page.goto(live.url(HOST, "/login/"))
    page.fill("[name=email]", f"alice@{HOST}.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(live.url(HOST, "/"))


def fill_in(page: Any, live: Any, path: str, values: dict[str, str]) -> None:
    """A form, saved by the keyboard."""
    page.goto(live.url(HOST, path))
    for name, value in values.items():
        page.fill(f".record-form [name={name}]", value)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/new/" not in url)


def faults(page: Any) -> list[str]:
    """What axe finds on the open page, once nothing moves on it any more."""
    assert page.evaluate(SETTLED), f"something moves for ever on {page.url}"
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_no_page_has_a_fault_that_axe_knows(chrome, live, session, theme, size):
    context = chrome.new_context(
        viewport=size, color_scheme=theme, storage_state=session, bypass_csp=True
    )
    page, found = context.new_page(), {}
    for path in PAGES:
        page.goto(live.url(HOST, path))
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        if problems := faults(page) + (["it is wider than the screen"] if wide else []):
            found[path] = problems
    context.close()
    assert found == {}


def test_a_card_moves_by_mouse_by_keys_and_by_its_menu(chrome, live, session):
    context = chrome.new_context(viewport=WIDE, storage_state=session)
    page = context.new_page()
    fill_in(page, live, "/stages/new/?pipeline_id=1", {"name": "Negotiation", "position": "1"})
    page.goto(live.url(HOST, "/deals/board/"))
    lanes, card = page.locator("[data-lane]"), page.locator("[data-record='/deals/1/']")
    start, end = card.bounding_box(), lanes.nth(1).bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 50)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 60, steps=5)
    page.mouse.move(end["x"] + 90, end["y"] + 60, steps=15)
    page.mouse.up()
    lanes.nth(1).locator("[data-record='/deals/1/'][data-version='2']").wait_for()
    card.focus()
    page.keyboard.press("Alt+ArrowLeft")
    lanes.nth(0).locator("[data-record='/deals/1/'][data-version='3']").wait_for()
    card.locator("summary").click()
    card.get_by_role("button", name="Negotiation").click()
    lanes.nth(1).locator("[data-record='/deals/1/'][data-version='4']").wait_for()
    context.close()
