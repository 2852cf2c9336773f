"""What workspaces are told, when, and what happens when they cannot be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from billing import clock, push
from billing.accounts import account_of
from billing.models import BillingAccount, Comp, Entry
from tenants.context import use_control, use_tenant
from tenants.models import Tenant
from tests.billing.test_planning import let_go

WRITER = "app.access.limits.receive"


def broken_for(*schemas: str):
    """A writer that fails in these workspaces."""
    from app.access.limits import receive
    from tenants.context import current

    def write(standing) -> None:
        if current().schema in schemas:
            raise OperationalError("the database does not answer")
        receive(standing)

    return write


def test_a_new_workspace_is_told_of_its_trial_and_then_left_alone(shop) -> None:
    shop.push()
    limits = shop.limits()
    assert (limits.state, limits.plan, limits.seats) == ("trial", "business", None)
    account = shop.account
    assert account.pushed["state"] == "trial"
    assert account.next_look_at == account.trial_ends_at
    assert push.push_due() == 0


def test_workspaces_without_an_account_get_one(two, stripe_world) -> None:
    """Kept data: they were there before there was money."""
    with use_control():
        BillingAccount.objects.all().delete()
        assert push.open_missing() == 2
        assert push.open_missing() == 0
        account = account_of(two[0].id)
        assert account.trial_ends_at > clock.now() + timedelta(days=13)
        assert account.company == Tenant.objects.get(pk=two[0].id).company


def test_a_trial_of_few_people_becomes_free_and_one_of_many_is_read_only(shop, other_shop) -> None:
    """Failure 25: seats are counted when the trial ends, in the workspace."""
    let_go(shop, keep=3)
    shop.push()
    shop.world.advance(days=14, seconds=60)
    shop.push()
    assert (shop.limits().state, shop.limits().plan, shop.limits().seats) == ("active", "free", 3)
    assert (other_shop.limits().state, other_shop.limits().cause) == ("restricted", "trial_over")
    assert Entry.objects.filter(what="free.began").count() == 1
    assert other_shop.account.free_since is None


def test_open_invitations_count_at_the_end_of_a_trial(shop, alice) -> None:
    """Failure 25: a seat that is kept for somebody is used."""
    from app.access.invitations import Invitation

    let_go(shop, keep=3)
    with use_tenant(shop.ref):
        Invitation.objects.create(
            email="new@acme.example",
            role="sales",
            invited_by=alice,
            expires_at=timezone.now() + timedelta(days=30),
        )
    shop.world.advance(days=14, seconds=60)
    shop.push()
    assert shop.limits().state == "restricted"


def test_a_workspace_that_is_down_blocks_nobody_and_is_told_later(
    shop, other_shop, settings, monkeypatch
) -> None:
    monkeypatch.setattr("app.access.limits.broken", broken_for("t_1"), raising=False)
    settings.LIMITS_WRITER = "app.access.limits.broken"
    # As if it lived in another cell: of one that is down only the first is asked.
    shop.push()
    assert (shop.account.pushed, other_shop.account.pushed) == ({}, {})
    assert "OperationalError" in shop.account.push_error
    BillingAccount.objects.filter(pk=shop.account.pk).update(
        next_look_at=timezone.now() + timedelta(minutes=1)
    )
    shop.push()
    assert other_shop.account.pushed["state"] == "trial"
    settings.LIMITS_WRITER = WRITER
    push.look_again(shop.account.pk)
    shop.push()
    assert shop.account.pushed["state"] == "trial"
    assert shop.account.push_error == ""


def test_a_fault_of_one_workspace_alone_does_not_stop_the_others(
    shop, other_shop, settings, monkeypatch
) -> None:
    def write(standing) -> None:
        from tenants.context import current

        if current().schema == "t_1":
            raise ValueError("something odd")
        broken_for()(standing)

    monkeypatch.setattr("app.access.limits.odd", write, raising=False)
    settings.LIMITS_WRITER = "app.access.limits.odd"
    shop.push()
    assert other_shop.account.pushed["state"] == "trial"
    assert "ValueError" in shop.account.push_error
    assert shop.account.next_look_at > timezone.now()


def test_a_first_decline_locks_nobody_out_and_fourteen_days_do(shop) -> None:
    """Failures 13, 14 and 15: grace runs from the first refusal, whatever comes after."""
    shop.subscribe(seats=6)
    shop.world.card(shop.customer, "generic_decline")
    shop.world.advance(to=int(shop.live.period_end.timestamp()) + 2 * 3600)
    shop.sync()
    shop.push()
    assert (shop.limits().state, shop.limits().seats) == ("grace", 6)
    since = shop.live.past_due_since
    assert since is not None
    for _retry in range(3):
        shop.world.advance(days=3)
        shop.sync()
        assert shop.live.past_due_since == since, "a retry does not begin it anew"
        shop.push()
        assert shop.limits().state == "grace"
    shop.world.advance(to=int((since + timedelta(days=14)).timestamp()) + 60)
    shop.push()
    assert shop.limits().state == "restricted"


def test_who_pays_in_grace_goes_on(shop) -> None:
    """Failure 13: most declines recover."""
    shop.subscribe(seats=6)
    shop.world.card(shop.customer, "generic_decline")
    shop.world.advance(to=int(shop.live.period_end.timestamp()) + 2 * 3600)
    shop.sync()
    shop.push()
    shop.world.card(shop.customer, None)
    shop.world.api.v1.invoices.pay(shop.invoices()[0].id)
    shop.sync()
    shop.push()
    assert (shop.limits().state, shop.live.past_due_since) == ("active", None)


def test_nothing_is_taken_away_while_the_provider_is_down(shop) -> None:
    """An outage changes nothing."""
    shop.subscribe(seats=6)
    shop.push()
    shop.world.fault("refuse", times=1000)
    with use_control():
        push.look_at_all()
    shop.push()
    assert (shop.limits().state, shop.limits().seats) == ("active", 6)


def test_a_gift_and_a_suspension_reach_the_workspace(shop) -> None:
    account = shop.account
    Comp.objects.create(account=account, plan="enterprise", seats=77, reason="contract", by="Oscar")
    push.look_again(account.pk)
    shop.push()
    assert (shop.limits().plan, shop.limits().seats) == ("enterprise", 77)
    BillingAccount.objects.filter(pk=account.pk).update(suspension="abuse")
    push.look_again(account.pk)
    shop.push()
    assert shop.limits().state == "suspended"


@pytest.mark.parametrize("status", ["provisioning", "closed"])
def test_a_workspace_that_is_not_there_is_not_asked(shop, status) -> None:
    Tenant.objects.filter(pk=shop.ref.id).update(status=status)
    shop.push()
    assert shop.account.pushed == {}


def test_who_never_pays_ends_read_only_and_then_closed(shop) -> None:
    """Failure 14: access does not outlive the money."""
    shop.subscribe(seats=6)
    shop.world.card(shop.customer, "generic_decline")
    shop.world.advance(to=int(shop.live.period_end.timestamp()) + 2 * 3600)
    for _week in range(5):
        shop.world.advance(days=7)
        shop.sync()
        shop.push()
    assert shop.limits().state == "restricted"
    assert not shop.account.subscriptions.filter(is_current=True).exists(), "it was ended there"
    shop.world.advance(days=31)
    shop.push()
    assert shop.limits().state == "closed"
