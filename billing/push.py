"""Tell each workspace how it stands: again until it has heard it, and whenever that changes."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from billing import clock
from billing.accounts import mirror_of, open_account
from billing.catalogue import BY_SLUG, FREE
from billing.errors import Refused
from billing.models import BillingAccount, Entry
from billing.standing import Cause, Standing, State, changes_at, standing
from billing.sync import CONTROL
from tenants.context import Ref, use_tenant
from tenants.models import Tenant
from tenants.router import own_cell
from tenants.routing import ref_of

logger = logging.getLogger(__name__)
#: A workspace that could not be told is tried again after so long.
AGAIN = timedelta(seconds=20)
REACHABLE = (Tenant.Status.ACTIVE, Tenant.Status.SUSPENDED)


def open_missing() -> int:
    """Accounts for workspaces that were there before there was money."""
    rows = Tenant.objects.filter(billing=None, status__in=REACHABLE)
    found = list(rows[:500])
    for tenant in found:
        open_account(tenant)
    return len(found)


def push_due(*, limit: int = 200) -> int:
    """Tell those of our cell who are due; returns how many were told.

    A database that is down is asked once a round, however many workspaces it holds.
    """
    told, down, tried = 0, set[str](), set[int]()
    while len(tried) < limit:
        account_id = _next_due(tried, down)
        if account_id is None:
            break
        tried.add(account_id)
        told += _push(account_id, down)
    return told


def _next_due(tried: set[int], down: set[str]) -> int | None:
    moved = Q(next_look_at__lte=Now()) | Q(next_look_at__lte=clock.now())
    rows = BillingAccount.objects.filter(moved, tenant__status__in=REACHABLE)
    rows = rows.filter(tenant__cell=own_cell())
    rows = rows.exclude(pk__in=tried).exclude(tenant__cell__in=down)
    return rows.order_by("next_look_at").values_list("pk", flat=True).first()


def _push(account_id: int, down: set[str]) -> bool:
    """Under the account's lock, so that nothing older is told after something newer."""
    with transaction.atomic(using=CONTROL):
        rows = BillingAccount.objects.select_for_update(skip_locked=True, of=("self",))
        account = rows.select_related("tenant").filter(pk=account_id).first()
        if account is None or account.tenant is None:
            return False
        try:
            tell(account, ref_of(account.tenant))
        except Exception as error:
            logger.exception("workspace %s could not be told how it stands", account.tenant_id)
            if isinstance(error, DatabaseError):
                down.add(account.tenant.cell_id)
            _again(account, error)
            return False
    return True


def tell(account: BillingAccount, ref: Ref) -> Standing:
    """Compute how it stands, write it into the workspace, and note when to look again."""
    end_trial(account, ref)
    now, mirror = clock.now(), mirror_of(account)
    told = standing(mirror, now)
    with use_tenant(ref), transaction.atomic(using=ref.cell):
        _writer()(told)
    account.pushed, account.push_error = plain(told), ""
    account.next_look_at = changes_at(mirror, now)
    account.save(update_fields=["pushed", "push_error", "next_look_at", "free_since"])
    return told


def end_trial(account: BillingAccount, ref: Ref) -> None:
    """A trial that ends with few people becomes Free by itself."""
    found = standing(mirror_of(account), clock.now())
    if found.cause != Cause.TRIAL_OVER or found.state != State.RESTRICTED:
        return
    most = BY_SLUG[FREE].max_seats or 0
    used = used_seats(ref)
    if used <= most:
        make_free(account, by="the end of the trial", used=used)


def make_free(account: BillingAccount, *, by: str, used: int) -> None:
    """From now on without paying; the caller holds the account's row and has looked."""
    account.free_since = clock.now()
    account.save(update_fields=["free_since"])
    Entry.objects.create(account=account, what="free.began", after={"used": used}, by=by)


def used_seats(ref: Ref) -> int:
    """People and open invitations, as the workspace counts them."""
    with use_tenant(ref):
        used: int = import_string(settings.SEATS_COUNTER)()
        return used


def lower_seats(account: BillingAccount, ref: Ref, seats: int) -> None:
    """Lower the limit before the provider hears of it, under the lock of whoever takes a seat.

    Raises Refused when more are used; then nothing was changed.
    """
    told = standing(mirror_of(account), clock.now())
    least = seats if told.seats is None else min(seats, told.seats)
    with use_tenant(ref), transaction.atomic(using=ref.cell):
        _writer()(replace(told, seats=least))
        used = used_seats(ref)
        if used > least:
            raise Refused("below_used", used=used)


def look_again(account_id: int) -> None:
    """Something that decides about the account was changed: tell its workspace soon."""
    BillingAccount.objects.filter(pk=account_id).update(next_look_at=Now())


def look_at_all() -> int:
    """Tell everybody once more."""
    rows = BillingAccount.objects.filter(tenant__status__in=REACHABLE)
    return rows.update(next_look_at=Now())


def plain(told: Standing) -> dict[str, Any]:
    """As it is kept: what was told last."""
    values = asdict(told)
    until = told.until.isoformat() if told.until else None
    return values | {"state": told.state.value, "cause": told.cause.value, "until": until}


def _again(account: BillingAccount, error: Exception) -> None:
    BillingAccount.objects.filter(pk=account.pk).update(
        push_error=f"{type(error).__name__}: {error}"[:500], next_look_at=Now() + AGAIN
    )


def _writer() -> Any:
    return import_string(settings.LIMITS_WRITER)
