"""The public site as visitors see it: no fault that axe knows, nothing wider than the screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_accessible_pages import LOOKS, faults

PAGES = (
    "/",
    "/pricing/",
    "/pricing/?currency=CNY&interval=year",
    "/pricing/?staff=1200&sales=300&branches=40&api=1&single_sign_on=1&contract=1",
    "/pricing/?staff=1&sales=2&branches=x",
    "/signup/?plan=team",
    "/find/",
    "/status/",
    "/terms/",
    "/privacy/",
    "/nothing/here/",
)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_no_public_page_has_a_fault_that_axe_knows(chrome, live, theme, size, locale):
    context = chrome.new_context(viewport=size, color_scheme=theme, locale=locale, bypass_csp=True)
    page, found = context.new_page(), {}
    for path in PAGES:
        page.goto(f"{live.public}{path}")
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        if problems := faults(page) + (["it is wider than the screen"] if wide else []):
            found[path] = problems
    context.close()
    assert found == {}


def test_a_visitor_without_scripts_finds_a_plan_and_goes_to_sign_up(chrome: Any, live: Any):
    context = chrome.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live.public}/")
    page.get_by_role("link", name="See the plans").click()
    page.get_by_role("link", name="Yearly").click()
    page.get_by_role("link", name="EUR").click()
    page.get_by_label("People in the company").fill("120")
    page.get_by_label("People who work with customers").fill("40")
    page.get_by_label("Places of business").fill("3")
    page.get_by_role("button", name="Advise us").click()
    advice = page.locator(".advice")
    assert "Business" in advice.inner_text()
    assert "€1,120" in advice.inner_text()  # 40 seats at 28, paid by the year
    assert "currency=EUR" in page.url
    advice.get_by_role("link").click()
    assert page.locator("[name=plan]").input_value() == "business"
    context.close()


def test_questions_open_by_keyboard(chrome: Any, live: Any):
    context = chrome.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{live.public}/pricing/")
    question = page.locator(".questions summary").first
    question.focus()
    page.keyboard.press("Enter")
    assert page.locator(".questions details").first.get_attribute("open") is not None
    context.close()
