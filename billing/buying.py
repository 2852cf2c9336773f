"""What an owner can do about money. Called in the workspace's scope, for that workspace.

What moves money is written down as a Command and done by the biller; only pages of the provider
and prices are asked for while somebody waits. Raises Refused, whose sentence may be shown, and
Unreachable when the provider is down: then nothing has changed.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from billing import checkout, guards, previews
from billing.accounts import PLAN_CHANGE, account_of, standing_of
from billing.catalogue import BY_SLUG, FREE
from billing.channel import wake
from billing.errors import Refused, Unreachable
from billing.models import BillingAccount, Command, Subscription
from billing.people import Details, Person
from billing.previews import Line, Preview
from billing.push import lower_seats, make_free, tell, used_seats
from billing.reading import NOT_LIVE
from billing.scope import in_control, place_of
from billing.standing import State
from billing.sync import CONTROL
from billing.viewing import Overview, command, invoices, overview, pay_url, refresh, why

__all__ = [
    "Details",
    "Line",
    "Overview",
    "Person",
    "Preview",
    "Refused",
    "Unreachable",
    "buy",
    "cancel",
    "change_details",
    "choose_free",
    "command",
    "invoices",
    "keep",
    "open_portal",
    "overview",
    "pay_url",
    "plan_change",
    "preview",
    "refresh",
    "resume",
    "start_checkout",
    "why",
]


@in_control
def start_checkout(
    tenant_id: int,
    *,
    plan: str,
    interval: str,
    currency: str,
    seats: int,
    by: Person,
    back: str,
) -> str:
    """The address of the provider's page where a first subscription is bought."""
    return checkout.open_checkout(
        account_of(tenant_id),
        plan=plan,
        interval=interval,
        currency=currency,
        seats=seats,
        used=used_seats(place_of(tenant_id)),
        by=by,
        back=back,
    )


@in_control
def open_portal(tenant_id: int, *, back: str) -> str:
    """The address of the provider's page for card, address, tax number and invoices."""
    return checkout.open_portal(account_of(tenant_id), back=back)


@in_control
def preview(
    tenant_id: int,
    *,
    plan: str | None = None,
    interval: str | None = None,
    seats: int | None = None,
) -> Preview:
    """What buying this now would cost; what is not named stays."""
    account = account_of(tenant_id)
    guards.check_idle(account)
    used = used_seats(place_of(tenant_id))
    return previews.make_preview(account, used=used, plan=plan, interval=interval, seats=seats)


@in_control
def buy(tenant_id: int, *, signed: str, by: Person) -> Command:
    """Buy exactly what was previewed. The same preview again is the same purchase."""
    with transaction.atomic(using=CONTROL):
        account = _locked(tenant_id)
        once = previews.once_of(signed)
        if known := Command.objects.filter(account=account, once=once).first():
            return known
        args = previews.read_signed(account, signed)
        guards.check_idle(account)
        row = guards.live_row(account)
        guards.check_finished(row)
        if dict(guards.base_of_row(row)) != args["base"]:
            raise Refused("changed_meanwhile")
        return _want(account, "buy", args, by=by, once=once)


@in_control
def plan_change(
    tenant_id: int,
    *,
    plan: str | None = None,
    interval: str | None = None,
    seats: int | None = None,
    by: Person,
) -> Command:
    """Change at the renewal. Fewer seats bind at once: nobody is invited into one that ends."""
    with transaction.atomic(using=CONTROL):
        account = _locked(tenant_id)
        row = _changeable(account)
        now = guards.terms_of_row(row)
        then = guards.wished(now, plan=plan, interval=interval, seats=seats)
        if then == now:
            raise Refused("no_change")
        guards.check_sold(then[0], then[1], row.currency)
        guards.check_seats(then[0], then[2])
        args = {"plan": then[0], "interval": then[1], "seats": then[2]}
        args |= {"base": dict(guards.base_of_row(row))}
        made = _want(account, PLAN_CHANGE, args, by=by)
        lower_seats(account, place_of(tenant_id), then[2])
        return made


@in_control
def keep(tenant_id: int, *, by: Person) -> Command:
    """Forget what was planned for the renewal."""
    with transaction.atomic(using=CONTROL):
        account = _locked(tenant_id)
        guards.check_idle(account)
        if guards.live_row(account).then_at is None:
            raise Refused("no_plan_change")
        return _want(account, "keep", {}, by=by)


@in_control
def cancel(tenant_id: int, *, reason: str, by: Person) -> Command:
    """End with what is paid; until then nothing changes."""
    with transaction.atomic(using=CONTROL):
        account = _locked(tenant_id)
        guards.check_idle(account)
        if guards.live_row(account).cancel_at is not None:
            raise Refused("already_ending")
        return _want(account, "cancel", {"reason": reason}, by=by)


@in_control
def resume(tenant_id: int, *, by: Person) -> Command:
    """Take a cancellation back before the end."""
    with transaction.atomic(using=CONTROL):
        account = _locked(tenant_id)
        guards.check_idle(account)
        if guards.live_row(account).cancel_at is None:
            raise Refused("not_ending")
        return _want(account, "resume", {}, by=by)


@in_control
def choose_free(tenant_id: int, *, used: int, by: Person) -> None:
    """Go on without paying, with few people, after the trial or a subscription has ended."""
    most = BY_SLUG[FREE].max_seats or 0
    with transaction.atomic(using=CONTROL):
        account, ref = _locked(tenant_id), place_of(tenant_id)
        _check_may_be_free(account, most)
        now_used = max(used, used_seats(ref))
        if now_used > most:
            raise Refused("not_free", high=most, used=now_used)
        make_free(account, by=by.name, used=now_used)
        lower_seats(account, ref, most)
        tell(account, ref)


def _check_may_be_free(account: BillingAccount, most: int) -> None:
    row = Subscription.objects.filter(account=account, is_current=True).first()
    if row is not None and row.status not in NOT_LIVE:
        raise Refused("has_subscription")
    now = standing_of(account)
    if now.state == State.TRIAL:
        raise Refused("still_trial", high=most)
    if now.state in (State.SUSPENDED, State.CLOSED) or account.suspension:
        raise Refused("refused")


@in_control
def change_details(tenant_id: int, *, details: Details, by: Person) -> Command:
    """Name, address, mail and tax number on invoices to come."""
    details.check()
    with transaction.atomic(using=CONTROL):
        account = _locked(tenant_id)
        if not account.customer:
            raise Refused("no_customer")
        return _want(account, "change_details", details.plain(), by=by)


def _changeable(account: BillingAccount) -> Subscription:
    guards.check_idle(account)
    row = guards.live_row(account)
    guards.check_finished(row)
    return row


def _locked(tenant_id: int) -> BillingAccount:
    """The account's row, for this transaction: two tabs come one after the other."""
    key = account_of(tenant_id).pk
    return BillingAccount.objects.select_for_update().get(pk=key)


def _want(
    account: BillingAccount, kind: str, args: dict[str, Any], *, by: Person, once: str | None = None
) -> Command:
    made = Command.objects.create(
        account=account, kind=kind, args=args, actor=by.plain(), once=once
    )
    wake()
    return made
