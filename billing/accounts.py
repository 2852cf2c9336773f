"""The account of a workspace, and what decides how it stands. In the control plane's scope."""

from __future__ import annotations

from datetime import timedelta

from billing import clock
from billing.models import BillingAccount, Comp, Subscription
from billing.standing import TRIAL_DAYS, Given, Mirror, Paid, Standing, standing
from tenants.models import Tenant


def account_of(tenant_id: int) -> BillingAccount:
    """The account of the workspace; one that has none yet begins its trial now."""
    found = BillingAccount.objects.select_related("tenant").filter(tenant_id=tenant_id).first()
    return found or open_account(Tenant.objects.get(pk=tenant_id))


def open_account(tenant: Tenant, *, wish: str = "") -> BillingAccount:
    """Begin the trial of a new workspace; again, nothing happens."""
    account, _new = BillingAccount.objects.get_or_create(
        tenant=tenant,
        defaults={
            "company": tenant.company,
            "wish": wish or tenant.plan,
            "trial_ends_at": clock.now() + timedelta(days=TRIAL_DAYS),
        },
    )
    return account


def mirror_of(account: BillingAccount) -> Mirror:
    """Everything that decides how the company stands, read now."""
    tenant = account.tenant
    return Mirror(
        trial_ends_at=account.trial_ends_at,
        is_free=account.free_since is not None,
        is_operator=tenant is not None and tenant.is_operator,
        is_removed=tenant is None or tenant.status == Tenant.Status.CLOSED,
        suspension=account.suspension,
        given=_given(account),
        paid=_paid(account),
    )


def standing_of(account: BillingAccount) -> Standing:
    """How the company stands at this moment."""
    return standing(mirror_of(account), clock.now())


def current_subscription(account: BillingAccount) -> Subscription | None:
    """The subscription that decides: the live one, else the last that ended."""
    rows = Subscription.objects.filter(account=account)
    return rows.filter(is_current=True).first() or rows.order_by("-started_at", "-pk").first()


def _given(account: BillingAccount) -> Given | None:
    comp = Comp.objects.filter(account=account, ended_at=None).first()
    return Given(comp.plan, comp.seats, comp.until) if comp else None


def _paid(account: BillingAccount) -> Paid | None:
    row = current_subscription(account)
    if row is None:
        return None
    return Paid(
        status=row.status,
        plan=row.plan,
        seats=row.seats,
        period_end=row.period_end,
        seats_then=row.then_seats,
        past_due_since=row.past_due_since,
        cancel_at=row.cancel_at,
        ended_at=row.ended_at,
    )
