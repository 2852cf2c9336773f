"""What a cell under a relation finds: only what the importer sees, and never one of two."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from app.access.actors import Actor
from app.access.models import User
from app.imports.models import Import
from app.imports.proposing import all_unknown
from app.records import changes, registry
from app.sales.accounts import Account
from app.sales.contacts import Contact
from app.sales.deals import Deal
from tests.imports.conftest import actor_of, counts, import_file, make_pipeline


def make_account(actor: Actor, name: str, **values: Any) -> Any:
    return changes.create(registry.get("accounts"), {"name": name, **values}, actor=actor)


def reasons(made: Import) -> list[dict[str, list[str]]]:
    return [
        found for found in made.lines.order_by("number").values_list("errors", flat=True) if found
    ]


def contacts(cell: str, *, actor: Actor, **column: Any) -> Import:
    mapping = {"columns": {"name": "name", "account": {"field": "account", **column}}}
    return import_file(
        f"name,account\nX,{cell}\n".encode(), "contacts", actor=actor, mapping=mapping
    )


@pytest.mark.parametrize("cell", ["A-1", "Acme", "ACME", "info@acme.example", "INFO@acme.example"])
def test_external_id_email_and_name_find_the_record(owner: Actor, cell: str) -> None:
    account = make_account(owner, "Acme", external_id="A-1", email="info@acme.example")
    make_account(owner, "Bolt")
    assert counts(contacts(cell, actor=owner)) == (1, 1, 0, 0, 0)
    assert Contact.objects.get().account_id == account.pk


def test_two_matches_fail_the_row(owner: Actor) -> None:
    make_account(owner, "Acme")
    make_account(owner, "Acme")
    made = contacts("Acme", actor=owner)
    assert counts(made) == (1, 0, 0, 0, 1)
    assert "ambiguous" in reasons(made)[0]["account"][0]


def test_an_external_id_that_is_also_a_name_is_ambiguous(owner: Actor) -> None:
    make_account(owner, "Acme", external_id="360")
    make_account(owner, "360")
    assert contacts("360", actor=owner).failed == 1


def test_the_exact_spelling_beats_another_case(owner: Actor) -> None:
    make_account(owner, "ACME")
    account = make_account(owner, "Acme")
    contacts("Acme", actor=owner)
    assert Contact.objects.get().account_id == account.pk


@pytest.fixture
def manager(owner: Actor, charlie: Any) -> Actor:
    """charlie, manager of the other team."""
    User.objects.filter(pk=charlie.pk).update(role="manager")
    return actor_of(charlie)


def test_a_hidden_record_is_unknown(owner: Actor, manager: Actor, bob: Any) -> None:
    hidden = make_account(owner, "Bob's", external_id="B-1", owner_id=bob.pk)
    for cell in ("Bob's", "B-1"):
        made = contacts(cell, actor=manager)
        assert reasons(made) == [{"account": [f"“{cell}” is unknown."]}]
        assert all_unknown(made, made.mapping, actor=manager)["account"][0].offer == ""
    made = contacts(str(hidden.pk), actor=manager)
    assert made.failed == 1


def test_a_hidden_twin_makes_nothing_ambiguous(owner: Actor, manager: Actor, bob: Any) -> None:
    make_account(owner, "Acme", owner_id=bob.pk)
    seen = make_account(manager, "Acme")
    contacts("Acme", actor=manager)
    assert Contact.objects.get().account_id == seen.pk


def test_a_hidden_record_cannot_be_a_default_by_its_id(
    owner: Actor, manager: Actor, bob: Any
) -> None:
    hidden = make_account(owner, "Bob's", owner_id=bob.pk)
    mapping = {"columns": {"name": "name"}, "defaults": {"account_id": hidden.pk}}
    made = import_file(b"name\nX\n", "contacts", actor=manager, mapping=mapping)
    assert (made.created, made.failed) == (0, 1)


def test_a_hidden_record_is_not_updated_by_its_external_id(
    owner: Actor, manager: Actor, bob: Any
) -> None:
    make_account(owner, "Bob's", external_id="B-1", owner_id=bob.pk)
    made = import_file(b"id,name\nB-1,Mine now\n", "accounts", actor=manager)
    assert (made.updated, made.failed) == (0, 1)
    assert Account.objects.get().name == "Bob's"


def test_a_hidden_record_is_not_found_by_name(owner: Actor, manager: Actor, bob: Any) -> None:
    make_account(owner, "Acme", industry="steel", owner_id=bob.pk)
    made = import_file(b"name,industry\nAcme,glass\n", "accounts", actor=manager)
    assert counts(made) == (1, 1, 0, 0, 0)
    assert set(Account.objects.values_list("industry", flat=True)) == {"steel", "glass"}


def test_records_cannot_be_given_to_another_team(owner: Actor, manager: Actor, bob: Any) -> None:
    data = f"name,owner\nX,{bob.name}\nY,{manager.name}\n".encode()
    made = import_file(data, "accounts", actor=manager)
    assert (made.created, made.failed) == (1, 1)
    assert "owner" in reasons(made)[0]


def test_people_are_added_only_by_those_who_may(owner: Actor, manager: Actor) -> None:
    mapping = {"columns": {"name": "name", "owner": {"field": "owner", "unknown": "create"}}}
    data = b"name,owner\nX,Nora New\n"
    made = import_file(data, "accounts", actor=manager, mapping=mapping)
    assert "may not add" in reasons(made)[0]["owner"][0]
    assert import_file(data, "accounts", actor=owner, mapping=mapping).created == 1
    assert User.objects.get(name="Nora New").has_seat is False


def test_unknown_values_are_offered_created_or_left_out(owner: Actor) -> None:
    make_account(owner, "GTX Pro")
    made = contacts("GTXPro", actor=owner)
    unknown = all_unknown(made, made.mapping, actor=owner)["account"][0]
    assert (unknown.text, unknown.count, unknown.offer) == ("GTXPro", 1, "GTX Pro")
    contacts("GTXPro", actor=owner, values={"GTXPro": "GTX Pro"})
    contacts("Nobody", actor=owner, unknown="blank")
    contacts("New one", actor=owner, unknown="create")
    found = list(Contact.objects.order_by("id").values_list("account__name", flat=True))
    assert found == ["GTX Pro", None, "New one"]


def test_a_stage_is_looked_up_in_its_pipeline(owner: Actor) -> None:
    for name in ("One", "Two"):
        pipeline = make_pipeline(owner) if name == "Two" else None
        if pipeline is None:
            one = changes.create(registry.get("pipelines"), {"name": "One"}, actor=owner)
            values = {"name": "Won", "kind": "won", "pipeline_id": one.pk}
            changes.create(registry.get("stages"), values, actor=owner)
    data = b"id,name,pipeline,stage\n1,A,One,Won\n2,B,,Won\n3,C,One,Engaging\n"
    made = import_file(data, "deals", actor=owner)
    assert reasons(made) == [{"stage": ["“Engaging” is unknown."]}]
    found = dict(Deal.objects.values_list("name", "stage__pipeline__name"))
    assert found == {"A": "One", "B": "B2B"}


def test_parents_come_in_whatever_the_order_and_depth(owner: Actor) -> None:
    data = b"id,name,parent\n1,Leaf,Twig\n2,Twig,Branch\n3,Branch,Root\n4,Root,\n5,Lost,Nowhere\n"
    made = import_file(data, "accounts", actor=owner)
    assert counts(made) == (5, 4, 0, 0, 1)
    assert Account.objects.get(name="Leaf").parent.parent.parent.name == "Root"  # type: ignore[union-attr]
    assert reasons(made) == [{"parent": ["“Nowhere” is unknown."]}]


def test_rows_that_point_at_each_other_fail(owner: Actor) -> None:
    data = b"id,name,parent\n1,Hen,Egg\n2,Egg,Hen\n3,Self,Self\n"
    assert counts(import_file(data, "accounts", actor=owner)) == (3, 0, 0, 0, 3)


def test_look_ups_take_few_queries(owner: Actor, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        make_account(owner, f"Account {number}")
    rows = "".join(f"N{n},Account {n % 20}\n" for n in range(500))
    with django_assert_max_num_queries(60, connection=connection):
        made = import_file(f"name,account\n{rows}".encode(), "contacts", actor=owner)
    assert made.created == 500
