"""A workspace goes with everything that it had, whatever is killed on the way."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenants import removal as removing
from tenants.addresses import connect_owner
from tenants.context import Ref, use_control, use_tenant
from tenants.files import store
from tenants.files.errors import StorageDown
from tenants.fleet import migrate_fleet
from tenants.handoffs import add_login_hint
from tenants.jobs import WorkspaceGone, find_workspace
from tenants.models import Domain, FleetState, LoginHint, ReadySchema, Removal, Tenant
from tenants.provisioning import (
    SubdomainTaken,
    activate,
    build_one,
    open_workspace,
    run_once,
    want,
)
from tenants.removal import NotRemovable, advance_removals, ask_for_removal
from tenants.routing import find_route, workspace_host
from tests import planes
from tests.tenants.tasks import add_team


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def full(open_fresh: Any, storage: Any) -> tuple[Ref, Ref]:
    """Two workspaces with files, jobs and login hints."""
    refs = open_fresh(), open_fresh()
    for ref in refs:
        with use_tenant(ref):
            file = uuid4()
            store.put(file, b"one", content_type="image/png")
            store.put(file, b"two", content_type="image/png")
            store.start_parts(uuid4(), content_type="image/png")
            add_team.defer(name="Later")
        with use_control():
            add_login_hint("somebody@example.com", ref=ref)
    return refs


def later(ref: Ref, passed: timedelta) -> None:
    """Let so much time have passed since the workspace was closed."""
    with use_control():
        then = timezone.now() - passed - timedelta(seconds=1)
        Removal.objects.filter(schema_name=ref.schema).update(asked_at=then, tried_at=None)


def removal_of(ref: Ref) -> Removal:
    with use_control():
        return Removal.objects.get(schema_name=ref.schema)


#: Copies of the databases share the roles of the server: one that another copy uses may stay.
ROLES = """
    SELECT count(*) FROM pg_roles r WHERE rolname = 'r_' || %s AND NOT EXISTS (
        SELECT FROM pg_shdepend d JOIN pg_database b ON b.oid = d.dbid
        WHERE d.refobjid = r.oid AND b.datname <> current_database())
"""


def traces(ref: Ref) -> dict[str, int]:
    """What is left of a workspace anywhere."""
    queries = {
        "schemas": "SELECT count(*) FROM pg_namespace WHERE nspname = %s",
        "roles": ROLES,
        "jobs": "SELECT count(*) FROM jobs.procrastinate_jobs WHERE args ->> 'tenant' = %s",
    }
    with connect_owner() as owner:
        found = {
            name: owner.execute(query, [ref.schema]).fetchone()[0]
            for name, query in queries.items()
        }
    with use_control():
        found["hints"] = LoginHint.objects.filter(tenant_id=ref.id).count()
        found["fleet"] = FleetState.objects.filter(schema_name=ref.schema).count()
        found["ready"] = ReadySchema.objects.filter(tenant_id=ref.id).count()
    found["objects"] = store.count_everything(ref.schema)
    return found


def whole(ref: Ref) -> bool:
    """Whether everything is there, and the role can still use it."""
    with use_tenant(ref):
        from app.access.models import User

        people = User.objects.count()
    return people == 5 and {**traces(ref), "roles": 0} == {**WHOLE, "roles": 0}


def remove(ref: Ref) -> Removal:
    ask_for_removal(ref.subdomain)
    later(ref, removing.QUIET)
    advance_removals()
    return removal_of(ref)


WHOLE = {"schemas": 1, "jobs": 1, "hints": 1, "fleet": 1, "ready": 1, "objects": 3}
NOTHING = dict.fromkeys((*WHOLE, "roles"), 0)


def test_nothing_of_it_is_left_and_nothing_of_another_is_touched(full):
    gone, stays = full
    assert whole(gone)
    done = remove(gone)
    assert traces(gone) == NOTHING
    assert whole(stays)
    certificate = done.certificate
    assert certificate["workspace"] == gone.subdomain
    assert certificate["tables_dropped"] > 30
    assert certificate["jobs_dropped"] == 1
    assert certificate["login_hints_dropped"] == 1
    assert certificate["object_versions_dropped"] == 2
    assert certificate["object_versions_left"] == 0
    assert certificate["finished"] == done.finished_at.isoformat()


def test_the_doors_shut_at_once_and_the_rest_waits_until_every_process_knows(full):
    gone, _stays = full
    ask_for_removal(gone.subdomain)
    with use_control():
        assert find_route(workspace_host(gone.subdomain)) is None
    with pytest.raises(WorkspaceGone):
        find_workspace(gone.schema)
    advance_removals()
    assert whole(gone)
    later(gone, removing.FORGOTTEN)
    advance_removals()
    left = traces(gone)
    assert (left["schemas"], left["roles"], left["jobs"], left["objects"]) == (0, 0, 0, 0)
    assert removal_of(gone).finished_at is None


def test_what_a_browser_sends_by_an_old_address_is_dropped_before_the_certificate(full):
    gone, _stays = full
    ask_for_removal(gone.subdomain)
    later(gone, removing.FORGOTTEN)
    advance_removals()
    with use_tenant(gone):
        store.put(uuid4(), b"late", content_type="image/png")
    advance_removals()
    assert removal_of(gone).certificate == {}
    with use_tenant(gone):
        store.put(uuid4(), b"later", content_type="image/png")
    later(gone, removing.QUIET)
    advance_removals()
    assert removal_of(gone).certificate["object_versions_dropped"] == 4
    assert traces(gone) == NOTHING


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "step", ["drop_schema", "_drop_jobs", "_drop_rows", "_drop_objects", "_left", "_finish"]
)
def test_killed_at_any_step_it_is_finished_by_the_next_visit(full, monkeypatch, step, after):
    gone, stays = full
    real = getattr(removing, step)

    def killed(*args: Any) -> None:
        if after:
            real(*args)
        raise Killed

    ask_for_removal(gone.subdomain)
    later(gone, removing.QUIET)
    with monkeypatch.context() as patch:
        patch.setattr(removing, step, killed)
        with pytest.raises(Killed):
            advance_removals()
    advance_removals()
    assert removal_of(gone).certificate["tables_dropped"] > 30
    assert traces(gone) == NOTHING
    assert whole(stays)


def test_a_large_workspace_goes_in_several_visits(full, monkeypatch):
    monkeypatch.setattr(removing, "AT_ONCE", 2)
    gone, _stays = full
    with use_tenant(gone):
        for _ in range(3):
            store.put(uuid4(), b"x", content_type="image/png")
    ask_for_removal(gone.subdomain)
    later(gone, removing.QUIET)
    left = []
    for _visit in range(4):
        advance_removals()
        left.append(store.count_everything(gone.schema))
    assert left[:2] == [3, 1]
    assert left[-1] == 0
    assert removal_of(gone).certificate["object_versions_dropped"] == 5


def test_while_the_store_is_down_there_is_no_certificate_and_the_error_is_kept(full, monkeypatch):
    gone, _stays = full

    def down(*_args: Any, **_options: Any) -> int:
        raise StorageDown("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(store, "drop_everything", down)
        done = remove(gone)
        assert done.finished_at is None
        assert "StorageDown" in done.error
        assert advance_removals() == 0
    assert removal_of(gone).finished_at is None
    later(gone, removing.QUIET)
    advance_removals()
    assert removal_of(gone).error == ""
    assert removal_of(gone).certificate["object_versions_left"] == 0


def test_a_provisioner_that_knows_of_no_bucket_certifies_nothing(full, settings):
    gone, _stays = full
    ask_for_removal(gone.subdomain)
    later(gone, removing.QUIET)
    bucket, settings.S3_BUCKET = settings.S3_BUCKET, ""
    advance_removals()
    assert "NotRemovable" in removal_of(gone).error
    settings.S3_BUCKET = bucket
    assert store.count_everything(gone.schema) == 3
    later(gone, removing.QUIET)
    advance_removals()
    assert removal_of(gone).certificate["bucket"] == bucket


def test_an_installation_without_files_certifies_the_rest(open_fresh, settings):
    settings.S3_BUCKET = ""
    ref = open_fresh()
    certificate = remove(ref).certificate
    assert (certificate["bucket"], certificate["object_versions_dropped"]) == ("", 0)
    assert certificate["tables_dropped"] > 30


def test_a_lock_that_somebody_holds_delays_it_and_stops_nobody_else(full, monkeypatch):
    monkeypatch.setattr(removing, "LOCK_TIMEOUT", "100ms")
    gone, other = full
    with connect_owner() as holder, holder.transaction():
        holder.execute(f"LOCK TABLE {gone.schema}.access_user".encode())
        done, beside = remove(gone), remove(other)
        assert "LockNotAvailable" in done.error
        assert beside.finished_at
    later(gone, removing.QUIET)
    advance_removals()
    assert traces(gone) == NOTHING


def test_new_schemas_do_not_bring_its_role_back_and_the_fleet_does_not_miss_it(full):
    gone, _stays = full
    remove(gone)
    with use_control():
        want()
        while build_one():
            pass
    assert traces(gone)["roles"] == 0
    told: list[Any] = []
    migrate_fleet(progress=told.append)
    assert gone.schema not in [outcome.schema for outcome in told]


def test_nobody_gets_its_address_until_half_a_year_has_passed(full):
    gone, _stays = full
    remove(gone)
    wish = {"owner_email": "a@b.example", "owner_password": "x", "owner_name": "A"}
    with pytest.raises(SubdomainTaken):
        open_workspace(company="Another", subdomain=gone.subdomain, **wish)
    with use_control():
        long_ago = timezone.now() - removing.ADDRESS_KEPT - timedelta(days=1)
        Removal.objects.filter(schema_name=gone.schema).update(finished_at=long_ago)
    advance_removals()
    tenant = open_workspace(company="Another", subdomain=gone.subdomain, **wish)
    assert tenant.schema_name != gone.schema
    assert removal_of(gone).certificate["workspace"] == gone.subdomain
    with use_control():
        assert Domain.objects.get(domain=workspace_host(gone.subdomain)).tenant_id == tenant.pk
    run_once(pool_size=0)
    activate(tenant)
    assert call(gone.subdomain, "--yes")["closed"] != removal_of(gone).asked_at.isoformat()


def test_a_sign_up_that_was_held_up_does_not_open_it_again(open_fresh, storage):
    ref = open_fresh()
    with use_control():
        held_up = Tenant.objects.get(pk=ref.id)
    ask_for_removal(ref.subdomain)
    activate(held_up)
    with use_control():
        assert Tenant.objects.get(pk=ref.id).status == Tenant.Status.CLOSED


def test_asking_twice_is_asking_once(full):
    gone, _stays = full
    first = ask_for_removal(gone.subdomain)
    assert ask_for_removal(gone.subdomain).asked_at == first.asked_at


def test_what_must_not_go_is_refused(open_fresh, storage):
    ref = open_fresh()
    with use_control():
        Tenant.objects.filter(pk=ref.id).update(is_operator=True)
    with pytest.raises(NotRemovable, match="operators"):
        ask_for_removal(ref.subdomain)
    with use_control():
        Tenant.objects.filter(pk=ref.id).update(is_operator=False, status="provisioning")
    with pytest.raises(NotRemovable, match="still being made"):
        ask_for_removal(ref.subdomain)
    with pytest.raises(NotRemovable, match="no workspace 'nobody'"):
        ask_for_removal("nobody")
    with use_control():
        assert not Removal.objects.filter(schema_name=ref.schema).exists()


def call(*arguments: str) -> dict[str, Any]:
    told = StringIO()
    call_command("delete_workspace", *arguments, stdout=told)
    said = told.getvalue()
    answer: dict[str, Any] = json.loads(said[said.index("{") :])
    return answer


def test_the_command_asks_for_the_name_and_later_shows_the_certificate(full, monkeypatch):
    gone, _stays = full
    monkeypatch.setattr("sys.stdin", StringIO("another\n"))
    with pytest.raises(CommandError, match="Nothing was done"):
        call(gone.subdomain)
    with use_control():
        assert find_route(workspace_host(gone.subdomain))
    monkeypatch.setattr("sys.stdin", StringIO(f"{gone.subdomain}\n"))
    assert call(gone.subdomain)["schema_dropped"] is None
    later(gone, removing.QUIET)
    advance_removals()
    assert call(gone.subdomain) == removal_of(gone).certificate


def test_the_command_refuses_what_is_not_there(open_fresh):
    with pytest.raises(CommandError, match="no workspace 'nobody'"):
        call("nobody", "--yes")


def test_the_running_provisioner_does_it(live, storage):
    with planes.using(live.pair):
        ref = planes.open_seeded("Leaving", "leaving", "Lea Larch")
        with use_tenant(ref):
            store.put(uuid4(), b"content", content_type="image/png")
        ask_for_removal("leaving")
        assert live.request("GET", "leaving.localhost", "/login/")[0] == 404
        later(ref, removing.QUIET)
        for _attempt in range(900):
            if (seen := removal_of(ref)).finished_at or seen.error:
                break
            time.sleep(0.1)
        assert seen.error == ""
        assert removal_of(ref).certificate["object_versions_dropped"] == 1
        assert traces(ref) == NOTHING
