"""What billing tells the workspace: written once, told once, and what it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from app.access import jobs, plan_news
from app.access.invitations import Invitation
from app.access.inviting import Guest, accept, invite
from app.access.limits import receive, used_seats
from app.access.models import Limits, Role, User, Workspace
from app.access.plan_news import News, remind
from app.access.seats import take_seats
from app.access.tokens import hash_of
from app.records.models import AuditEntry
from billing.catalogue import GB
from billing.standing import Cause, Standing, State
from tests.records.helpers import actor

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
END = NOW + timedelta(days=14)


def stand(state: State, cause: Cause, **more: Any) -> Standing:
    facts = {"plan": "team", "seats": 10, "storage_bytes": 100 * GB, "until": None, **more}
    return Standing(state=state, cause=cause, **facts)


@pytest.fixture
def told(monkeypatch: Any, workspace: Any) -> list[dict[str, Any]]:
    """What was queued for the owners, mail by mail."""
    Workspace.objects.update(email_verified_at=NOW)
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs.tell_of_plan.__class__, "defer", lambda _s, **kw: found.append(kw))
    return found


def news(told: list[dict[str, Any]]) -> list[str]:
    return [one["news"] for one in told]


def test_what_is_told_is_written_and_named_in_the_audit(told):
    receive(stand(State.GRACE, Cause.PAYMENT_FAILED, until=END))
    row = Limits.objects.get()
    assert (row.state, row.plan, row.seats, row.until) == ("grace", "team", 10, END)
    assert (row.cause, row.storage_bytes) == ("payment_failed", 100 * GB)
    trail = AuditEntry.objects.filter(table_name="access_limits")
    assert set(trail.values_list("event", flat=True)) == {"workspace.standing_changed"}


def test_telling_the_same_again_writes_nothing_and_mails_nobody(told):
    receive(stand(State.GRACE, Cause.PAYMENT_FAILED, until=END))
    written, mails = AuditEntry.objects.count(), len(told)
    for _again in range(3):
        receive(stand(State.GRACE, Cause.PAYMENT_FAILED, until=END))
    assert (AuditEntry.objects.count(), len(told)) == (written, mails)


def test_a_mail_goes_with_the_change_or_not_at_all(told, monkeypatch):
    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(plan_news, "_queue", broken)
    with pytest.raises(RuntimeError):
        receive(stand(State.GRACE, Cause.PAYMENT_FAILED, until=END))
    assert Limits.objects.get().state == "active"


def test_a_failed_payment_is_told_once_a_grace_however_often_it_is_retried(told):
    """Failure 15: retries restart nothing and mail nobody again."""
    paid = stand(State.ACTIVE, Cause.PAID)
    failed = stand(State.GRACE, Cause.PAYMENT_FAILED, until=END)
    receive(paid)
    told.clear()
    for _retry in range(4):
        receive(failed)
    assert news(told) == ["payment_failed"]
    receive(paid)
    receive(failed)
    assert news(told) == ["payment_failed", "paid"], "the same grace, seen again"
    receive(paid)
    receive(stand(State.GRACE, Cause.PAYMENT_FAILED, until=END + timedelta(days=30)))
    assert news(told)[-1] == "payment_failed"
    assert news(told).count("payment_failed") == 2


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ((State.TRIAL, Cause.TRIAL), (State.ACTIVE, Cause.FREE), "free"),
        ((State.TRIAL, Cause.TRIAL), (State.RESTRICTED, Cause.TRIAL_OVER), "restricted"),
        ((State.TRIAL, Cause.TRIAL), (State.ACTIVE, Cause.PAID), None),
        ((State.GRACE, Cause.PAYMENT_FAILED), (State.RESTRICTED, Cause.UNPAID), "restricted"),
        ((State.GRACE, Cause.PAYMENT_FAILED), (State.ACTIVE, Cause.PAID), "paid"),
        ((State.RESTRICTED, Cause.UNPAID), (State.ACTIVE, Cause.PAID), "paid"),
        ((State.RESTRICTED, Cause.TRIAL_OVER), (State.TRIAL, Cause.TRIAL), "open_again"),
        ((State.RESTRICTED, Cause.ENDED), (State.ACTIVE, Cause.COMP), "open_again"),
        ((State.SUSPENDED, Cause.ABUSE), (State.ACTIVE, Cause.PAID), "open_again"),
        ((State.ACTIVE, Cause.PAID), (State.SUSPENDED, Cause.ABUSE), "suspended"),
        ((State.ACTIVE, Cause.PAID), (State.RESTRICTED, Cause.DEBT), "restricted"),
        ((State.RESTRICTED, Cause.ENDED), (State.CLOSED, Cause.ENDED), "closed"),
        ((State.ACTIVE, Cause.PAID), (State.CLOSED, Cause.REMOVED), None),
    ],
)
def test_owners_hear_of_what_matters(told, before, after, what):
    receive(stand(*before))
    told.clear()
    receive(stand(*after))
    assert news(told) == ([what] if what else [])


def test_owners_hear_that_the_plan_ends_when_they_cancel_and_not_when_they_come_back(told):
    receive(stand(State.ACTIVE, Cause.PAID))
    told.clear()
    receive(stand(State.ACTIVE, Cause.PAID, until=END))
    receive(stand(State.ACTIVE, Cause.PAID))
    assert news(told) == ["ends"]


def test_every_owner_hears_of_it_and_nobody_else(told, alice, dora):
    User.objects.filter(pk=dora.pk).update(role=Role.OWNER)
    receive(stand(State.GRACE, Cause.PAYMENT_FAILED, until=END))
    assert {one["user_id"] for one in told} == {alice.pk, dora.pk}


@pytest.fixture
def trial(told: Any) -> Any:
    Limits.objects.update(state="trial", cause="trial", until=END)
    return told


def day(number: int) -> datetime:
    """So many days before the end, an hour earlier."""
    return END - timedelta(days=number, hours=1)


def test_the_end_of_a_trial_is_spoken_of_three_times(trial):
    for hours in range(24 * 14):
        remind(NOW + timedelta(hours=hours))
    assert [(one["news"], one["days"]) for one in trial] == [
        ("trial_ends", 7),
        ("trial_ends", 3),
        ("trial_ends", 1),
    ]


def test_a_round_that_runs_twice_says_it_once(trial):
    remind(END - timedelta(days=3))
    remind(END - timedelta(days=3))
    assert len(trial) == 1


def test_missed_rounds_are_not_made_up_for_one_by_one(trial):
    remind(END - timedelta(days=2))
    assert [one["days"] for one in trial] == [2]
    remind(END - timedelta(hours=3))
    remind(END - timedelta(hours=2))
    assert [one["days"] for one in trial] == [2, 1]


def test_nothing_is_said_early_or_after_the_end(trial):
    remind(day(8))
    remind(END)
    remind(END + timedelta(days=1))
    assert trial == []


def test_a_longer_trial_is_spoken_of_anew(trial):
    remind(END - timedelta(days=1))
    receive(stand(State.TRIAL, Cause.TRIAL, until=END + timedelta(days=14)))
    remind(END + timedelta(days=7))
    assert [one["days"] for one in trial] == [1, 7]


def test_a_workspace_of_an_unproven_address_is_not_reminded(trial):
    Workspace.objects.update(email_verified_at=None)
    remind(END - timedelta(days=1))
    assert trial == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("what", list(News))
def test_each_mail_names_the_workspace_and_where_to_go(workspace, alice, language, what):
    User.objects.filter(pk=alice.pk).update(language=language)
    plan_news.mail(alice.pk, news=what, cause="unpaid", until=END.isoformat(), days=3)
    sent = mail.outbox[-1]
    assert sent.to == [alice.email]
    assert "Acme" in sent.subject
    assert "\n" not in sent.subject
    assert "{" not in sent.body
    assert ("您好" in sent.body) is (language == "zh-hans")
    if what not in (News.SUSPENDED, News.CLOSED):
        assert "http://acme.localhost:8000/settings/plan/" in sent.body


def test_somebody_who_is_no_owner_any_more_gets_no_mail(workspace, alice):
    User.objects.filter(pk=alice.pk).update(role=Role.SALES)
    plan_news.mail(alice.pk, news="paid", cause="paid", until="")
    assert mail.outbox == []


def test_seats_in_use_are_people_and_open_invitations(workspace, alice):
    Workspace.objects.update(email_verified_at=NOW)
    assert used_seats() == 5
    invite([Guest("new@acme.example")], by=actor(alice), role=Role.SALES)
    assert used_seats() == 6


def test_a_trial_has_no_end_of_seats(workspace, alice):
    Limits.objects.update(state="trial", seats=None)
    take_seats(1000)


def test_who_is_out_of_seats_reads_what_to_do(workspace, alice, dora):
    Limits.objects.update(seats=5)
    User.objects.filter(pk=dora.pk).update(role=Role.ADMINISTRATOR)
    with pytest.raises(ValidationError, match="Buy more of them under Settings"):
        take_seats(by=actor(alice))
    with pytest.raises(ValidationError, match="Ask Alice Alder for more"):
        take_seats(by=actor(dora))


def test_a_plan_that_became_smaller_locks_nobody_out(workspace, alice, bob):
    Limits.objects.update(seats=3)
    assert actor(alice).seats_over == 2
    assert actor(bob).seats_over == 0, "no business of his"
    with pytest.raises(ValidationError):
        take_seats(by=actor(alice))


def test_nobody_joins_a_read_only_workspace_and_the_link_stays_good(workspace, alice):
    Workspace.objects.update(email_verified_at=NOW)
    [made] = invite([Guest("new@acme.example")], by=actor(alice), role=Role.SALES)
    Invitation.objects.filter(pk=made.pk).update(hash=hash_of("secret"))
    Limits.objects.update(state="restricted")
    with pytest.raises(ValidationError, match="Nobody can join at the moment"):
        accept("secret", name="New", password="a long password")
    Limits.objects.update(state="active")
    assert accept("secret", name="New", password="a long password").can_sign_in
