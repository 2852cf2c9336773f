"""A stranger signs a company up in a browser, imports a sales book and works in it."""

from __future__ import annotations

import csv
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.book import Book, book
from tests.e2e.founding import sign_up

WAIT = 120_000  #: milliseconds that a large import may take on a busy machine


class Desk:
    """One person at one browser, in one workspace."""

    def __init__(self, chrome: Any, live: Any) -> None:
        self.live = live
        self.name = f"desk{secrets.token_hex(3)}"
        self.context = chrome.new_context(
            viewport={"width": 1440, "height": 900}, locale="en-GB", accept_downloads=True
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.watch(self.page)

    def watch(self, page: Any) -> None:
        """Note what breaks in the page: scripts, and what the Content-Security-Policy forbids."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda line: (
                self.errors.append(line.text)
                if line.type == "error" and "status of 4" not in line.text
                else None
            ),
        )

    def open(self, path: str, page: Any = None) -> Any:
        """A page of the workspace."""
        page = page or self.page
        page.goto(self.live.url(self.name, path))
        return page

    def upload(self, entity: str, data: bytes) -> None:
        """Give a file to the importer; the columns are matched next."""
        page = self.open("/settings/imports/new/")
        page.select_option("[name=entity]", entity)
        file = {"name": f"{entity}.csv", "mimeType": "text/csv", "buffer": data}
        page.set_input_files("[name=file]", files=[file])
        page.click(".save-bar button[type=submit]")
        page.wait_for_selector("#mapping")

    def choose(self, header: str, field: str) -> None:
        """What a column means."""
        chooser = self.page.locator(f"select[id='id-columns.{header}']")
        if chooser.input_value() != field:
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                chooser.select_option(field)
            self.page.wait_for_timeout(300)

    def go(self, how: str) -> dict[str, int]:
        """Check or import, and wait for the end; the counts that the page shows."""
        self.page.click(f"#mapping button[value={how}]")
        self.page.wait_for_selector("main .notice", timeout=WAIT)
        names = self.page.locator("#progress dt").all_inner_texts()
        values = self.page.locator("#progress dd").all_inner_texts()
        return {
            name: int(value.replace(",", "")) for name, value in zip(names, values, strict=True)
        }


@pytest.fixture(scope="module")
def desk(chrome: Any, live: Any) -> Iterator[Desk]:
    """A company that has just signed up, its address verified from the caught mail."""
    desk = Desk(chrome, live)
    desk.page.goto(f"{live.public}/")
    sign_up(
        desk.page,
        live,
        name=desk.name,
        company="Desk & Söhne",
        owner="Dana Desk",
        password="a-long-pass-phrase",
    )
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def files() -> Book:
    return book()


@pytest.fixture(scope="module")
def imported(desk: Desk, files: Book) -> Desk:
    """A pipeline made by hand, and the three files brought in by the pages."""
    page = desk.open("/settings/pipelines/")
    page.fill("main [name=name]", "Sales book")
    page.get_by_role("button", name="Add pipeline").click()
    page.check("main [name=is_default]")
    page.get_by_role("button", name="Save").first.click()
    for name, kind in (
        ("Prospecting", "open"),
        ("Engaging", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ):
        form = page.locator("form.inline-form").last
        form.locator("[name=name]").fill(name)
        form.locator("[name=kind]").select_option(kind)
        form.get_by_role("button", name="Add stage").click()
        page.wait_for_selector(f".line.stage input[name=name][value='{name}']")
    for slug, data in (("accounts", files.accounts), ("products", files.products)):
        desk.upload(slug, data)
        desk.go("apply")
    desk.upload("deals", files.deals)
    return desk


def test_the_sales_book_comes_in_through_the_pages(imported: Desk, files: Book) -> None:
    desk, page = imported, imported.page
    assert page.locator("select[id='id-columns.opportunity_id']").input_value() == "external_id"
    assert page.input_value("[name=compose-name]") != ""
    agents = page.locator("li.column", has_text="sales_agent")
    agents.locator("select[name^=unknown-]").select_option("create")
    offered = page.locator("li.column", has_text="GTXPro")
    if files.misspelt:
        value = offered.locator("tr", has_text="GTXPro").locator("input.control")
        assert value.input_value() == "GTX Pro"
        value.fill("")
        assert desk.go("dry_run")["Refused"] == len(files.misspelt)
        page.get_by_role("link", name="Change the matching").click()
        page.wait_for_selector("#mapping")
        value = page.locator("li.column", has_text="GTXPro").locator("tr", has_text="GTXPro")
        value.locator("input.control").fill("GTX Pro")
    assert desk.go("apply")["Created"] == len(files.rows)
    stages = Counter(row["deal_stage"] for row in files.rows)
    desk.open("/deals/board/")
    for lane in page.locator(".lane").all():
        name = lane.locator("h2 .pill").inner_text()
        assert int(lane.locator("[data-count]").inner_text().replace(",", "")) == stages[name]


def test_a_deal_moves_by_mouse_and_by_keyboard(imported: Desk) -> None:
    page = imported.open("/deals/board/")
    lanes = page.locator(".lane")
    before = int(lanes.nth(1).locator("[data-count]").inner_text().replace(",", ""))
    card, target = lanes.nth(0).locator(".kcard").first, lanes.nth(1).locator(".cards")
    record = card.get_attribute("data-record")
    with page.expect_response(lambda answer: "/move/" in answer.url) as moved:
        box, place = card.bounding_box(), target.bounding_box()
        page.mouse.move(box["x"] + 60, box["y"] + 14)
        page.mouse.down()
        page.mouse.move(place["x"] + 60, place["y"] + 30, steps=12)
        page.mouse.up()
    assert moved.value.status == 200
    page.reload()
    assert int(lanes.nth(1).locator("[data-count]").inner_text().replace(",", "")) == before + 1
    card = page.locator(f".kcard[data-record='{record}']")
    if not card.count():
        card = lanes.nth(1).locator(".kcard").first
    card.focus()
    with page.expect_response(lambda answer: "/move/" in answer.url) as moved:
        page.keyboard.press("Alt+ArrowLeft")
    assert moved.value.status == 200
    page.reload()
    assert int(lanes.nth(1).locator("[data-count]").inner_text().replace(",", "")) == before


def test_the_second_of_two_tabs_is_told_and_keeps_its_input(imported: Desk) -> None:
    page = imported.open("/deals/")
    href = page.locator("tbody a[href^='/deals/']").first.get_attribute("href")
    second = imported.context.new_page()
    imported.watch(second)
    imported.open(f"{href}edit/")
    imported.open(f"{href}edit/", second)
    page.fill("[name=next_step]", "From the first tab")
    page.click(".save-bar button[type=submit]")
    page.wait_for_url(imported.live.url(imported.name, href))
    second.fill("[name=next_step]", "From the second tab")
    second.click(".save-bar button[type=submit]")
    second.wait_for_selector("#conflict")
    assert second.input_value("[name=next_step]") == "From the second tab"
    assert "From the first tab" in second.inner_text("#conflict")
    second.click(".save-bar button[type=submit]")
    second.wait_for_url(imported.live.url(imported.name, href))
    assert "From the second tab" in second.inner_text("main")
    second.close()


def test_a_task_with_a_due_date_shows_on_the_record_and_at_home(imported: Desk) -> None:
    page = imported.open("/accounts/")
    page.locator("tbody a[href^='/accounts/']").first.click()
    page.wait_for_selector(".composer")
    page.locator(".composer label", has_text="Task").click()
    page.fill("#compose-name", "Send the contract")
    page.fill("#compose-due", "2027-01-15T10:30")
    page.locator(".composer button[type=submit]").click()
    page.wait_for_selector("text=Send the contract")
    assert "Send the contract" in imported.open("/").inner_text("main")


def test_search_finds_two_characters_and_half_an_address(imported: Desk) -> None:
    page = imported.open("/contacts/new/")
    page.fill("[name=name]", "王伟")
    page.fill("[name=email]", "wei.wang@chenxing.example")
    page.click(".save-bar button[type=submit]")
    page.wait_for_selector(".composer")
    for q in ("王伟", "ang@chenxing"):
        assert "王伟" in imported.open(f"/search/?q={q}").inner_text("main")
    page.keyboard.press("Control+k")
    page.keyboard.type("王伟")
    page.locator("[role=option]", has_text="王伟").first.wait_for()


def test_a_record_goes_to_the_recycle_bin_and_comes_back(imported: Desk) -> None:
    page = imported.open("/contacts/?q=王伟")
    page.locator("tbody a", has_text="王伟").first.click()
    page.wait_for_selector(".composer")
    href = page.url
    page.goto(f"{href}delete/")
    page.locator("main .panel form button[type=submit]:visible").first.click()
    page.wait_for_url(re.compile("/contacts/"))
    assert page.goto(href).status == 404
    page = imported.open("/contacts/recycle-bin/")
    assert "王伟" in page.inner_text("main")
    page.get_by_role("button", name=re.compile("Restore")).first.click()
    page.wait_for_load_state()
    assert page.goto(href).status == 200


def test_the_export_holds_what_one_sees(imported: Desk, files: Book) -> None:
    page = imported.open("/deals/?status=won")
    with page.expect_download() as download:
        page.evaluate("location.href = '/deals/export/?status=won'")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    won = sum(row["deal_stage"] == "Won" for row in files.rows)
    assert len(rows) - 1 == won


def test_no_script_failed_and_nothing_was_blocked(imported: Desk) -> None:
    assert imported.errors == []
