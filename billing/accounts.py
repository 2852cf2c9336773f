"""The account of a workspace, and what decides how it stands. In the control plane's scope."""

from __future__ import annotations

from datetime import timedelta

from billing import clock
from billing.models import BillingAccount, Command, Comp, Subscription
from billing.reading import NEVER_PAID
from billing.standing import TRIAL_DAYS, Given, Mirror, Paid, Standing, standing
from tenants.models import Tenant

#: The command that makes something smaller at the renewal.
PLAN_CHANGE = "plan_change"


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
    rows = Subscription.objects.filter(account=account).exclude(status__in=NEVER_PAID)
    return rows.order_by("-is_current", "-started_at", "-pk").first()


def planned_seats(account: BillingAccount, row: Subscription) -> int | None:
    """What a planned change leaves, also one that is still on its way to the provider."""
    open_or_lost = (Command.State.WAITING, Command.State.SENT, Command.State.LOST)
    asked = Command.objects.filter(account=account, kind=PLAN_CHANGE, state__in=open_or_lost)
    seats = [args["seats"] for args in asked.values_list("args", flat=True)]
    return min([*seats, *([] if row.then_seats is None else [row.then_seats])], default=None)


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
        seats_then=planned_seats(account, row),
        past_due_since=row.past_due_since,
        cancel_at=row.cancel_at,
        ended_at=row.ended_at,
    )
