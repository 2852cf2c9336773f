"""The operators' console in a browser: axe on every page, and support access from both sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from app.website.operators import Newcomer, add_operator
from billing.accounts import account_of
from billing.models import BillingAccount, Command, DriftReport, Invoice, Subscription
from tenants.context import use_control, use_tenant
from tenants.models import Notice
from tenants.operating import FailedJob, OperatorAct, WorkspaceFacts
from tests import planes
from tests.e2e.test_accessible_pages import LOOKS, WIDE, faults
from tests.seeding import PASSWORD

COMPANY = "console-axe"
OPERATOR = "ann@ops.example"


@pytest.fixture(scope="module")
def fleet(live: Any) -> Any:
    """An operator, and a company with something on each page."""
    with planes.using(live.pair):
        ref = planes.open_seeded("Nordwind", COMPANY, "Alice Alder")
        add_operator(Newcomer(OPERATOR, PASSWORD, "Ann Ash"))
        with use_tenant(ref), use_control():
            _furnish(ref)
    return ref


def _furnish(ref: Any) -> None:
    now, account = timezone.now(), account_of(ref.id)
    history = [[f"2026-01-{day:02}", day, day * 90, day * 1000] for day in range(1, 29)]
    counted = {"people": 5, "records": 2520, "is_estimate": True, "history": history}
    WorkspaceFacts.objects.update_or_create(
        tenant_id=ref.id, defaults=counted | {"counted_at": now, "last_activity_at": now}
    )
    BillingAccount.objects.filter(pk=account.pk).update(
        needs_attention="Two live subscriptions", customer="cus_axe", next_look_at=None,
        pushed={"state": "grace", "plan": "team", "seats": 10},
    )  # fmt: skip
    Subscription.objects.create(
        account=account, stripe_id="sub_axe", is_current=True, status="past_due", item="si",
        plan="team", interval="month", currency="EUR", unit_amount=1500, seats=10,
        period_start=now, period_end=now + timedelta(days=30), started_at=now, synced_at=now,
        past_due_since=now,
    )  # fmt: skip
    Invoice.objects.create(
        account=account, stripe_id="in_axe", number="A-1", status="open", currency="EUR",
        total=15000, amount_due=15000, created_at=now, synced_at=now, attempts=1,
    )  # fmt: skip
    Command.objects.create(account=account, kind="buy", state="lost", error="Nobody knows.")
    OperatorAct.objects.create(
        tenant_id=ref.id, company="Nordwind", what="workspace.note", reason="Called", by="Ann Ash"
    )
    FailedJob.objects.create(
        cell="elsewhere", number=1, task="records.purge", failed_at=now, error="KeyError"
    )
    DriftReport.objects.create(
        is_complete=True,
        differences=[{"account": account.pk, "what": "seats", "ours": 5, "theirs": 8}],
    )
    Notice.objects.create(
        text="Back at nine", text_zh="九点恢复", starts_at=now, ends_at=now + timedelta(days=1)
    )


def signed_in(chrome: Any, live: Any, host: str, email: str, **more: Any) -> Any:
    page = chrome.new_context(viewport=WIDE, **more).new_page()
    page.goto(live.url(host, "/login/"))
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(live.url(host, "/"))
    return page


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_no_page_of_the_console_has_a_fault_that_axe_knows(chrome, live, fleet, theme, size):
    look = {"color_scheme": theme, "reduced_motion": "reduce", "bypass_csp": True}
    page = signed_in(chrome, live, "ops", OPERATOR, **look)
    page.set_viewport_size(size)
    found = {}
    for path in (
        "/console/",
        "/console/workspaces/",
        "/console/workspaces/?q=nothing-at-all",
        f"/console/workspaces/{fleet.id}/",
        "/console/support/",
        "/console/jobs/",
        "/console/drift/",
        "/console/notices/",
        "/console/trail/",
    ):
        assert page.goto(live.url("ops", path)).status == 200, path
        page.wait_for_load_state("networkidle")
        for details in page.locator(".acts details").all():
            details.evaluate("one => { one.open = true }")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        if problems := faults(page) + (["it is wider than the screen"] if wide else []):
            found[path] = problems
    page.context.close()
    assert found == {}


def test_support_is_refused_then_let_in_then_put_out(chrome, live, fleet):
    desk = signed_in(chrome, live, "ops", OPERATOR)
    owner = signed_in(chrome, live, COMPANY, f"alice@{COMPANY}.example", bypass_csp=True)
    ask(desk, live, fleet)
    answer(owner, live, "refuse")
    desk.goto(live.url("ops", "/console/support/"))
    assert desk.get_by_role("button", name="Go in").count() == 0
    ask(desk, live, fleet)
    owner.goto(live.url(COMPANY, "/settings/support/"))
    assert faults(owner) == []
    answer(owner, live, "grant")
    assert faults(owner) == []
    desk.goto(live.url("ops", "/console/support/"))
    desk.get_by_role("button", name="Go in").first.click()
    desk.wait_for_url(live.url(COMPANY, "/"))
    assert "as support, looking only" in desk.locator(".support-strip").inner_text()
    desk.goto(live.url(COMPANY, "/accounts/"))
    assert "/accounts/" in desk.url
    answer(owner, live, "end")
    desk.goto(live.url(COMPANY, "/accounts/"))
    assert "/login/" in desk.url
    for page in (desk, owner):
        page.context.close()


def ask(desk: Any, live: Any, fleet: Any) -> None:
    desk.goto(live.url("ops", f"/console/workspaces/{fleet.id}/"))
    desk.fill("#ask-support [name=reason]", "The import of Tuesday")
    desk.click("#ask-support button[type=submit]")
    desk.wait_for_load_state()


def answer(owner: Any, live: Any, act: str) -> None:
    owner.goto(live.url(COMPANY, "/settings/support/"))
    owner.locator(f"button[name=act][value={act}]").first.click()
    owner.wait_for_load_state()


def test_a_workspace_is_suspended_and_goes_on(chrome, live, fleet):
    desk = signed_in(chrome, live, "ops", OPERATOR)
    owner = signed_in(chrome, live, COMPANY, f"alice@{COMPANY}.example")
    do(desk, live, fleet, "suspend")
    owner.goto(live.url(COMPANY, "/accounts/"))
    assert "/login/" in owner.url
    do(desk, live, fleet, "resume")
    owner.goto(live.url(COMPANY, "/accounts/"))
    assert "/login/" not in owner.url
    for page in (desk, owner):
        page.context.close()


def do(desk: Any, live: Any, fleet: Any, act: str) -> None:
    desk.goto(live.url("ops", f"/console/workspaces/{fleet.id}/"))
    form = desk.locator(f"form:has(input[name=act][value={act}])")
    form.evaluate("one => { one.closest('details').open = true }")
    form.locator("[name=reason]").fill("Asked for by mail")
    form.locator("button[type=submit]").click()
    desk.wait_for_load_state()
