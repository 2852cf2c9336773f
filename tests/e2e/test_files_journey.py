"""Files on a deal in a browser: added, refused, looked at, replaced, deleted, brought back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenants.context import use_tenant
from tests import planes
from tests.documents import contents
from tests.e2e.conftest import PICTURES
from tests.people import person
from tests.records.helpers import make, pipeline
from tests.seeding import PASSWORD

WAIT = 60_000


def file(name: str, kind: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": content}


@pytest.fixture
def page(chrome: Any, live: Any) -> Iterator[Any]:
    """alice at the page of a deal of hers."""
    with planes.using(live.pair):
        ref = planes.ref_at("acme")
        alice = person("alice", ref=ref)
        with use_tenant(ref):
            deal = make("deals", alice, name="Files", stage_id=pipeline(alice)["Won"].pk)
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(live.url("acme", "/login/"))
    page.fill("[name=email]", "alice@acme.example")
    page.fill("[name=password]", PASSWORD)
    page.click("form button[type=submit]:visible")
    page.wait_for_url(live.url("acme"))
    page.goto(live.url("acme", f"/deals/{deal.pk}/"))
    yield page
    context.close()


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"files-{name}.png"))


def line(page: Any, name: str) -> Any:
    return page.locator("#files-list .file", has_text=name).first


def wait_for_picture(page: Any) -> None:
    """Until the picture of the page has come."""
    shown = page.locator(".file-stage img")
    for _attempt in range(300):
        if shown.evaluate("picture => picture.complete && picture.naturalWidth > 100"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no picture came")


def choose(page: Any, name: str, what: str) -> None:
    """An entry of a file's menu."""
    line(page, name).locator("details.menu summary").click()
    line(page, name).locator(".menu-box .item", has_text=what).first.click()


def test_a_file_lives_through_the_panel(page: Any, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    chosen = [
        file("Offer.pdf", "application/pdf", contents.pdf(3)),
        file("合同.png", "image/png", contents.picture()),
        file("setup.pdf", "application/pdf", contents.PROGRAM),
        file("empty.txt", "text/plain", b""),
        file("tool.exe", "application/octet-stream", b"MZ"),
    ]
    page.set_input_files("#files > header [data-files-input]", files=chosen)
    page.wait_for_selector("#files-list .file:has-text('Offer.pdf') button.file-pic")
    page.wait_for_selector("#files-list .file:has-text('合同.png') button.file-pic img")
    line(page, "setup.pdf").get_by_text("The file is a program").wait_for()
    uploads = page.locator("#files-uploads")
    uploads.get_by_text("The file is empty.").wait_for()
    uploads.get_by_text("Files of this kind are not taken").wait_for()
    picture(page, "panel")

    line(page, "Offer.pdf").locator("button.file-pic").click()
    stage = page.locator("dialog.file-preview[open]")
    stage.wait_for()
    wait_for_picture(page)
    page.keyboard.press("ArrowRight")
    assert stage.locator("[data-page]").inner_text() == "2"
    wait_for_picture(page)
    picture(page, "preview")
    page.keyboard.press("Escape")

    with page.expect_download() as begun:
        line(page, "Offer.pdf").locator("a.file-name").click()
    assert begun.value.suggested_filename == "Offer.pdf"
    assert Path(begun.value.path()).read_bytes().startswith(b"%PDF-")

    with page.expect_file_chooser() as chooser:
        choose(page, "Offer.pdf", "Upload a new version")
    chooser.value.set_files([file("Offer.pdf", "application/pdf", contents.pdf(1))])
    line(page, "Offer.pdf").get_by_text("Version 2").wait_for()
    choose(page, "Offer.pdf", "Versions")
    page.locator("#file-versions[open]").wait_for()
    picture(page, "versions")
    page.get_by_role("button", name="Make current").click()
    page.locator("#file-versions").wait_for(state="hidden")
    line(page, "Offer.pdf").get_by_text("Version 2").wait_for(state="detached")

    choose(page, "合同.png", "Rename")
    page.locator("#file-rename [name=name]").fill("合同.exe")
    page.locator("#file-rename button[type=submit]").click()
    page.get_by_text("must go on ending in .png").wait_for()
    page.locator("#file-rename [name=name]").fill("合同 最终.png")
    page.locator("#file-rename button[type=submit]").click()
    line(page, "合同 最终.png").wait_for()

    choose(page, "合同 最终.png", "Delete")
    page.locator(".file-bin > summary").click()
    page.locator(".file-bin details.menu summary").click()
    page.locator(".file-bin .item", has_text="Restore").click()
    page.locator(".file-bin").wait_for(state="detached")
    line(page, "合同 最终.png").wait_for()
    page.locator("[data-forget]").click()
    page.locator("#files-list .file", has_text="setup.pdf").wait_for(state="detached")
    page.reload()
    assert page.locator("#files-count").inner_text() == "2"
    assert not errors
