from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from app.access.actors import load_actor
from app.access.models import User, Workspace
from app.access.scopes import DEFAULTS, Group, Scope, Verb, check, reach_of
from tenants.context import Ref


def scopes(user: User) -> Any:
    actor = load_actor(user.pk)
    assert actor is not None
    return actor.scopes


def test_the_matrix_holds_until_somebody_chooses(
    workspace: Ref, alice: User, bob: User, dora: User, rita: User
) -> None:
    assert set(scopes(alice).values()) == {Scope.ALL}
    assert set(scopes(dora).values()) == {Scope.TEAM}
    assert scopes(bob)[Verb.VIEW], scopes(bob)[Verb.CHANGE] == (Scope.TEAM, Scope.OWN)
    assert scopes(bob)[Verb.IMPORT] is Scope.NONE
    assert scopes(rita)[Verb.VIEW] is Scope.TEAM
    assert scopes(rita)[Verb.CHANGE] is Scope.NONE


def test_a_choice_changes_its_group_of_its_role_alone(
    workspace: Ref, bob: User, dora: User
) -> None:
    Workspace.objects.update(scopes={"sales": {"view": "all", "change": "under"}})
    chosen = scopes(bob)
    assert (chosen[Verb.VIEW], chosen[Verb.CREATE], chosen[Verb.CHANGE]) == (
        Scope.ALL,
        Scope.UNDER,
        Scope.UNDER,
    )
    assert (chosen[Verb.DELETE], chosen[Verb.ASSIGN]) == (Scope.OWN, Scope.NONE)
    assert set(scopes(dora).values()) == {Scope.TEAM}


@pytest.mark.parametrize("word", ["everything", "", None, 5, ["all"], {"a": 1}])
def test_a_word_that_nobody_knows_reaches_nothing(workspace: Ref, dora: User, word: Any) -> None:
    Workspace.objects.update(scopes={"manager": {"change": word}})
    assert scopes(dora)[Verb.CHANGE] is Scope.NONE
    assert scopes(dora)[Verb.VIEW] is Scope.TEAM


def test_nothing_reaches_further_than_what_is_seen_even_if_it_was_kept(
    workspace: Ref, dora: User
) -> None:
    Workspace.objects.update(scopes={"manager": {"view": "own", "change": "all"}})
    assert set(scopes(dora).values()) == {Scope.OWN}


def test_owner_and_administrator_reach_all_whatever_is_kept(workspace: Ref, alice: User) -> None:
    Workspace.objects.update(scopes={"owner": {"view": "own"}, "administrator": {"view": "own"}})
    assert set(scopes(alice).values()) == {Scope.ALL}
    User.objects.filter(pk=alice.pk).update(role="administrator")
    assert set(scopes(alice).values()) == {Scope.ALL}


@pytest.mark.parametrize(
    ("role", "change", "wrong"),
    [
        ("sales", {Group.CHANGE: Scope.ALL}, "change"),
        ("manager", {Group.VIEW: Scope.OWN}, "export"),
        ("manager", dict.fromkeys(Group, Scope.NONE), "view"),
        ("read-only", {Group.CHANGE: Scope.OWN}, "change"),
        ("read-only", {Group.EXPORT: Scope.BRANCH}, "export"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_name(
    role: str, change: dict[Group, Scope], wrong: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        check(role, DEFAULTS[role] | change)
    assert wrong in refusal.value.message_dict


def test_what_was_kept_is_read_again() -> None:
    kept = {"sales": {"view": "branch"}}
    assert reach_of(kept, "sales") == DEFAULTS["sales"] | {Group.VIEW: Scope.BRANCH}
    assert reach_of({}, "manager") == DEFAULTS["manager"]
