"""A colleague leaves: nothing is lost, who created what stays, the seat is free."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from app.access.invitations import Invitation
from app.access.inviting import Guest, invite
from app.access.models import Limits, Role, User, Workspace
from app.access.people import deactivate_person, reactivate_person
from app.access.tokens import actor_of_token, make_token
from app.access.tree import place_under
from app.records import changes, ownership, registry
from app.records.models import AuditEntry, Event, SearchEntry
from app.setup import handing_over
from app.setup.hand_overs import HandOver, HandOverBatch
from app.setup.handing_over import Plan, parts, resume, run, start, start_undo
from tenants.context import use_tenant
from tests.factories import one_of_each, sample
from tests.people import person
from tests.records.helpers import actor, pipeline


class Killed(BaseException):
    """The worker is gone."""


@pytest.fixture
def bobs(workspace: Any, alice: Any, bob: Any) -> dict[str, Any]:
    """Rows of bob's of every kind, live, deleted, and done or closed."""
    lanes = pipeline(alice)
    rows = {"live": one_of_each(by=bob_as_admin(bob), owner=bob, stamp="Zebra")}
    rows["gone"] = {
        part.entity.slug: sample(part.entity.slug, by=alice, owner=bob, stamp="Gone")
        for part in parts()
        if not part.history
    }
    for slug, row in rows["gone"].items():
        changes.delete(registry.get(slug), row.pk, actor=actor(alice), version=None)
    stage = {"pipeline_id": lanes["Sales"].pk, "stage_id": lanes["Won"].pk}
    rows["won"] = sample("deals", by=alice, owner=bob, name="Won deal", **stage)
    rows["done"] = sample("activities", by=alice, owner=bob, name="Done", status="done")
    return rows


def bob_as_admin(bob: Any) -> Any:
    """Bob when he might still make everything; he is the author of his rows."""
    User.objects.filter(pk=bob.pk).update(role=Role.ADMINISTRATOR)
    return bob


def everything(to: Any, *, history: bool = False) -> dict[str, Any]:
    return {part.key: to for part in parts() if history or not part.history}


def owned(user: Any) -> int:
    return sum(part.count(user.pk) for part in parts())


def done(made: HandOver) -> HandOver:
    run(made.pk)
    made.refresh_from_db()
    return made


def test_what_is_somebodys_goes_to_the_successor_and_nothing_is_lost(
    bobs: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    before = owned(bob)
    written = AuditEntry.objects.count()
    made = start(bob, by=actor(alice), plan=Plan(everything(charlie)), ends_access=True)
    done(made)
    assert (made.status, made.refused, made.moved) == ("done", 0, before - 2)
    assert (owned(charlie), owned(bob)) == (before - 2, 2)
    for slug, row in bobs["live"].items():
        entity = registry.get(slug)
        if slug in {part.entity.slug for part in parts()}:
            now = entity.model.objects.get(pk=row.pk)
            assert (now.owner_id, now.created_by_id) == (charlie.pk, bob.pk), slug
            assert SearchEntry.objects.get(entity=slug, record_id=row.pk).owner_id == charlie.pk
    for slug, row in bobs["gone"].items():
        now = registry.get(slug).model.objects.get(pk=row.pk)
        assert (now.owner_id, now.deleted_at is None) == (charlie.pk, False), slug
    assert AuditEntry.objects.count() > written
    trail = AuditEntry.objects.filter(event="account.handed_over", table_name="sales_account")
    assert {tuple(entry.diff["owner_id"]) for entry in trail} == {(bob.pk, charlie.pk)}
    assert set(trail.values_list("actor_id", flat=True)) == {alice.pk}


def test_what_is_done_and_closed_stays_unless_somebody_says_otherwise(
    bobs: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    plan = Plan(everything(charlie))
    done(start(bob, by=actor(alice), plan=plan, ends_access=False))
    for row in (bobs["won"], bobs["done"]):
        row.refresh_from_db()
        assert row.owner_id == bob.pk
    done(start(bob, by=actor(alice), plan=Plan({"deals.history": charlie}), ends_access=False))
    for row, owner in ((bobs["won"], charlie), (bobs["done"], bob)):
        row.refresh_from_db()
        assert row.owner_id == owner.pk


def test_each_kind_may_go_to_somebody_else_or_stay(
    bobs: Any, alice: Any, bob: Any, charlie: Any, dora: Any
) -> None:
    plan = Plan({"accounts": charlie, "contacts": dora})
    done(start(bob, by=actor(alice), plan=plan, ends_access=False))
    owners = {
        slug: registry.get(slug).model.objects.get(pk=row.pk).owner_id
        for slug, row in bobs["live"].items()
    }
    assert (owners["accounts"], owners["contacts"]) == (charlie.pk, dora.pk)
    assert owners["deals"] == bob.pk


def test_a_batch_is_one_event_that_lists_its_rows(
    workspace: Any, alice: Any, bob: Any, charlie: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "BATCH", 4)
    rows = [sample("accounts", by=alice, owner=bob, name=f"A {n}").pk for n in range(10)]
    made = done(start(bob, by=actor(alice), plan=Plan({"accounts": charlie}), ends_access=False))
    events = Event.objects.filter(name="account.handed_over", origin="hand-over").order_by("id")
    assert [one.record_ids for one in events] == [rows[:4], rows[4:8], rows[8:]]
    assert {one.actor_id for one in events} == {alice.pk}
    assert [one.moved_ids for one in made.batches.order_by("pk")] == [rows[:4], rows[4:8], rows[8:]]


def test_the_access_ends_at_once_and_the_seat_is_free(
    workspace: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    Limits.objects.update(seats=5)
    _token, secret = make_token(bob, name="Robot")
    assert actor_of_token(secret)
    start(bob, by=actor(alice), plan=Plan({}), ends_access=True)
    bob.refresh_from_db()
    assert (bob.is_active, actor_of_token(secret)) == (False, None)
    User.objects.create_user("new@acme.example", "pw", name="New")
    with pytest.raises(ValidationError, match="seats"):
        reactivate_person(bob, by=actor(alice))
    Limits.objects.update(seats=6)
    reactivate_person(bob, by=actor(alice))
    assert actor_of_token(secret) is None, "the old token came back to life"
    trail = AuditEntry.objects.filter(table_name="access_user", record_id=bob.pk)
    assert {"person.deactivated", "person.reactivated"} <= set(
        trail.values_list("event", flat=True)
    )


def test_his_reports_go_to_his_manager_or_to_the_successor(
    workspace: Any, alice: Any, bob: Any, charlie: Any, dora: Any, rita: Any
) -> None:
    for one, manager in ((bob, dora), (charlie, bob), (rita, bob)):
        place_under(one, manager)
    bob.refresh_from_db()
    plan = Plan({}, reports_to=dora, move_reports=True)
    made = done(start(bob, by=actor(alice), plan=plan, ends_access=True))
    assert managers(charlie, rita) == [dora.pk, dora.pk]
    assert made.reports == [[charlie.pk, dora.pk], [rita.pk, dora.pk]]


def test_a_successor_from_below_goes_up_first(
    workspace: Any, alice: Any, bob: Any, charlie: Any, dora: Any, rita: Any
) -> None:
    for one, manager in ((bob, dora), (charlie, bob), (rita, charlie)):
        place_under(one, manager)
    bob.refresh_from_db()
    plan = Plan({}, reports_to=rita, move_reports=True)
    made = start(bob, by=actor(alice), plan=plan, ends_access=False)
    assert managers(rita, charlie, bob) == [dora.pk, rita.pk, dora.pk]
    done(made)
    start_undo(made, by=actor(alice))
    done(made)
    assert managers(charlie, bob) == [bob.pk, dora.pk]


def managers(*people: Any) -> list[int | None]:
    found = dict(User.objects.values_list("pk", "manager_id"))
    return [found[one.pk] for one in people]


def test_invitations_of_who_leaves_let_nobody_in(workspace: Any, alice: Any, dora: Any) -> None:
    Workspace.objects.update(email_verified_at=timezone.now())
    User.objects.filter(pk=dora.pk).update(role=Role.ADMINISTRATOR)
    [made] = invite([Guest("eve@elm.example")], by=actor(dora), role=Role.SALES)
    over = start(dora, by=actor(alice), plan=Plan({}), ends_access=True)
    assert over.withdrawn == 1
    assert Invitation.objects.get(pk=made.pk).state == "revoked"


def test_it_is_refused_where_it_makes_no_sense(
    workspace: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    boss = actor(alice)
    with pytest.raises(ValidationError, match="needs an owner"):
        start(alice, by=boss, plan=Plan({}), ends_access=True)
    User.objects.filter(pk=charlie.pk).update(role=Role.OWNER)
    with pytest.raises(ValidationError, match="another owner"):
        start(alice, by=boss, plan=Plan({}), ends_access=True)
    assert User.objects.get(pk=alice.pk).is_active
    with pytest.raises(ValidationError, match="cannot take it over"):
        start(bob, by=boss, plan=Plan({"accounts": bob}), ends_access=True)
    deactivate_person(charlie, by=boss)
    with pytest.raises(ValidationError) as refusal:
        start(bob, by=boss, plan=Plan({"accounts": charlie}), ends_access=True)
    assert set(refusal.value.message_dict) == {"to.accounts"}
    with pytest.raises(ValidationError, match="has left"):
        start(charlie, by=boss, plan=Plan({}), ends_access=True)
    assert User.objects.get(pk=bob.pk).is_active
    start(bob, by=boss, plan=Plan({}), ends_access=False)
    with pytest.raises(ValidationError, match="at work"):
        start(bob, by=boss, plan=Plan({}), ends_access=False)
    assert HandOver.objects.count() == 1


@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
def test_it_takes_the_right(workspace: Any, request: Any, charlie: Any, name: str) -> None:
    by = actor(request.getfixturevalue(name))
    with pytest.raises(PermissionDenied):
        start(charlie, by=by, plan=Plan({}), ends_access=True)


def test_an_administrator_hands_over_for_no_owner(workspace: Any, alice: Any, dora: Any) -> None:
    User.objects.filter(pk=dora.pk).update(role=Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        start(alice, by=actor(dora), plan=Plan({"accounts": dora}), ends_access=False)


def die_after(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """Kill whoever hands over rows, after some batches."""
    made, real = [], ownership.hand_over

    def once_more(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if len(made) == calls:
            monkeypatch.setattr(handing_over, "hand_over", real)
            raise Killed
        made.append(1)
        return result

    monkeypatch.setattr(handing_over, "hand_over", once_more)


def test_a_killed_one_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch, fresh: Any) -> None:
    monkeypatch.setattr(handing_over, "BATCH", 10)
    fiona, bob, charlie = (person(name, ref=fresh) for name in ("fiona", "bob", "charlie"))
    with use_tenant(fresh):
        for number in range(35):
            sample("accounts", by=fiona, owner=bob, name=f"A {number}")
        plan = Plan({"accounts": charlie})
        made = start(bob, by=actor(fiona), plan=plan, ends_access=True)
        die_after(monkeypatch, 2)
        with pytest.raises(Killed):
            run(made.pk)
        made.refresh_from_db()
        accounts = registry.get("accounts").model.objects
        assert (made.status, made.moved) == ("running", 20)
        assert accounts.filter(owner=charlie).count() == 20
        done(made)
        assert (made.status, made.moved, made.refused) == ("done", 35, 0)
        assert accounts.filter(owner=charlie).count() == 35
        kept = [pk for one in HandOverBatch.objects.all() for pk in one.moved_ids]
        assert len(kept) == len(set(kept)) == 35
        start_undo(made, by=actor(fiona))
        die_after(monkeypatch, 1)
        with pytest.raises(Killed):
            run(made.pk)
        done(made)
        assert (made.undo, made.returned, made.kept) == ("done", 35, 0)
        assert accounts.filter(owner=bob).count() == 35


def test_undo_gives_back_what_nobody_gave_further(
    bobs: Any, alice: Any, bob: Any, charlie: Any, dora: Any
) -> None:
    before = owned(bob)
    made = done(start(bob, by=actor(alice), plan=Plan(everything(charlie)), ends_access=True))
    account = bobs["live"]["accounts"]
    values = {"owner_id": dora.pk}
    changes.update(registry.get("accounts"), account.pk, values, actor=actor(alice), version=None)
    contact = bobs["live"]["contacts"]
    values = {"name": "Renamed since"}
    changes.update(registry.get("contacts"), contact.pk, values, actor=actor(alice), version=None)
    gone = bobs["gone"]["accounts"]
    changes.restore(registry.get("accounts"), gone.pk, actor=actor(alice))
    start_undo(made, by=actor(alice))
    done(made)
    assert (made.undo, made.kept) == ("done", 1)
    assert owned(bob) == before - 1
    contact.refresh_from_db()
    gone.refresh_from_db()
    account.refresh_from_db()
    assert (contact.name, contact.owner_id) == ("Renamed since", bob.pk)
    assert (gone.owner_id, account.owner_id) == (bob.pk, dora.pk)
    assert not User.objects.get(pk=bob.pk).is_active
    with pytest.raises(ValidationError, match="nothing to take back"):
        start_undo(made, by=actor(alice))


def test_rows_that_are_refused_stay_and_do_not_stop_the_rest(
    workspace: Any, alice: Any, bob: Any, charlie: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "BATCH", 2)
    rows = [sample("accounts", by=alice, owner=bob, name=f"A {n}").pk for n in range(5)]
    entity, real = registry.get("accounts"), type(registry.get("accounts")).prepare

    def prepare(self: Any, drafts: Any, **rest: Any) -> None:
        real(self, drafts, **rest)
        for draft in drafts:
            if draft.row.pk in rows[:2]:
                draft.refuse("name", "Not this one.")

    monkeypatch.setattr(type(entity), "prepare", prepare)
    made = done(start(bob, by=actor(alice), plan=Plan({"accounts": charlie}), ends_access=False))
    assert (made.status, made.moved, made.refused) == ("done", 3, 2)
    assert made.batches.exclude(reason="").get().reason == "Not this one."


def test_one_whose_author_may_no_longer_waits_for_another(
    workspace: Any, alice: Any, bob: Any, charlie: Any, dora: Any
) -> None:
    User.objects.filter(pk=dora.pk).update(role=Role.ADMINISTRATOR)
    sample("accounts", by=alice, owner=bob)
    made = start(bob, by=actor(dora), plan=Plan({"accounts": charlie}), ends_access=False)
    with pytest.raises(ValidationError, match="nothing to go on with"):
        resume(made, by=actor(alice))
    User.objects.filter(pk=dora.pk).update(role=Role.SALES)
    done(made)
    assert (made.status, made.moved) == ("failed", 0)
    resume(made, by=actor(alice))
    done(made)
    assert (made.status, made.moved, made.by_id) == ("done", 1, alice.pk)


def test_the_wizard_counts_and_the_page_tells(
    browser: Any, two: Any, bobs: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    client, path = browser(alice), f"/settings/people/{bob.pk}/leave/"
    page = client.get(path).content.decode()
    for part in parts():
        if part.count(bob.pk):
            assert f'name="to.{part.key}"' in page
    wrong = client.post(path, {"to": "999999"})
    assert wrong.status_code == 422
    assert User.objects.get(pk=bob.pk).is_active
    sent = client.post(path, {"to": charlie.pk, "to.contacts": "", "withdraw": "1"})
    made = HandOver.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/settings/hand-overs/{made.pk}/")
    assert 'hx-trigger="every 1s"' in client.get(sent["Location"]).content.decode()
    done(made)
    shown = client.get(sent["Location"]).content.decode()
    assert "Everything is handed over." in shown
    assert "Charlie Cedar" in shown
    assert {part["entity"] for part in made.parts} >= {"accounts", "deals"}
    assert "contacts" not in {part["entity"] for part in made.parts}
    assert client.post(f"/settings/hand-overs/{made.pk}/change/", {"undo": "1"}).status_code == 302
    done(made)
    assert made.undo == "done"


def test_somebody_leaves_a_read_only_workspace_and_his_things_follow_later(
    bobs: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    before = owned(bob)
    Limits.objects.update(state=Limits.State.RESTRICTED)
    made = done(start(bob, by=actor(alice), plan=Plan(everything(charlie)), ends_access=True))
    bob.refresh_from_db()
    assert not bob.is_active
    assert (made.status, made.moved, owned(bob)) == ("failed", 0, before)
    assert "read only" in made.error
    Limits.objects.update(state=Limits.State.ACTIVE)
    resume(made, by=actor(alice))
    made = done(made)
    assert (made.status, made.error, made.moved) == ("done", "", before - 2)
