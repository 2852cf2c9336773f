"""Two workspaces full of stamped rows, and requests that leave nothing behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from app.records import registry
from tenants.context import Ref, use_control, use_tenant
from tests.factories import sample
from tests.isolation.world import ALICE, MALLORY, Target, deleted_rows, stamped, token_of
from tests.records.helpers import actor

Send = Callable[..., Any]


@pytest.fixture
def _unhurried(monkeypatch: Any) -> None:
    """A crawler is no attack: limits of attempts have tests of their own."""
    from app.api import edge

    monkeypatch.setattr(edge.STRANGERS, "size", 1e9)
    monkeypatch.setattr(edge.TOKENS, "size", 1e9)
    edge.STRANGERS._buckets.clear()
    edge.TOKENS._buckets.clear()


@contextmanager
def undone(ref: Ref) -> Iterator[None]:
    """What is written inside is taken back, in both planes."""
    with use_tenant(ref):
        cell = transaction.savepoint(using=ref.cell)
    with use_control():
        control = transaction.savepoint(using="control")
    try:
        yield
    finally:
        with use_control():
            transaction.savepoint_rollback(control, using="control")
        with use_tenant(ref):
            transaction.savepoint_rollback(cell, using=ref.cell)


@pytest.fixture
def send(_unhurried: None) -> Send:
    """Send a call as a person: with his session on pages, with his token to the API."""

    def one(call: Any, client: Client, token: str = "") -> Any:
        headers = {"authorization": f"Bearer {token}"} if call.path.startswith("/api/") else {}
        return call.send(client, **headers)

    return one


@pytest.fixture
def both(two: tuple[Ref, Ref], alice: Any, storage: Any) -> Target:
    """Alice's first rows; mallory has rows of the same keys."""
    with use_tenant(two[0]):
        return target_of(two[0], alice, stamp=ALICE)


@pytest.fixture
def only_alices(both: Target, two: tuple[Ref, Ref], alice: Any) -> Target:
    """Alice's second rows; nobody else has anything of these keys."""
    with use_tenant(two[0]):
        for _more in range(3):
            target = target_of(two[0], alice, stamp=ALICE)
        return target


@pytest.fixture
def mallorys(both: Target, two: tuple[Ref, Ref], mallory: Any) -> Target:
    """Mallory's rows, of the same keys as alice's first."""
    with use_tenant(two[1]):
        target = target_of(two[1], mallory, stamp=MALLORY)
    assert target.rows == both.rows
    assert target.other["deleted"] == both.other["deleted"]
    return target


def target_of(ref: Ref, owner: Any, *, stamp: str) -> Target:
    """Rows of a workspace, all fields stamped, with a deleted one of each entity."""
    from app.access.models import Branch, Currency, Team
    from app.access.people import create_seatless
    from app.access.tokens import make_token

    employee_of(owner)
    deleted = deleted_rows(by=owner, stamp=stamp)
    rows = stamped(by=owner, owner=owner, stamp=stamp)
    number = Team.objects.count()
    Currency.objects.get_or_create(code="EUR", defaults={"rate": 1})
    for kind in ("open", "won", "lost"):
        values = {"name": f"{stamp} {kind} {number}", "kind": kind}
        sample("stages", by=owner, pipeline_id=rows["pipelines"], **values)
    other = {
        **imports_of(owner, stamp=f"{stamp}-{number}"),
        **pictures_of(owner),
        "files": files_of(owner, record_id=rows["deals"], stamp=stamp),
        "deleted": deleted,
        "team": Team.objects.create(name=f"{stamp} {number}").pk,
        "currency": "EUR",
        "branch": Branch.objects.create(name=f"{stamp} {number}").pk,
        "invitation": invitation_of(owner, stamp=f"{stamp}{number}"),
        "hand_over": hand_over_of(owner, stamp=f"{stamp} {number}"),
        "export": export_of(owner),
        "seatless": create_seatless([f"{stamp} {number}"], by=actor(owner))[0].pk,
        "token": make_token(owner, name=stamp)[0].pk,
        "handoff": handoff(ref),
        "tenant": ref.id,
        "support": support_request(ref, stamp=stamp),
    }
    return Target(rows, owner.pk, stamp, other)


def invitation_of(owner: Any, *, stamp: str) -> int:
    """One that nobody has answered."""
    from django.utils import timezone

    from app.access.inviting import Guest, invite
    from app.access.models import Workspace

    Workspace.objects.update(email_verified_at=timezone.now())
    guest = Guest(f"{stamp}@example.com", stamp)
    return invite([guest], by=actor(owner), role="sales")[0].pk


def hand_over_of(owner: Any, *, stamp: str) -> int:
    """One that is over and can be taken back: somebody's account went to the owner."""
    from app.access.people import create_seatless
    from app.setup.handing_over import Plan, run, start

    [person] = create_seatless([f"{stamp} leaver"], by=actor(owner))
    sample("accounts", by=owner, owner=person, stamp=stamp)
    made = start(person, by=actor(owner), plan=Plan({"accounts": owner}), ends_access=False)
    run(made.pk)
    return made.pk


def export_of(owner: Any) -> int:
    """One that is done and can be fetched."""
    from datetime import timedelta

    from django.utils import timezone

    from app.setup.exports import Export

    until = timezone.now() + timedelta(days=7)
    made = Export.objects.create(asked_by_id=owner.pk, status="done", expires_at=until)
    return made.pk


def imports_of(owner: Any, *, stamp: str) -> dict[str, int]:
    """An import that is over, with a row that it refused, and one that has not begun."""
    from app.imports.staging import store
    from tests.imports.conftest import import_file

    who = actor(owner)
    file = f"id,name,employees\n{stamp}-i,{stamp},5\n{stamp}-j,{stamp},many\n".encode()
    over = import_file(file, "accounts", actor=who)
    assert (over.created, over.failed) == (1, 1)
    draft = store([file], entity=registry.get("accounts"), file_name=f"{stamp}.csv", actor=who)
    return {"import": over.pk, "draft": draft.pk}


def pictures_of(owner: Any) -> dict[str, str]:
    """A picture of the owner and a logo, by digest."""
    from app.access.models import Workspace
    from app.access.pictures import show_logo, show_person
    from tests.drawing import drawn

    show_person(owner, drawn("PNG"))
    show_logo(drawn("PNG"))
    return {"picture": owner.picture, "logo": Workspace.objects.get().logo}


def employee_of(owner: Any) -> None:
    """The owner's row in the directory, where the page of a person leads."""
    from app.access.listeners import Happening
    from app.office.staffing import follow

    follow(owner, Happening.ADDED, None)


def files_of(owner: Any, *, record_id: int, stamp: str) -> dict[str, int]:
    """A file with two versions and pictures, a deleted one, one on its way; on a deal."""
    from django.utils import timezone

    from app.documents.models import File, FileVersion, StorageUse

    StorageUse.objects.get_or_create(pk=1, defaults={"ready": 10**6, "reserved": 10**6})
    facts = {"entity": "deals", "record_id": record_id, "created_by": owner, "current": 1}
    there = File.objects.create(name=f"{stamp}.pdf", **facts)
    gone = File.objects.create(
        name=f"{stamp} gone.pdf", deleted_at=timezone.now(), deleted_by=owner, **facts
    )
    for file in (there, gone):
        for number in (1, 2):
            FileVersion.objects.create(
                file=file,
                number=number,
                size=9,
                content_type="application/pdf",
                state="ready",
                preview="ready",
                pictures=[uuid.uuid4(), uuid.uuid4()],
                uploaded_by=owner,
                ready_at=timezone.now(),
            )
    coming = FileVersion.objects.create(
        file=there, size=9, content_type="application/pdf", uploaded_by=owner
    )
    return {"there": there.pk, "gone": gone.pk, "upload": coming.pk}


def handoff(ref: Ref) -> str:
    """A token that signs the owner in once."""
    from tenants.handoffs import create_handoff
    from tenants.models import Tenant

    with use_control():
        return create_handoff(Tenant.objects.get(pk=ref.id))


def support_request(ref: Ref, *, stamp: str) -> int:
    """Somebody of the operators asks to be let in."""
    from tenants.operating import SupportAccess

    with use_control():
        made = SupportAccess.objects.create(
            tenant_id=ref.id,
            operator_number=1,
            operator_name=stamp,
            operator_email="ann@ops.example",
            reason=stamp,
            hours_wished=2,
        )
    return int(made.pk)


@pytest.fixture
def alices_token(two: tuple[Ref, Ref], alice: Any) -> str:
    """A bearer token of alice's."""
    return token_of(alice, ref=two[0])


@pytest.fixture
def mallorys_token(two: tuple[Ref, Ref], mallory: Any) -> str:
    """A bearer token of mallory's."""
    return token_of(mallory, ref=two[1])
