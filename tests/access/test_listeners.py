"""Whoever listens hears of each person who comes, changes and leaves."""

from __future__ import annotations

from typing import Any

import pytest

from app.access import listeners, people
from app.access.models import User
from app.website.founding import Founder, found
from tests.records.helpers import actor


@pytest.fixture
def heard(monkeypatch: Any) -> list[tuple[str, str, int | None]]:
    """What a listener was told: the person, what happened, who did it."""
    told: list[tuple[str, str, int | None]] = []
    monkeypatch.setattr(listeners, "_listeners", [])
    listeners.listen(
        lambda user, what, by: told.append((user.name, what, by.user_id if by else None))
    )
    return told


def test_a_listener_hears_of_somebody_who_comes_goes_and_returns(workspace, heard, alice):
    eve = people.create_seatless(["Eve"], by=actor(alice))[0]
    people.deactivate_person(eve, by=actor(alice))
    people.reactivate_person(eve, by=actor(alice))
    people.remove_person(eve, by=actor(alice))
    verbs = ["added", "deactivated", "reactivated", "removed"]
    assert heard == [("Eve", verb, alice.pk) for verb in verbs]
    assert not User.objects.filter(name="Eve").exists()


def test_a_listener_hears_of_another_name_and_of_nothing_else(workspace, heard, alice, bob):
    people.change_person(bob, by=actor(alice), name="Bob Birch", role="sales", team=None)
    people.change_person(bob, by=actor(alice), name="Bob Beech", role="sales", team=None)
    people.change_profile(bob, by=actor(bob), name="Bob Beech", language="en", time_zone="UTC")
    people.change_profile(bob, by=actor(bob), name="Bob Fir", language="en", time_zone="UTC")
    assert heard == [("Bob Beech", "renamed", alice.pk), ("Bob Fir", "renamed", bob.pk)]


def test_a_listener_hears_of_the_owner_of_a_new_workspace(workspace, heard):
    User.objects.filter(role="owner").delete()
    found(Founder("New", "Nora", "nora@new.example", "!", "en", "UTC", verified=True))
    assert heard == [("Nora", "added", None)]


def test_a_listener_that_fails_undoes_the_act(workspace, monkeypatch, alice):
    def refuse(user: User, what: str, by: Any) -> None:
        raise RuntimeError(what)

    monkeypatch.setattr(listeners, "_listeners", [refuse])
    with pytest.raises(RuntimeError):
        people.create_seatless(["Eve"], by=actor(alice))
    assert not User.objects.filter(name="Eve").exists()
