from __future__ import annotations

from threading import Event, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction

from app.access.actors import load_actor
from app.access.models import Branch, Team, User, Workspace
from app.access.rights import Scope
from app.access.tree import place_under, put_in
from tenants.context import Ref, use_tenant


def under(user: User) -> set[str]:
    actor = load_actor(user.pk)
    assert actor is not None
    people = User.objects.filter(pk__in=actor.reach[Scope.UNDER])
    return {name.split()[0] for name in people.values_list("name", flat=True)}


def test_everybody_below_is_under_a_manager_however_deep(
    workspace: Ref, bob: User, charlie: User, dora: User, rita: User
) -> None:
    place_under(bob, charlie)
    place_under(rita, bob)
    place_under(charlie, dora)
    assert under(dora) == {"Dora", "Charlie", "Bob", "Rita"}
    assert under(charlie) == {"Charlie", "Bob", "Rita"}
    assert under(rita) == {"Rita"}
    place_under(bob, None)
    assert under(dora) == {"Dora", "Charlie"}


def test_nobody_comes_to_stand_above_himself(
    workspace: Ref, bob: User, charlie: User, dora: User
) -> None:
    place_under(bob, charlie)
    place_under(charlie, dora)
    for user, manager in ((dora, bob), (charlie, bob), (dora, dora)):
        with pytest.raises(ValidationError) as refusal:
            place_under(user, manager)
        assert set(refusal.value.message_dict) == {"manager"}
    assert User.objects.get(pk=dora.pk).manager is None
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=dora.pk).update(manager=dora.pk)


def test_somebody_who_left_leads_nobody_new_but_keeps_whom_he_led(
    workspace: Ref, bob: User, charlie: User, dora: User
) -> None:
    place_under(bob, dora)
    User.objects.filter(pk=dora.pk).update(is_active=False)
    place_under(bob, dora)
    with pytest.raises(ValidationError, match="has left"):
        place_under(charlie, dora)


def test_a_person_saved_late_does_not_bring_a_former_manager_back(
    workspace: Ref, bob: User, charlie: User, dora: User
) -> None:
    place_under(bob, charlie)
    read_before = User.objects.get(pk=bob.pk)
    place_under(bob, dora)
    read_before.set_password("another long password")
    read_before.save()
    bob.refresh_from_db()
    assert bob.manager_id == dora.pk
    assert bob.check_password("another long password")


def test_of_two_moves_at_once_that_make_a_circle_one_is_refused(fresh: Ref) -> None:
    begun, refused = Event(), []

    def second() -> None:
        with use_tenant(fresh):
            bob, charlie = people()
            begun.set()
            try:
                place_under(charlie, bob)
            except ValidationError as error:
                refused.append(error)
            finally:
                connections.close_all()

    def people() -> tuple[User, User]:
        return User.objects.get(name="Bob Birch"), User.objects.get(name="Charlie Cedar")

    other = Thread(target=second)
    with use_tenant(fresh):
        bob, charlie = people()
        with transaction.atomic(using=fresh.cell):
            place_under(bob, charlie)
            other.start()
            assert begun.wait(10)
            other.join(0.3)
            assert other.is_alive(), "the second move did not wait for the first"
        other.join(10)
        assert len(refused) == 1
        assert [one.manager_id for one in people()] == [charlie.pk, None]


def branch_of(name: str, parent: Branch | None = None) -> Branch:
    return Branch.objects.create(name=name, parent=parent)


def test_branches_make_no_circle_either(workspace: Ref) -> None:
    head = branch_of("Head office")
    east = branch_of("East", head)
    boston = branch_of("Boston", east)
    for branch, parent in ((head, boston), (east, east), (east, boston)):
        with pytest.raises(ValidationError) as refusal:
            put_in(branch, parent)
        assert set(refusal.value.message_dict) == {"parent"}
    put_in(boston, head)
    assert Branch.objects.get(pk=boston.pk).parent == head


def test_a_branch_reaches_the_teams_of_the_branches_below_it(
    workspace: Ref, alice: User, bob: User, charlie: User, dora: User, rita: User
) -> None:
    head = branch_of("Head office")
    east, west = branch_of("East", head), branch_of("West", head)
    boston = branch_of("Boston", east)
    Team.objects.filter(name="North").update(branch=east)
    Team.objects.filter(name="South").update(branch=boston)
    far = User.objects.create_user(
        None, name="Far", team=Team.objects.create(name="Far", branch=west)
    )
    place_under(far, rita)
    Workspace.objects.update(
        scopes={role: {"view": "branch"} for role in ("manager", "sales", "read-only")}
    )
    reach = {user.pk: load_actor(user.pk).reach[Scope.BRANCH] for user in (dora, charlie, rita)}  # type: ignore[union-attr]
    north = {alice.pk, bob.pk, dora.pk, rita.pk}
    assert reach == {
        dora.pk: north | {charlie.pk},
        charlie.pk: {charlie.pk},
        rita.pk: north | {charlie.pk, far.pk},
    }
    put_in(boston, west)
    assert load_actor(dora.pk).reach[Scope.BRANCH] == north  # type: ignore[union-attr]


def test_without_a_team_or_a_branch_the_branch_is_the_team(
    workspace: Ref, bob: User, dora: User, rita: User
) -> None:
    Workspace.objects.update(scopes={"manager": {"view": "branch"}})
    actor = load_actor(dora.pk)
    assert actor is not None
    assert actor.reach[Scope.BRANCH] == actor.reach[Scope.TEAM]
    User.objects.filter(pk=dora.pk).update(team=None)
    actor = load_actor(dora.pk)
    assert actor is not None
    assert actor.reach[Scope.BRANCH] == {dora.pk}
