"""What an owner sees of money: from the mirror alone, whether the provider answers or not."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from billing.accounts import account_of, current_subscription, standing_of
from billing.errors import sentence
from billing.models import BillingAccount, Command, Comp, Invoice, Subscription
from billing.scope import in_control
from billing.standing import Standing
from billing.sync import sync_account


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the plan page shows."""

    account: BillingAccount
    standing: Standing
    #: The live one, else the last that ended.
    subscription: Subscription | None
    comp: Comp | None
    #: Plan, interval, seats and moment of a change at the renewal.
    planned: Mapping[str, Any] | None
    open_invoice: Invoice | None
    card: Mapping[str, Any]
    details: Mapping[str, Any]
    #: Open ones, and the last that ended, newest first.
    commands: list[Command] = field(default_factory=list)


@in_control
def pay_url(tenant_id: int) -> str | None:
    """The provider's page of the oldest open invoice."""
    found = _open_invoice(account_of(tenant_id))
    return found.hosted_url or None if found else None


@in_control
def command(tenant_id: int, uuid: uuids.UUID | str) -> Command | None:
    """A command of this workspace; nobody else's."""
    try:
        key = uuids.UUID(str(uuid))
    except ValueError:
        return None
    return Command.objects.filter(pk=key, account=account_of(tenant_id)).first()


@in_control
def invoices(tenant_id: int) -> list[Invoice]:
    """The invoices of this workspace, newest first; drafts are no invoices yet."""
    rows = Invoice.objects.filter(account=account_of(tenant_id)).exclude(status="draft")
    return list(rows.order_by("-created_at", "-pk"))


@in_control
def refresh(tenant_id: int) -> None:
    """Look at the provider now: after a return from its pages, before its message has come."""
    sync_account(account_of(tenant_id), by="a return from the payment page")


@in_control
def overview(tenant_id: int) -> Overview:
    """All that the plan page shows, from the mirror alone."""
    account = account_of(tenant_id)
    row = current_subscription(account)
    details = dict(account.details)
    return Overview(
        account=account,
        standing=standing_of(account),
        subscription=row,
        comp=Comp.objects.filter(account=account, ended_at=None).first(),
        planned=_planned(row),
        open_invoice=_open_invoice(account),
        card=details.pop("card", {}),
        details=details,
        commands=list(Command.objects.filter(account=account).order_by("-created_at")[:10]),
    )


def why(asked: Command) -> str:
    """Why a command was refused, or what it waits for, in the reader's language; else empty."""
    code = asked.result.get("code")
    return sentence(code, asked.result.get("values")) if code else ""


def _planned(row: Subscription | None) -> Mapping[str, Any] | None:
    if row is None or row.then_at is None:
        return None
    return {
        "plan": row.then_plan,
        "interval": row.then_interval,
        "seats": row.then_seats,
        "at": row.then_at,
    }


def _open_invoice(account: BillingAccount) -> Invoice | None:
    """The oldest; what a subscription left behind that is over comes last, it holds nothing up."""
    current = Subscription.objects.filter(stripe_id=OuterRef("subscription"), is_current=True)
    rows = Invoice.objects.filter(account=account, status="open")
    return rows.order_by(Exists(current).desc(), "created_at").first()
