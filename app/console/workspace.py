"""One workspace: what the operators know of it and may do with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.console import support
from app.console.acts import ACTS, ActForm
from app.console.gate import operators_look
from app.console.pages import page, words_of_causes
from billing.accounts import account_of, current_subscription, standing_of
from billing.models import BillingAccount, Command, Comp, Entry, Event, Invoice
from billing.operators import seal_of
from billing.revenue import monthly
from tenants.models import FleetState, Removal, Tenant
from tenants.operating import FailedJob, OperatorAct, SupportAccess
from tenants.routing import workspace_url
from tenants.schemas import migration_hash

LATEST = 20
Wrong = tuple[str, ActForm] | None


@csp_update(support.TO_WORKSPACES)
@operators_look
@require_GET
def workspace(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page of a workspace."""
    return workspace_page(request, get_object_or_404(Tenant, pk=pk, is_operator=False))


def workspace_page(
    request: SignedInRequest,
    tenant: Tenant,
    *,
    ask_form: support.AskForm | None = None,
    wrong: Wrong = None,
    status: int = 200,
) -> HttpResponse:
    """Drawn; with a form that was refused, it comes back with what was typed."""
    account = account_of(tenant.pk)
    state = FleetState.objects.filter(pk=tenant.schema_name).first()
    return page(
        request,
        "workspace",
        status=status,
        tenant=tenant,
        address=workspace_url(tenant.subdomain),
        facts=getattr(tenant, "facts", None),
        fleet_state=state,
        is_behind=state is not None and state.migration_hash != migration_hash(),
        removal=Removal.objects.filter(pk=tenant.schema_name).first(),
        jobs=FailedJob.objects.filter(schema_name=tenant.schema_name, gone_at=None).count(),
        accesses=SupportAccess.objects.filter(tenant=tenant).order_by("-asked_at")[:LATEST],
        acts=OperatorAct.objects.filter(tenant=tenant).order_by("-at", "-pk")[:LATEST],
        ask_form=ask_form or support.AskForm(),
        **money_of(account),
        **_acts_of(tenant, account, wrong),
        **support.frame(),
    )


def money_of(account: BillingAccount) -> dict[str, Any]:
    """What is known of its money, from the mirror alone."""
    subscription, standing = current_subscription(account), standing_of(account)
    events = Event.objects.filter(customer=account.customer) if account.customer else None
    return {
        "account": account,
        "standing": standing,
        "cause": words_of_causes()[standing.cause],
        "subscription": subscription,
        "revenue": monthly([subscription] if subscription and subscription.is_current else []),
        "comp": Comp.objects.filter(account=account, ended_at=None).first(),
        "invoices": Invoice.objects.filter(account=account).order_by("-created_at")[:LATEST],
        "commands": Command.objects.filter(account=account).order_by("-created_at")[:LATEST],
        "events": events.order_by("-happened_at")[:LATEST] if events is not None else [],
        "entries": Entry.objects.filter(account=account).order_by("-at", "-pk")[:LATEST],
    }


def _acts_of(tenant: Tenant, account: BillingAccount, wrong: Wrong) -> dict[str, Any]:
    return {
        "seal": seal_of(account),
        "possible": list(_possible(account, wrong)) if _is_open(tenant) else [],
        "reason_form": ActForm(auto_id="reason-%s"),
    }


def _is_open(tenant: Tenant) -> bool:
    return bool(tenant.status == Tenant.Status.ACTIVE)


def _possible(account: BillingAccount, wrong: Wrong) -> Iterator[tuple[str, Any, ActForm, bool]]:
    """The acts that make sense now: name, act, its form, whether it stands open."""
    has_comp = Comp.objects.filter(account=account, ended_at=None).exists()
    for name, one in ACTS.items():
        is_wrong = wrong is not None and wrong[0] == name
        if is_wrong and wrong is not None:
            yield name, one, wrong[1], True
        elif one.fits(account, has_comp):
            yield name, one, one.form(), False
