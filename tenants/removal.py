"""The end of a workspace: asked for once, carried out by the provisioner until nothing is left.

closed (the doors are shut) -> schema, role and jobs dropped -> objects dropped -> a quiet time
in which the last address that a browser was given ends -> objects dropped again, the empty
listing written down. Each step may be done twice, so that a killed provisioner goes on.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql
from psycopg.errors import DependentObjectsStillExist

from tenants import routing
from tenants.addresses import connect_owner
from tenants.context import use_control
from tenants.files import store
from tenants.files.connections import LONGEST_ADDRESS
from tenants.models import FleetState, Handoff, LoginHint, ReadySchema, Removal, Tenant
from tenants.provisioning import CHANNEL
from tenants.router import own_cell, serves
from tenants.schemas import LOCK_TIMEOUT, Connection, drop_schema, role_of

log = logging.getLogger(__name__)
#: Until then another process may still answer at the host and start something.
FORGOTTEN = timedelta(seconds=routing.LIFE + 5)
#: Until then a browser may still put a file by an address that it was given before.
QUIET = FORGOTTEN + timedelta(seconds=LONGEST_ADDRESS + 60)
#: So long nobody else gets the address: old links, mail and passkeys must not lead to strangers.
ADDRESS_KEPT = timedelta(days=180)
#: After a failure; sign-ups do not wait for it.
PAUSE = timedelta(seconds=60)
#: Versions of objects dropped in one go, so that sign-ups need not wait for a large workspace.
AT_ONCE = 5000


class NotRemovable(Exception):
    """The workspace cannot be removed; the sentence says why."""


def ask_for_removal(subdomain: str) -> Removal:
    """Shut the doors and hand the workspace to the provisioner; again, nothing more happens.

    Raises NotRemovable.
    """
    with use_control(), transaction.atomic(using="control"):
        rows = Tenant.objects.select_for_update().filter(subdomain=subdomain)
        tenant: Tenant | None = rows.first()
        if tenant is None:
            raise NotRemovable(f"There is no workspace {subdomain!r}.")
        removal = _asked(tenant)
        tenant.status = Tenant.Status.CLOSED
        tenant.save(update_fields=["status"])
        with connections["control"].cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    routing.HOSTS.clear()
    return removal


def _asked(tenant: Tenant) -> Removal:
    if not serves(tenant.cell_id):
        raise NotRemovable(f"The workspace lives in the cell {tenant.cell_id!r}: remove it there.")
    if tenant.is_operator:
        raise NotRemovable("The operators' workspace cannot be removed.")
    if tenant.status == Tenant.Status.PROVISIONING:
        raise NotRemovable("The workspace is still being made; try again in a minute.")
    removal, _new = Removal.objects.get_or_create(
        schema_name=tenant.schema_name,
        defaults={
            "cell": tenant.cell_id,
            "tenant_number": tenant.pk,
            "subdomain": tenant.subdomain,
            "company": tenant.company,
            "asked_at": timezone.now(),
            "bucket": settings.S3_BUCKET,
        },
    )
    return removal


def advance_removals() -> int:
    """Do what can be done now for each workspace that is on its way out; how many are finished."""
    with use_control():
        _free_addresses()
        return sum(_advanced(removal) for removal in _waiting())


def _waiting() -> list[Removal]:
    patient = Q(tried_at=None) | Q(error="") | Q(tried_at__lt=timezone.now() - PAUSE)
    rows = Removal.objects.filter(patient, finished_at=None, cell=own_cell())
    return list(rows.filter(asked_at__lt=timezone.now() - FORGOTTEN).order_by("asked_at"))


def _advanced(removal: Removal) -> bool:
    """One visit; a failure is kept for the operators and tried again later."""
    try:
        advance(removal)
        removal.error = ""
    except Exception as error:
        log.exception("removing %s failed", removal.schema_name)
        removal.error = f"{type(error).__name__}: {error}"
    removal.tried_at = timezone.now()
    removal.save(update_fields=["error", "tried_at"])
    return removal.finished_at is not None


def advance(removal: Removal) -> None:
    """Go as far as possible now. Safe to be killed anywhere and to be run again."""
    if removal.schema_dropped_at is None:
        _drop_rows(removal)
    if not _drop_objects(removal) or timezone.now() - removal.asked_at < QUIET:
        return
    _drop_rows(removal)
    if left := _left(removal):
        raise RuntimeError(f"{left} objects or jobs are still there; the next visit drops them")
    _finish(removal)


def _drop_rows(removal: Removal) -> None:
    schema = removal.schema_name
    with connect_owner() as owner:
        owner.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
        # Counted first: a killed visit counts again and a finished one finds nothing.
        removal.tables = max(removal.tables, _tables(owner, schema))
        removal.save(update_fields=["tables"])
        drop_schema(owner, schema)
        _drop_role(owner, role_of(schema))
        removal.jobs += _drop_jobs(owner, schema)
    FleetState.objects.filter(schema_name=schema).delete()
    ReadySchema.objects.filter(tenant_id=removal.tenant_number).delete()
    removal.schema_dropped_at = removal.schema_dropped_at or timezone.now()
    removal.save(update_fields=["jobs", "schema_dropped_at"])


def _drop_role(owner: Connection, role: str) -> None:
    """Roles belong to the server: one that another database uses too stays, without rights here."""
    try:
        owner.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
    except DependentObjectsStillExist:
        log.warning("%s is used by another database of the server and stays", role)


def _drop_jobs(owner: Connection, schema: str) -> int:
    """A worker ends what it is doing by itself, for there is nothing left to do it to."""
    query = b"DELETE FROM procrastinate_jobs WHERE args ->> 'tenant' = %s AND status <> 'doing'"
    owner.execute("SET search_path = jobs")
    return max(0, owner.execute(query, [schema]).rowcount)


def _tables(owner: Connection, schema: str) -> int:
    return _number(owner, "SELECT count(*) FROM pg_tables WHERE schemaname = %s", schema)


def _number(owner: Connection, query: str, schema: str) -> int:
    row = owner.execute(query.encode(), [schema]).fetchone()
    return int(row[0]) if row else 0


def _drop_objects(removal: Removal) -> bool:
    """Whether none is left; so many in a visit that others need not wait."""
    if not _has_files(removal):
        return True
    dropped = store.drop_everything(removal.schema_name, most=AT_ONCE)
    removal.objects_dropped += dropped
    removal.save(update_fields=["objects_dropped"])
    return dropped < AT_ONCE


def _has_files(removal: Removal) -> bool:
    """Whether there may be files; raises where they are in a bucket that we do not know."""
    if removal.bucket and removal.bucket != settings.S3_BUCKET:
        raise NotRemovable(f"The files are in {removal.bucket!r}, S3_BUCKET names another place.")
    return store.configured()


def _left(removal: Removal) -> int:
    """Objects, begun uploads, and jobs that a worker still holds."""
    query = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE args ->> 'tenant' = %s"
    with connect_owner() as owner:
        jobs = _number(owner, query, removal.schema_name)
    return jobs + (store.count_everything(removal.schema_name) if _has_files(removal) else 0)


def _finish(removal: Removal) -> None:
    """What the control plane knew goes in the transaction that writes the certificate."""
    number = removal.tenant_number
    with transaction.atomic(using="control"):
        removal.login_hints = LoginHint.objects.filter(tenant_id=number).delete()[0]
        Handoff.objects.filter(tenant_id=number).delete()
        removal.finished_at = timezone.now()
        removal.certificate = _certificate(removal)
        removal.save(update_fields=["login_hints", "finished_at", "certificate"])
    log.info("workspace %s is removed", removal.schema_name)


def _certificate(removal: Removal) -> dict[str, object]:
    """What was there and that nothing of it is left, for the company that asks."""
    assert removal.finished_at is not None
    return {
        "workspace": removal.subdomain,
        "company": removal.company,
        "schema": removal.schema_name,
        "closed": removal.asked_at.isoformat(),
        "finished": removal.finished_at.isoformat(),
        "tables_dropped": removal.tables,
        "jobs_dropped": removal.jobs,
        "login_hints_dropped": removal.login_hints,
        "bucket": settings.S3_BUCKET,
        "object_versions_dropped": removal.objects_dropped,
        "object_versions_left": 0,
    }


def _free_addresses() -> int:
    """Let others have the addresses of workspaces that went long ago; the certificates stay."""
    long_ago = timezone.now() - ADDRESS_KEPT
    gone = Removal.objects.filter(finished_at__lt=long_ago).values("tenant_number")
    return int(Tenant.objects.filter(pk__in=gone, status=Tenant.Status.CLOSED).delete()[0])
