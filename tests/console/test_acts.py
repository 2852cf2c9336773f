"""Acts on a workspace: a reason each, written down, counted at once, safe against stale tabs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from app.access.models import Limits
from billing.accounts import account_of, standing_of
from billing.models import BillingAccount, Command, Comp, DriftReport, Entry, Subscription
from billing.operators import seal_of
from tenants import notices
from tenants.context import use_control, use_tenant
from tenants.models import Notice, Tenant
from tenants.operating import FailedJob, OperatorAct, WorkspaceFacts

WHY = "Asked for by mail on Tuesday."


@pytest.fixture
def desk(operators: Any, browser: Any, mallory: Any) -> Client:
    """The operator's browser at the console."""
    return browser(mallory, ref=operators)


@pytest.fixture
def acme(two: Any) -> BillingAccount:
    """The account of the first workspace, which was told how it stands."""
    from billing.operators import push_now

    with use_control():
        account = account_of(two[0].id)
    push_now(account.pk)
    return account


def act(desk: Client, account: BillingAccount, name: str, **data: Any) -> Any:
    with use_control():
        account.refresh_from_db()
        sent = {"act": name, "reason": WHY, "seal": seal_of(account)} | data
    return desk.post(f"/console/workspaces/{account.tenant_id}/acts/", sent)


def limits(ref: Any) -> Limits:
    with use_tenant(ref):
        return Limits.objects.get()


def in_days(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def noted(what: str) -> list[str]:
    with use_control():
        return list(OperatorAct.objects.filter(what=what).values_list("reason", flat=True))


def entries() -> list[tuple[str, str]]:
    with use_control():
        return list(Entry.objects.values_list("what", "reason"))


def test_abuse_shuts_everybody_out_at_the_next_request_and_going_on_lets_them_in(
    two, desk, acme, browser, alice
):
    member = browser(alice)
    assert member.get("/accounts/").status_code == 200
    assert act(desk, acme, "suspend", kind="abuse").status_code == 302
    assert limits(two[0]).state == "suspended"
    assert member.get("/accounts/").status_code == 302
    assert act(desk, acme, "resume").status_code == 302
    assert limits(two[0]).state == "trial"
    assert member.get("/accounts/").status_code == 200
    assert noted("workspace.suspend") == noted("workspace.resume") == [WHY]
    assert entries() == [("suspended", WHY), ("resumed", WHY)]


def test_debt_leaves_reading_and_paying_open(two, desk, acme, browser, alice):
    member = browser(alice)
    act(desk, acme, "suspend", kind="debt")
    assert limits(two[0]).state == "restricted"
    assert member.get("/accounts/").status_code == 200
    assert member.post("/accounts/new/", {"name": "x"}).status_code == 403


def test_a_trial_is_extended_to_the_end_of_a_later_day(two, desk, acme):
    assert act(desk, acme, "extend", until=in_days(30)).status_code == 302
    with use_control():
        acme.refresh_from_db()
        assert standing_of(acme).state == "trial"
    assert acme.trial_ends_at.date().isoformat() == in_days(30)
    assert limits(two[0]).until == acme.trial_ends_at
    assert entries() == [("trial.extended", WHY)]


@pytest.mark.parametrize("days", [-1, 3, 400])
def test_a_trial_is_not_shortened_nor_endless(desk, acme, days):
    before = acme.trial_ends_at
    assert act(desk, acme, "extend", until=in_days(days)).status_code == 422
    with use_control():
        acme.refresh_from_db()
    assert acme.trial_ends_at == before
    assert entries() == []


def test_a_plan_is_given_and_taken_back(two, desk, acme):
    given = {"plan": "enterprise", "seats": "70", "until": in_days(365)}
    assert act(desk, acme, "give", **given).status_code == 302
    kept = limits(two[0])
    assert (kept.plan, kept.seats, kept.state, kept.cause) == ("enterprise", 70, "active", "comp")
    assert act(desk, acme, "give", **given).status_code == 422
    assert act(desk, acme, "end-gift").status_code == 302
    assert limits(two[0]).state == "trial"
    with use_control():
        assert Comp.objects.get().ended_at is not None
    assert [what for what, _why in entries()] == ["plan.given", "plan.taken_back"]


@pytest.mark.parametrize(
    "wrong",
    [{"plan": "gold"}, {"seats": "0"}, {"seats": "-5"}, {"until": "2020-01-01"}, {"until": "soon"}],
)
def test_nonsense_is_refused_and_nothing_is_given(desk, acme, wrong):
    data = {"plan": "team", "seats": "5", "until": in_days(9)} | wrong
    assert act(desk, acme, "give", **data).status_code == 422
    with use_control():
        assert not Comp.objects.exists()
    assert noted("workspace.give") == []


@pytest.mark.parametrize(
    "name", ["suspend", "resume", "extend", "give", "end-gift", "note", "push"]
)
def test_nothing_is_done_without_a_reason(desk, acme, name):
    data = {"kind": "abuse", "until": in_days(30), "plan": "team"}
    assert act(desk, acme, name, reason=" ", **data).status_code == 422
    assert entries() == []
    with use_control():
        assert not OperatorAct.objects.exists()


def test_a_stale_tab_overwrites_nobody(desk, acme):
    with use_control():
        seen = seal_of(acme)
    act(desk, acme, "suspend", kind="abuse")
    late = act(desk, acme, "give", plan="team", seats="5", seal=seen)
    assert late.status_code == 422
    assert "Somebody changed this meanwhile" in late.content.decode()
    twice = act(desk, acme, "suspend", kind="debt", seal=seen)
    assert twice.status_code == 422
    with use_control():
        acme.refresh_from_db()
    assert acme.suspension == "abuse"


def test_a_workspace_that_cannot_be_told_is_told_later_by_itself(desk, acme, monkeypatch):
    from billing import operators

    def down(_pk: int) -> None:
        raise OSError("no route")

    monkeypatch.setattr(operators, "push_now", down)
    assert act(desk, acme, "suspend", kind="abuse").status_code == 302
    with use_control():
        acme.refresh_from_db()
    assert acme.suspension == "abuse"
    assert acme.next_look_at <= timezone.now() + timedelta(seconds=1)
    assert act(desk, acme, "push").status_code == 422


def test_a_note_and_counting_anew(two, desk, acme):
    assert act(desk, acme, "note").status_code == 302
    assert act(desk, acme, "count").status_code == 302
    page = desk.get(f"/console/workspaces/{two[0].id}/").content.decode()
    assert WHY in page


def test_what_needed_attention_is_settled(desk, acme):
    with use_control():
        BillingAccount.objects.filter(pk=acme.pk).update(needs_attention="Two live subscriptions")
    assert "Two live subscriptions" in desk.get("/console/").content.decode()
    act(desk, acme, "settle")
    assert "Two live subscriptions" not in desk.get("/console/").content.decode()


def command(account: BillingAccount, state: str) -> Command:
    with use_control():
        return Command.objects.create(account=account, kind="cancel", state=state)


def test_a_lost_command_is_said_again_or_given_up(desk, acme):
    again, given_up = command(acme, "lost"), command(acme, "lost")
    page = desk.get(f"/console/workspaces/{acme.tenant_id}/").content.decode()
    assert f"/console/commands/{again.pk}/" in page
    desk.post(f"/console/commands/{again.pk}/", {"act": "again", "reason": WHY})
    desk.post(f"/console/commands/{given_up.pk}/", {"act": "give-up", "reason": WHY})
    with use_control():
        again.refresh_from_db()
        given_up.refresh_from_db()
    assert (again.state, again.key_number) == ("waiting", 2)
    assert given_up.state == "refused"
    assert noted("command.again") == noted("command.give-up") == [WHY]


@pytest.mark.parametrize("state", ["waiting", "sent", "done", "refused"])
def test_no_other_command_is_touched(desk, acme, state):
    other = command(acme, state)
    desk.post(f"/console/commands/{other.pk}/", {"act": "again", "reason": WHY})
    with use_control():
        other.refresh_from_db()
    assert other.state == state
    assert noted("command.again") == []


def test_a_lost_command_needs_a_reason(desk, acme):
    lost = command(acme, "lost")
    desk.post(f"/console/commands/{lost.pk}/", {"act": "again", "reason": ""})
    with use_control():
        lost.refresh_from_db()
    assert lost.state == "lost"


def test_nobody_acts_on_the_operators_own_workspace(desk, operators):
    path = f"/console/workspaces/{operators.id}/acts/"
    assert desk.post(path, {"act": "note", "reason": WHY}).status_code == 404
    assert desk.get(f"/console/workspaces/{operators.id}/").status_code == 404


def test_a_workspace_that_is_closed_is_looked_at_only(two, desk, acme):
    with use_control():
        Tenant.objects.filter(pk=two[0].id).update(status=Tenant.Status.CLOSED)
    assert act(desk, acme, "note").status_code == 404
    page = desk.get(f"/console/workspaces/{two[0].id}/")
    assert page.status_code == 200
    assert "seal" not in page.content.decode()


def failed(number: int, **more: Any) -> FailedJob:
    values = {"task": "records.purge", "schema_name": "t_1", "error": "KeyError", "attempts": 3}
    with use_control():
        return FailedJob.objects.create(
            cell="default", number=number, failed_at=timezone.now(), **(values | more)
        )


def test_failed_jobs_are_shown_and_asked_for_once(desk, acme):
    one, other = failed(11), failed(12)
    page = desk.get("/console/jobs/").content.decode()
    assert "records.purge" in page
    assert "KeyError" in page
    assert desk.post("/console/jobs/", {"job": [one.pk]}).status_code == 422
    for _twice in range(2):
        desk.post("/console/jobs/", {"job": [one.pk, "x", "\x00"], "reason": WHY})
    with use_control():
        one.refresh_from_db()
        other.refresh_from_db()
    assert one.retry_asked_at is not None
    assert other.retry_asked_at is None
    assert noted("jobs.retry") == [WHY]
    assert WHY in desk.get("/console/trail/?q=jobs.retry").content.decode()
    assert WHY not in desk.get("/console/trail/?q=nothing-of-this").content.decode()


def test_drift_is_put_right_once_with_a_reason(desk, acme):
    rows = [{"account": acme.pk, "what": "sub_1.seats", "ours": 5, "theirs": 8}]
    with use_control():
        report = DriftReport.objects.create(is_complete=True, compared=3, differences=rows)
        broken = DriftReport.objects.create(is_complete=False, differences=rows)
    assert "sub_1.seats" in desk.get("/console/drift/").content.decode()
    desk.post(f"/console/drift/{report.pk}/", {"reason": ""})
    desk.post(f"/console/drift/{broken.pk}/", {"reason": WHY})
    assert noted("drift.applied") == []
    for _twice in range(2):
        desk.post(f"/console/drift/{report.pk}/", {"reason": WHY})
    with use_control():
        report.refresh_from_db()
    assert report.applied_at is not None
    assert "mallory@globex.example" in report.applied_by
    assert noted("drift.applied") == [WHY]


@pytest.fixture
def unsaid() -> Any:
    notices.NOTICES.clear()
    yield
    notices.NOTICES.clear()


def test_a_notice_is_shown_first_then_said_then_ended(desk, browser, alice, unsaid):
    said = {
        "kind": "maintenance",
        "level": "warning",
        "text": "Back at nine",
        "text_zh": "九点恢复",
    }
    preview = desk.post("/console/notices/", {"act": "preview", **said}).content.decode()
    assert "Back at nine" in preview
    assert "九点" in preview
    with use_control():
        assert not Notice.objects.exists()
    desk.post("/console/notices/", {"act": "publish", **said})
    assert "Back at nine" in browser(alice).get("/accounts/").content.decode()
    with use_control():
        notice = Notice.objects.get()
    assert (notice.created_by, notice.is_public) == ("Mallory Marsh", False)
    desk.post(f"/console/notices/{notice.pk}/end/")
    assert "Back at nine" not in browser(alice).get("/accounts/").content.decode()


def test_a_notice_ends_after_it_begins(desk, unsaid):
    said = {"kind": "notice", "level": "info", "text": "x", "act": "publish"}
    response = desk.post("/console/notices/", said | {"ends_at": "2020-01-01T00:00"})
    assert response.status_code == 422
    assert "must end after" in response.content.decode()


def test_the_overview_adds_up(two, desk, acme):
    now = timezone.now()
    with use_control():
        WorkspaceFacts.objects.create(tenant_id=two[0].id, counted_at=now, people=1234)
        Subscription.objects.create(
            account=acme, stripe_id="sub_1", is_current=True, status="past_due", item="si_1",
            plan="team", interval="year", currency="EUR", unit_amount=14400, seats=10,
            period_start=now, period_end=now, started_at=now, synced_at=now, past_due_since=now,
        )  # fmt: skip
    page = desk.get("/console/").content.decode()
    assert "1,234" in page
    assert "€120" in page
    assert "Payments that failed" in page
    line = desk.get("/console/workspaces/").content.decode()
    assert "€120" in line


def test_the_fleet_is_found_by_company_address_host_and_somebodys_mail(two, desk, acme):
    from tenants.handoffs import add_login_hint

    with use_control():
        add_login_hint("alice@acme.example", ref=two[0])
    for words in ("ACM", "acme", "http://acme.localhost:8000/deals/", "Alice@Acme.example"):
        assert ">Acme<" in desk.get("/console/workspaces/", {"q": words}).content.decode(), words
    for words in ("globex", "nobody@acme.example", "initech"):
        page = desk.get("/console/workspaces/", {"q": words}).content.decode()
        assert ">Acme<" not in page


def test_the_fleet_is_narrowed_by_state_and_plan(desk, acme):
    assert ">Acme<" in desk.get("/console/workspaces/?state=trial&plan=business").content.decode()
    assert ">Acme<" not in desk.get("/console/workspaces/?state=active").content.decode()
    assert ">Acme<" not in desk.get("/console/workspaces/?plan=team").content.decode()


def test_ten_thousand_workspaces_cost_as_many_queries_as_one(
    desk, acme, django_assert_max_num_queries
):
    with use_control():
        rows = [
            Tenant(
                company=f"Company {n}", subdomain=f"c{n}", schema_name=f"t_{n}", cell_id="default",
                status=Tenant.Status.ACTIVE,
            )
            for n in range(10_000, 20_000)
        ]  # fmt: skip
        made = Tenant.objects.bulk_create(rows)
        now = timezone.now()
        WorkspaceFacts.objects.bulk_create(
            WorkspaceFacts(tenant=one, counted_at=now, last_activity_at=now) for one in made
        )
        BillingAccount.objects.bulk_create(
            BillingAccount(tenant=one, company=one.company, trial_ends_at=now) for one in made
        )
    from django.db import connections

    for path in ("", "?page=150", "?q=company&sort=-activity", "?state=trial&sort=-size"):
        with django_assert_max_num_queries(6, connection=connections["control"]):
            began = timezone.now()
            assert desk.get(f"/console/workspaces/{path}").status_code == 200
            assert timezone.now() - began < timedelta(seconds=5), path


def test_the_address_of_a_command_is_no_number_to_guess(desk, acme):
    assert desk.post(f"/console/commands/{uuid.uuid4()}/", {"act": "again"}).status_code == 404
    assert desk.post("/console/commands/1/", {"act": "again"}).status_code == 404
