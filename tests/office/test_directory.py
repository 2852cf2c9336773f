"""Whoever comes is in the directory, under the name of his account."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from app.access import people
from app.access.listeners import Happening, tell
from app.access.models import User
from app.access.pictures import show_person
from app.office.employees import Employee
from app.records import changes, registry
from app.records.errors import Invalid, Refused
from app.records.models import AuditEntry, Event
from app.records.search import search
from tenants.context import use_tenant
from tests.drawing import drawn
from tests.records.helpers import actor, make

ROWS = Employee._default_manager


def row_of(person: Any) -> Any:
    return ROWS.get(person=person, deleted_at=None)


def entered(name: str, *, by: Any) -> tuple[User, Any]:
    """A new person and his row."""
    person = people.create_seatless([name], by=actor(by))[0]
    return person, row_of(person)


def update(slug: str, row: Any, *, by: Any, **values: Any) -> None:
    changes.update(registry.get(slug), row.pk, values, actor=actor(by), version=None)


def test_whoever_is_added_is_in_the_directory_and_found_there(workspace, alice):
    _eve, row = entered("Eve Elm", by=alice)
    assert (row.name, row.owner_id, row.created_by_id) == ("Eve Elm", None, alice.pk)
    assert [(hit.entity, hit.id) for hit in search("Eve", actor=actor(alice))] == [
        ("employees", row.pk)
    ]
    told = Event._default_manager.get(entity="employees")
    assert (told.name, told.record_ids) == ("employee.created", [row.pk])
    audit = AuditEntry._default_manager.filter(table_name="office_employee", record_id=row.pk)
    assert audit.filter(op="create").exists()


def test_somebody_whom_the_system_adds_is_in_the_directory_too(workspace):
    person = people.create_person(
        "Cora", by=None, email="cora@acme.example", password="correct horse battery"
    )
    assert row_of(person).name == "Cora"


def test_a_row_without_an_account_becomes_the_one_of_its_namesake(workspace, alice):
    made = make("employees", alice, name="eve elm", post="Engineer")
    _eve, row = entered("Eve Elm", by=alice)
    assert (row.pk, row.name, row.post) == (made.pk, "Eve Elm", "Engineer")


def test_a_name_that_only_sounds_alike_is_somebody_else(workspace, alice):
    row = make("employees", alice, name="汪维")
    assert entered("王伟", by=alice)[1].pk != row.pk


def test_of_two_namesakes_neither_is_taken(workspace, alice):
    made = [make("employees", alice, name="Eve Elm").pk for _turn in range(2)]
    _eve, row = entered("Eve Elm", by=alice)
    assert row.pk not in made


def test_a_deleted_namesake_is_not_taken(workspace, alice):
    made = make("employees", alice, name="Eve Elm")
    changes.delete(registry.get("employees"), made.pk, actor=actor(alice), version=None)
    assert entered("Eve Elm", by=alice)[1].pk != made.pk


def test_the_row_follows_a_new_name_whoever_gives_it(workspace, alice, bob):
    tell(bob, Happening.ADDED, by=None)
    people.change_profile(bob, by=actor(bob), name="Bob Beech", language="", time_zone="")
    row = row_of(bob)
    assert (row.name, row.sort_key, row.updated_by_id) == ("Bob Beech", "bob beech", bob.pk)
    people.change_person(bob, by=actor(alice), name="Bob Fir", role="sales", team=None)
    assert row_of(bob).name == "Bob Fir"
    assert [hit.title for hit in search("Fir", actor=actor(alice))] == ["Bob Fir"]


def test_the_directory_does_not_rename_an_account(workspace, alice):
    _eve, row = entered("Eve Elm", by=alice)
    with pytest.raises(Invalid) as refusal:
        update("employees", row, by=alice, name="Adam")
    assert list(refusal.value.errors) == ["name"]
    assert row_of(_eve).name == "Eve Elm"


def test_somebody_with_an_account_cannot_be_deleted_from_the_directory(workspace, alice):
    _eve, row = entered("Eve Elm", by=alice)
    with pytest.raises(Refused, match="day of leaving"):
        changes.delete(registry.get("employees"), row.pk, actor=actor(alice), version=None)
    assert ROWS.get(pk=row.pk).deleted_at is None


def test_nobody_links_a_row_to_an_account_by_hand(workspace, alice, bob):
    with pytest.raises(Invalid) as refusal:
        make("employees", alice, name="Eve", person_id=bob.pk)
    assert list(refusal.value.errors) == ["person_id"]


def test_a_department_with_people_stays(workspace, alice):
    sales = make("departments", alice, name="Sales")
    make("employees", alice, name="Eve", department_id=sales.pk)
    with pytest.raises(Refused, match="1 employees"):
        changes.delete(registry.get("departments"), sales.pk, actor=actor(alice), version=None)


def test_a_department_is_no_part_of_itself(workspace, alice):
    top = make("departments", alice, name="Top")
    part = make("departments", alice, name="Part", parent_id=top.pk)
    with pytest.raises(Invalid, match="circle"):
        changes.update(
            registry.get("departments"),
            top.pk,
            {"parent_id": part.pk},
            actor=actor(alice),
            version=None,
        )


def test_nobody_leaves_before_he_joins(workspace, alice):
    with pytest.raises(Invalid, match="before he joins"):
        make("employees", alice, name="Eve", joined_on="2026-05-01", left_on="2026-04-30")


def test_an_employee_number_is_given_once(workspace, alice):
    make("employees", alice, name="Eve", number="7")
    with pytest.raises(Invalid, match="number"):
        make("employees", alice, name="Adam", number="7")


def test_a_person_who_is_removed_leaves_no_row_behind(workspace, alice):
    _eve, row = entered("Eve Elm", by=alice)
    people.remove_person(_eve, by=actor(alice))
    assert not ROWS.filter(pk=row.pk).exists()
    assert search("Eve", actor=actor(alice)) == []


def test_somebody_who_is_deactivated_stays_in_the_directory(workspace, alice, bob):
    tell(bob, Happening.ADDED, by=None)
    people.deactivate_person(bob, by=actor(alice))
    assert row_of(bob).name == "Bob Birch"


def test_the_timeline_tells_of_another_department(workspace, alice, browser, two):
    first, second = (make("departments", alice, name=name) for name in ("Alpha", "Omega"))
    row = make("employees", alice, name="Eve", department_id=first.pk)
    changes.update(
        registry.get("employees"),
        row.pk,
        {"department_id": second.pk},
        actor=actor(alice),
        version=1,
    )
    page = browser(alice).get(f"/employees/{row.pk}/").content.decode()
    assert "changed Department from" in page
    assert "<s>Alpha</s>" in page


def test_who_was_there_before_the_directory_gets_a_row_once(workspace, alice, bob):
    from importlib import import_module

    everybody = import_module("app.office.migrations.0002_everybody")

    class Editor:
        connection = connections[workspace.cell]

    people_before = User.objects.count()
    for _turn in range(2):
        everybody.enter_everybody(None, Editor)
        assert ROWS.filter(person__isnull=False).count() == people_before
    assert (row_of(bob).name, row_of(bob).sort_key) == (bob.name, bob.sort_key)
    assert [hit.entity for hit in search("Birch", actor=actor(alice))] == ["employees"]


def test_mallory_sees_nobody_of_another_workspace(two, alice, mallory, browser):
    with use_tenant(two[0]):
        _eve, row = entered("Eve Elm", by=alice)
    assert browser(alice).get(f"/employees/{row.pk}/").status_code == 200
    foreign = browser(mallory, ref=two[1])
    assert foreign.get(f"/employees/{row.pk}/").status_code == 404
    assert b"Eve Elm" not in foreign.get("/employees/").content


def test_sales_reads_the_directory_and_does_not_write_it(workspace, alice, bob, browser):
    row = make("employees", alice, name="Eve Elm")
    page = browser(bob).get(f"/employees/{row.pk}/")
    assert page.status_code == 200
    assert browser(bob).get(f"/employees/{row.pk}/edit/").status_code == 403
    assert browser(bob).get("/employees/new/").status_code == 403


def test_the_directory_shows_pictures_and_names_lead_into_it(workspace, alice, browser):
    eve, row = entered("Eve Elm", by=alice)
    show_person(eve, drawn("PNG"))
    address = f"/pictures/{eve.pk}/{eve.picture}.webp"
    client = browser(alice)
    for path in ("/employees/", f"/employees/{row.pk}/"):
        assert address in client.get(path).content.decode()
    assert client.get(f"/people/{eve.pk}/")["Location"] == f"/employees/{row.pk}/"
    assert client.get("/people/999999/").status_code == 404
