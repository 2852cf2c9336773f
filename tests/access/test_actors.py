from __future__ import annotations

from typing import Any

from app.access.actors import load_actor
from app.access.models import Limits, User, Workspace
from app.access.scopes import Scope
from tenants.context import Ref, use_tenant


def test_everything_of_a_person_comes_in_one_query(
    workspace: Ref, bob: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        actor = load_actor(bob.pk)
    assert actor is not None
    assert (actor.name, actor.role, actor.workspace_name) == ("Bob Birch", "sales", "Acme")
    assert (actor.language, actor.time_zone, actor.base_currency) == ("en", "UTC", "USD")


def test_the_team_is_known_with_those_who_left(
    workspace: Ref, alice: User, bob: User, charlie: User, dora: User, rita: User
) -> None:
    User.objects.filter(pk=dora.pk).update(is_active=False)
    actor = load_actor(bob.pk)
    assert actor is not None
    assert actor.reach[Scope.TEAM] == {alice.pk, bob.pk, dora.pk, rita.pk}
    assert charlie.pk not in actor.reach[Scope.TEAM]


def test_somebody_without_a_team_is_his_own(workspace: Ref, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(team=None)
    actor = load_actor(bob.pk)
    assert actor is not None
    assert (actor.team_id, actor.reach[Scope.TEAM]) == (None, {bob.pk})


def test_the_persons_own_language_and_time_zone_go_before_the_workspaces(
    workspace: Ref, bob: User
) -> None:
    Workspace.objects.update(language="zh-hans", time_zone="Asia/Shanghai")
    User.objects.filter(pk=bob.pk).update(time_zone="Europe/Berlin")
    actor = load_actor(bob.pk)
    assert actor is not None
    assert (actor.language, actor.time_zone) == ("zh-hans", "Europe/Berlin")


def test_nobody_acts_who_may_not_sign_in(workspace: Ref, bob: User, rita: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    User.objects.filter(pk=rita.pk).update(has_seat=False)
    assert load_actor(bob.pk) is None
    assert load_actor(rita.pk) is None
    Limits.objects.update(state=Limits.State.SUSPENDED)
    assert User.objects.filter(is_active=True, has_seat=True).exists()
    assert load_actor(1) is None


def test_the_same_key_is_somebody_else_in_another_workspace(
    two: tuple[Ref, Ref], alice: User
) -> None:
    names = []
    for ref in two:
        with use_tenant(ref):
            actor = load_actor(alice.pk)
            assert actor is not None
            names.append(actor.name)
    assert names == ["Alice Alder", "Mallory Marsh"]
