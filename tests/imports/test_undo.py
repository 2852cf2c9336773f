"""Undo brings back the state before, except what somebody edited since."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.actors import Actor
from app.access.models import User
from app.imports.models import Import
from app.imports.undoing import undo
from app.records import changes, registry
from app.records.models import SearchEntry
from app.sales.accounts import Account
from app.sales.deals import Deal, StageChange
from tests.imports.conftest import counts, import_file, make_pipeline

FIRST = b"id,name,industry,parent\n1,Acme,steel,\n2,Bolt,,Acme\n3,Cog,wood,Bolt\n"
SECOND = b"id,name,industry,parent\n1,Acme,glass,\n2,Bolt,,Acme\n4,Dot,wood,Acme\n"


def take_back(made: Import, actor: Actor) -> Import:
    made.undo, made.undo_by_id = Import.Undo.QUEUED, actor.user_id
    made.save()
    undo(made.pk)
    made.refresh_from_db()
    return made


def state() -> list[tuple[Any, ...]]:
    columns = ("external_id", "name", "industry", "parent__name", "owner_id", "deleted_at")
    return list(Account.objects.order_by("external_id").values_list(*columns))


def test_created_records_go_without_a_trace(owner: Actor) -> None:
    made = import_file(FIRST, "accounts", actor=owner)
    assert counts(made) == (3, 3, 0, 0, 0)
    made = take_back(made, owner)
    assert (made.undo, made.undone, made.kept) == ("done", 3, 0)
    assert (state(), SearchEntry.objects.count()) == ([], 0)


def test_the_file_can_be_imported_again_after_the_undo(owner: Actor) -> None:
    take_back(import_file(FIRST, "accounts", actor=owner), owner)
    assert counts(import_file(FIRST, "accounts", actor=owner)) == (3, 3, 0, 0, 0)


def test_changed_records_get_their_values_back(owner: Actor) -> None:
    import_file(FIRST, "accounts", actor=owner)
    before = state()
    second = import_file(SECOND, "accounts", actor=owner)
    assert counts(second) == (3, 1, 1, 1, 0)
    take_back(second, owner)
    assert state() == before


def test_both_imports_can_be_undone_one_after_the_other(owner: Actor) -> None:
    first = import_file(FIRST, "accounts", actor=owner)
    take_back(import_file(SECOND, "accounts", actor=owner), owner)
    first = take_back(first, owner)
    assert (first.undone, first.kept, state()) == (3, 0, [])


def test_rows_that_a_later_import_changed_are_kept(owner: Actor) -> None:
    first = import_file(FIRST, "accounts", actor=owner)
    import_file(SECOND, "accounts", actor=owner)
    first = take_back(first, owner)
    assert {row[1] for row in state()} == {"Acme", "Bolt", "Dot"} - {"Bolt"}
    assert (first.undone, first.kept) == (2, 1)


def test_an_edited_record_is_kept_and_reported(owner: Actor) -> None:
    made = import_file(FIRST, "accounts", actor=owner)
    cog = Account.objects.get(name="Cog")
    values = {"industry": "paper"}
    changes.update(registry.get("accounts"), cog.pk, values, actor=owner, version=cog.version)
    made = take_back(made, owner)
    kept = [row[1] for row in state()]
    assert kept == ["Acme", "Bolt", "Cog"], "its parents are needed"
    assert (made.undone, made.kept) == (0, 3)
    first, _second, third = made.lines.order_by("number").values_list("errors", flat=True)
    assert "changed since" in third[""][0]
    assert "depend" in first[""][0]


def test_a_deleted_record_stays_in_the_recycle_bin(owner: Actor) -> None:
    made = import_file(FIRST, "accounts", actor=owner)
    cog = Account.objects.get(name="Cog")
    changes.delete(registry.get("accounts"), cog.pk, actor=owner, version=cog.version)
    made = take_back(made, owner)
    assert Account.objects.get(name="Cog").deleted_at
    assert made.kept >= 1


def test_a_deleted_id_fails_its_row_with_the_reason(owner: Actor) -> None:
    import_file(FIRST, "accounts", actor=owner)
    cog = Account.objects.get(name="Cog")
    changes.delete(registry.get("accounts"), cog.pk, actor=owner, version=cog.version)
    again = import_file(FIRST, "accounts", actor=owner)
    assert counts(again) == (3, 0, 0, 2, 1)
    assert "was deleted" in str(again.lines.get(number=4).errors)


def test_what_was_created_on_the_way_goes_too(owner: Actor) -> None:
    make_pipeline(owner)
    people = set(User.objects.values_list("name", flat=True))
    made = import_deals(owner)
    assert set(User.objects.values_list("name", flat=True)) == people | {"Ann Oak", "Ben Elm"}
    made = take_back(made, owner)
    assert set(User.objects.values_list("name", flat=True)) == people
    left = (Deal.objects.count(), Account.objects.count(), StageChange.objects.count())
    assert left == (0, 0, 0)


def import_deals(owner: Actor) -> Import:
    data = b"opportunity_id,agent,account,stage\n1,Ann Oak,Acme,Won\n2,Ben Elm,Bolt,Engaging\n"
    create = {"unknown": "create"}
    mapping = {
        "columns": {
            "opportunity_id": "external_id",
            "agent": {"field": "owner", **create},
            "account": {"field": "account", **create},
            "stage": "stage",
        },
        "compose": {"name": "{account} {opportunity_id}"},
    }
    made = import_file(data, "deals", actor=owner, mapping=mapping)
    assert counts(made) == (2, 2, 0, 0, 0)
    return made


def test_a_person_who_came_to_own_more_is_kept(owner: Actor) -> None:
    make_pipeline(owner)
    made = import_deals(owner)
    ann = User.objects.get(name="Ann Oak")
    changes.create(registry.get("accounts"), {"name": "X", "owner_id": ann.pk}, actor=owner)
    made = take_back(made, owner)
    assert User.objects.filter(name="Ann Oak").exists()
    assert not User.objects.filter(name="Ben Elm").exists()
    assert made.extras.get().kept


@pytest.mark.parametrize("role", ["bob", "rita"])
def test_only_those_who_may_delete_can_undo(owner: Actor, role: str, request: Any) -> None:
    from tests.imports.conftest import actor_of

    made = import_file(FIRST, "accounts", actor=owner)
    made = take_back(made, actor_of(request.getfixturevalue(role)))
    assert (made.undone, made.kept, len(state())) == (0, 3, 3)
