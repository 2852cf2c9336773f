from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from app.access.actors import Actor, load_actor
from app.access.models import Limits, Role, Team, User
from app.access.people import (
    change_person,
    create_person,
    create_seatless,
    deactivate_person,
    give_seat,
    reactivate_person,
)
from tenants.context import Ref
from tenants.handoffs import tenants_of_email


def actor_of(user: User) -> Actor:
    actor = load_actor(user.pk)
    assert actor is not None
    return actor


def administrator() -> Actor:
    user = User.objects.create_user(
        "admin@acme.example", "pw-of-the-admin", name="Ada", role=Role.ADMINISTRATOR
    )
    return actor_of(user)


def test_a_person_with_an_address_takes_a_seat(workspace: Ref, alice: User) -> None:
    eve = create_person(
        "Eve Elm", by=actor_of(alice), email="Eve@Acme.Example", password="leaves of green"
    )
    assert (eve.email, eve.has_seat, eve.role) == ("eve@acme.example", True, "sales")
    assert eve.check_password("leaves of green")


def test_a_person_without_an_address_takes_none_and_cannot_sign_in(
    workspace: Ref, alice: User
) -> None:
    Limits.objects.update(seats=1)
    agents = create_seatless(["Moses Frase", "Darcel Schlecht"], by=actor_of(alice))
    assert [(a.email, a.has_seat, a.can_sign_in) for a in agents] == [(None, False, False)] * 2
    assert not agents[0].has_usable_password()


def test_seats_run_out(workspace: Ref, alice: User) -> None:
    Limits.objects.update(seats=5)
    with pytest.raises(ValidationError, match="seats"):
        create_person("Eve", by=actor_of(alice), email="e@acme.example", password="leaves of green")
    assert not User.objects.filter(name="Eve").exists()


def test_two_people_cannot_have_one_address(workspace: Ref, alice: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        create_person(
            "Bob", by=actor_of(alice), email="BOB@acme.example", password="leaves of green"
        )
    assert "email" in refusal.value.message_dict


def test_a_weak_password_is_named_as_the_fault(workspace: Ref, alice: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        create_person("Eve", by=actor_of(alice), email="eve@acme.example", password="password")
    assert set(refusal.value.message_dict) == {"password"}


def test_the_database_wants_an_address_for_a_seat(workspace: Ref) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(name="Nobody", has_seat=True, email=None)


@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
def test_only_owner_and_administrators_keep_people(
    workspace: Ref, request: pytest.FixtureRequest, name: str, charlie: User
) -> None:
    actor = actor_of(request.getfixturevalue(name))
    with pytest.raises(PermissionDenied):
        create_person("Eve", by=actor)
    with pytest.raises(PermissionDenied):
        deactivate_person(charlie, by=actor)
    with pytest.raises(PermissionDenied):
        change_person(charlie, by=actor, name="C", role=Role.OWNER, team=None)


def test_an_administrator_makes_and_touches_no_owner(
    workspace: Ref, alice: User, bob: User
) -> None:
    admin = administrator()
    with pytest.raises(PermissionDenied):
        create_person(
            "Eve", by=admin, email="e@acme.example", password="leaves of green", role=Role.OWNER
        )
    with pytest.raises(PermissionDenied):
        change_person(bob, by=admin, name="Bob", role=Role.OWNER, team=None)
    with pytest.raises(PermissionDenied):
        deactivate_person(alice, by=admin)
    change_person(bob, by=admin, name="Bob", role=Role.MANAGER, team=None)
    assert User.objects.get(pk=bob.pk).role == Role.MANAGER


def test_the_last_owner_stays(workspace: Ref, alice: User, bob: User) -> None:
    owner = actor_of(alice)
    with pytest.raises(ValidationError, match="needs an owner"):
        deactivate_person(alice, by=owner)
    with pytest.raises(ValidationError, match="needs an owner"):
        change_person(alice, by=owner, name="Alice", role=Role.SALES, team=None)
    alice.refresh_from_db()
    assert (alice.role, alice.is_active) == (Role.OWNER, True)
    change_person(bob, by=owner, name="Bob", role=Role.OWNER, team=None)
    deactivate_person(alice, by=owner)
    assert not User.objects.get(pk=alice.pk).is_active


def test_a_seatless_person_is_given_a_seat(workspace: Ref, alice: User) -> None:
    [agent] = create_seatless(["Moses Frase"], by=actor_of(alice))
    give_seat(agent, by=actor_of(alice), email="moses@acme.example", password="leaves of green")
    assert User.objects.get(pk=agent.pk).can_sign_in


def test_coming_back_takes_a_seat_again(workspace: Ref, alice: User, bob: User) -> None:
    deactivate_person(bob, by=actor_of(alice))
    Limits.objects.update(seats=4)
    with pytest.raises(ValidationError, match="seats"):
        reactivate_person(bob, by=actor_of(alice))
    Limits.objects.update(seats=5)
    reactivate_person(bob, by=actor_of(alice))
    assert User.objects.get(pk=bob.pk).can_sign_in


def test_find_my_workspace_learns_of_people_and_forgets_them(
    workspace: Ref, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(using="default", execute=True):
        eve = create_person(
            "Eve", by=actor_of(alice), email="eve@elm.example", password="leaves of green"
        )
    assert [t.subdomain for t in tenants_of_email("EVE@elm.example")] == ["acme"]
    with django_capture_on_commit_callbacks(using="default", execute=True):
        deactivate_person(eve, by=actor_of(alice))
    assert tenants_of_email("eve@elm.example") == []


def test_changes_of_people_are_in_the_trail_without_the_password(
    workspace: Ref, alice: User, bob: User
) -> None:
    team = Team.objects.get(name="South")
    change_person(bob, by=actor_of(alice), name="Robert", role=Role.MANAGER, team=team)
    bob.set_password("a new password")
    bob.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_auditentry")
        trail = str(cursor.fetchall())
    assert "Robert" in trail
    assert bob.password not in trail
