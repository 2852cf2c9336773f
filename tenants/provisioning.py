"""A workspace in a moment: schemas are made ahead, a sign-up claims one by writing a row."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from tenants.addresses import connect, connect_owner
from tenants.beats import Pulse
from tenants.context import use_control
from tenants.fleet import bring_stragglers, is_lacking
from tenants.handoffs import forget_old_handoffs
from tenants.metrics import SIGN_UPS
from tenants.models import Cell, Domain, FleetState, ReadySchema, Removal, Tenant
from tenants.router import own_cell
from tenants.routing import HOSTS, workspace_host
from tenants.schemas import ROLES_AT_ONCE, drop_schema, make_roles_through, migration_hash
from tenants.template import ensure_template, replay_for_workspace

logger = logging.getLogger(__name__)
CHANNEL = "provision"
READY = ReadySchema.State.READY
WANTED = ReadySchema.State.WANTED


class SubdomainTaken(Exception):
    """Another company has this address."""


def open_workspace(
    *,
    company: str,
    subdomain: str,
    owner_email: str,
    owner_password: str,
    owner_name: str,
    plan: str = "",
    is_operator: bool = False,
    signup: dict[str, Any] | None = None,
) -> Tenant:
    """Write the workspace's row with a schema claimed or asked for.

    ``owner_password`` is the hash. The workspace is ``provisioning`` until ``activate``;
    raises SubdomainTaken.
    """
    tenant = Tenant(
        company=company,
        subdomain=subdomain,
        owner_email=owner_email,
        owner_password=owner_password,
        owner_name=owner_name,
        plan=plan,
        is_operator=is_operator,
        signup=signup or {},
    )
    try:
        with use_control(), transaction.atomic(using="control"):
            _write_rows(tenant)
    except IntegrityError as error:
        raise SubdomainTaken(subdomain) from error
    return tenant


def _write_rows(tenant: Tenant) -> None:
    ready = claim() or want()
    tenant.cell_id, tenant.schema_name = ready.cell_id, ready.schema_name
    tenant.save()
    Domain.objects.create(domain=workspace_host(tenant.subdomain), tenant=tenant, is_primary=True)
    ReadySchema.objects.filter(pk=ready.pk).update(tenant=tenant)


def claim() -> ReadySchema | None:
    """Lock a ready schema of our cell and this release that nobody has; None without one."""
    free = ReadySchema.objects.filter(
        _ours(cell__is_open=True), tenant=None, state=READY, migration_hash=migration_hash()
    )
    return free.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()


def want() -> ReadySchema:
    """Ask the provisioner for one more schema; it hears of it when the transaction commits."""
    cell = Cell.objects.filter(pk=own_cell(), is_open=True).first()
    if cell is None:
        raise RuntimeError(f"the cell {own_cell()!r} takes no new workspaces")
    ready = ReadySchema.objects.create(cell=cell)
    with connections["control"].cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return ready


def wait_until_ready(tenant: Tenant, *, seconds: float = 10.0) -> bool:
    """Wait for the schema of a workspace that came when the pool was empty."""
    end = time.monotonic() + seconds
    while not is_ready(tenant):
        if time.monotonic() > end:
            return False
        time.sleep(0.03)
    return True


def is_ready(tenant: Tenant) -> bool:
    """Whether the workspace's schema exists."""
    with use_control():
        return ReadySchema.objects.filter(tenant=tenant, state=READY).exists()


def activate(tenant: Tenant) -> None:
    """Open the doors, and forget what only the sign-up needed.

    A process that was held up does not open what was closed since.
    """
    needed = dict.fromkeys(("owner_email", "owner_password", "owner_name"), "")
    rows = Tenant.objects.filter(pk=tenant.pk, status=Tenant.Status.PROVISIONING)
    with use_control():
        SIGN_UPS.inc(rows.update(status=Tenant.Status.ACTIVE, signup={}, **needed))
        tenant.refresh_from_db()
    HOSTS.clear()


def run_once(*, pool_size: int | None = None) -> int:
    """Make what is wanted and fill the pool; returns how many schemas were made."""
    with use_control():
        made = 0
        while build_one():
            made += 1
        for _ in range(_missing(pool_size)):
            want()
            made += build_one()
        return made


def build_one() -> bool:
    """Make the next wanted schema, those of waiting companies first; False when none is wanted."""
    text = ensure_template()
    with transaction.atomic(using="control"):
        rows = ReadySchema.objects.filter(_ours(), state=WANTED)
        rows = rows.select_for_update(skip_locked=True)
        ready = rows.order_by("tenant", "pk").first()
        if ready is None:
            return False
        with connect_owner() as owner:
            gone = Removal.objects.values_list("schema_name", flat=True)
            make_roles_through(owner, _roles_needed(ready.pk), but=list(gone))
            replay_for_workspace(owner, text, schema=ready.schema_name)
        _mark_ready(ready)
    return True


def _mark_ready(ready: ReadySchema) -> None:
    ready.state, ready.migration_hash = READY, migration_hash()
    ready.save(update_fields=["state", "migration_hash"])
    FleetState.objects.update_or_create(
        schema_name=ready.schema_name,
        defaults={"cell": ready.cell, "migration_hash": ready.migration_hash},
    )


def _missing(pool_size: int | None) -> int:
    if not Cell.objects.filter(pk=own_cell(), is_open=True).exists():
        return 0
    wanted = settings.POOL_SIZE if pool_size is None else pool_size
    can_be_had = Q(state=WANTED) | Q(state=READY, migration_hash=migration_hash())
    return max(0, wanted - ReadySchema.objects.filter(_ours(), can_be_had, tenant=None).count())


def drop_stale() -> None:
    """Remove what the release before made for nobody: who signs up now cannot claim it.

    Killed in between, it leaves a wanted schema, which is made anew.
    """
    with use_control():
        free = ReadySchema.objects.filter(_ours(), tenant=None)
        for stale in free.filter(state=READY).exclude(migration_hash=migration_hash()):
            if is_lacking(stale.schema_name, cell=stale.cell_id):
                free.filter(pk=stale.pk, state=READY).update(state=WANTED)
                _drop_wanted(free.filter(pk=stale.pk, state=WANTED))


def _drop_wanted(rows: QuerySet[ReadySchema]) -> None:
    with transaction.atomic(using="control"):
        row = rows.select_for_update(skip_locked=True).first()
        if row is None:
            return
        with connect_owner() as owner:
            drop_schema(owner, row.schema_name)
        FleetState.objects.filter(pk=row.schema_name).delete()
        row.delete()


def _ours(**more: Any) -> Q:
    """Rows of the cell that this process serves; another one has a provisioner of its own."""
    return Q(cell=own_cell(), **more)


def _roles_needed(number: int) -> int:
    """The number itself rounded up to a whole batch, with half a batch to spare."""
    ahead = number + ROLES_AT_ONCE // 2
    return -(-ahead // ROLES_AT_ONCE) * ROLES_AT_ONCE


def run_forever(*, pause: float = 5.0) -> None:
    """Keep the pool full, answer calls at once, and do what else is due (PROVISIONER_HOOKS)."""
    pulse = Pulse("provisioner")
    with connect("CONTROL_DATABASE_URL") as listener:
        listener.execute(f"LISTEN {CHANNEL}".encode())
        while True:
            pulse.beat()
            _round()
            for _ in listener.notifies(timeout=pause, stop_after=1):
                pass


def _round() -> None:
    try:
        run_once()
        bring_stragglers()
        drop_stale()
        forget_old_handoffs()
        for path in getattr(settings, "PROVISIONER_HOOKS", ()):
            import_string(path)()
    except Exception:
        logger.exception("a round of the provisioner failed; the next one tries again")
        connections.close_all()
