"""Whoever listens hears of each act once, in its transaction."""

from __future__ import annotations

from typing import Any

import pytest

from app.records import changes, events, registry
from app.records.models import Event
from tests.records.helpers import actor, make


@pytest.fixture
def heard(monkeypatch: Any) -> list[tuple[str, list[int], int]]:
    """What a listener was told: event, rows, actor."""
    told: list[tuple[str, list[int], int]] = []
    monkeypatch.setattr(events, "_listeners", [])
    events.listen(lambda event, by: told.append((event.name, event.record_ids, by.user_id)))
    return told


def test_a_listener_hears_of_what_is_created_changed_and_deleted(workspace, heard, alice):
    row = make("accounts", alice, name="Alpha")
    accounts = registry.get("accounts")
    changes.update(accounts, row.pk, {"name": "Beta"}, actor=actor(alice), version=1)
    changes.delete(accounts, row.pk, actor=actor(alice), version=2)
    verbs = ["account.created", "account.updated", "account.deleted"]
    assert heard == [(verb, [row.pk], alice.pk) for verb in verbs]


def test_a_batch_is_told_once_with_all_its_rows(workspace, heard, alice):
    rows = [{"name": f"Row {place}"} for place in range(5)]
    result = changes.create_many(
        registry.get("accounts"), rows, actor=actor(alice), origin="import"
    )
    assert heard == [("account.created", result.ids("created"), alice.pk)]


def test_nobody_hears_of_a_write_that_changes_nothing(workspace, heard, alice):
    row = make("accounts", alice, name="Alpha")
    heard.clear()
    changes.update(
        registry.get("accounts"), row.pk, {"name": "Alpha"}, actor=actor(alice), version=1
    )
    assert heard == []


def test_a_listener_that_fails_undoes_the_act(workspace, monkeypatch, alice):
    monkeypatch.setattr(events, "_listeners", [])

    def refuse(event: Event, by: Any) -> None:
        raise RuntimeError(event.name)

    events.listen(refuse)
    with pytest.raises(RuntimeError):
        make("accounts", alice, name="Alpha")
    accounts = registry.get("accounts")
    assert not accounts.model._default_manager.filter(name="Alpha").exists()
    assert not Event._default_manager.exists()


def test_who_listens_twice_hears_once(workspace, heard, alice):
    told: list[str] = []

    def note(event: Event, by: Any) -> None:
        told.append(event.name)

    events.listen(note)
    events.listen(note)
    make("accounts", alice, name="Alpha")
    assert told == ["account.created"]


def test_an_event_names_who_was_given_which_rows(workspace, alice, bob, charlie):
    mine, theirs = (
        make("accounts", alice, name="A"),
        make("accounts", alice, name="B", owner_id=bob.pk),
    )
    rows = [{"id": one.pk, "owner_id": charlie.pk} for one in (mine, theirs)]
    changes.update_many(registry.get("accounts"), rows, actor=actor(alice), origin="page")
    told = list(Event._default_manager.order_by("pk").values_list("details", flat=True))
    assert told == [
        {},
        {"given": {str(bob.pk): [theirs.pk]}},
        {"given": {str(charlie.pk): [mine.pk, theirs.pk]}},
    ]


def test_an_event_names_nobody_where_the_owner_stays(workspace, alice, bob):
    row = make("accounts", alice, name="Alpha", owner_id=bob.pk)
    changes.update(
        registry.get("accounts"), row.pk, {"name": "Beta"}, actor=actor(alice), version=1
    )
    assert Event._default_manager.order_by("pk").last().details == {}
