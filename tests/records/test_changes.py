"""The one way to write: rights, rules, versions, events."""

from __future__ import annotations

import pytest

from app.records import changes, registry
from app.records.errors import Forbidden, Invalid, NotVisible, Refused, Stale
from app.records.models import AuditEntry, Event
from app.sales.models import Account
from tests.records.helpers import actor, make, pipeline

ACCOUNTS = registry.get("accounts")


def test_it_creates_a_record_with_owner_version_event_and_audit(workspace, bob):
    row = make("accounts", bob, name="Ünlü Café", employees="12", revenue="1000.50")
    row.refresh_from_db()
    assert (row.owner_id, row.version, row.sort_key) == (bob.pk, 1, "unlu cafe")
    assert (row.employees, str(row.revenue), row.revenue_currency) == (12, "1000.5000", "USD")
    event = Event.objects.get(entity="accounts")
    assert (event.name, event.record_ids, event.actor_id) == ("account.created", [row.pk], bob.pk)
    entry = AuditEntry.objects.get(table_name="sales_account", record_id=row.pk)
    assert (entry.op, entry.event) == ("create", "account.created")
    assert entry.diff["name"] == "Ünlü Café"


def test_it_names_each_wrong_field(workspace, bob):
    values = {"name": "", "employees": "many", "website": "x", "nonsense": 1, "version": 4}
    with pytest.raises(Invalid) as caught:
        changes.create(ACCOUNTS, values, actor=actor(bob))
    assert set(caught.value.errors) == {"name", "employees", "website", "nonsense", "version"}
    assert not Account.objects.exists()


def test_it_refuses_a_stale_version_and_writes_nothing(workspace, bob):
    row = make("accounts", bob, name="Acme")
    changes.update(ACCOUNTS, row.pk, {"name": "Acme 2"}, actor=actor(bob), version=1)
    with pytest.raises(Stale) as caught:
        changes.update(ACCOUNTS, row.pk, {"name": "Acme 3"}, actor=actor(bob), version=1)
    assert caught.value.current.name == "Acme 2"
    row.refresh_from_db()
    assert (row.name, row.version) == ("Acme 2", 2)


def test_an_update_that_changes_nothing_writes_nothing(workspace, bob):
    row = make("accounts", bob, name="Acme", employees=5)
    same = changes.update(ACCOUNTS, row.pk, {"employees": "5"}, actor=actor(bob), version=1)
    assert same.version == 1
    assert Event.objects.count() == 1


def test_it_audits_only_what_changed(workspace, bob):
    row = make("accounts", bob, name="Acme")
    changes.update(ACCOUNTS, row.pk, {"city": "Paris", "name": "Acme"}, actor=actor(bob), version=1)
    entry = AuditEntry.objects.filter(table_name="sales_account").latest("id")
    assert (entry.op, set(entry.diff) - {"updated_by_id"}) == ("update", {"city"})
    assert entry.diff["city"] == ["", "Paris"]


def test_an_outsider_gets_no_row_and_a_team_mate_may_not_change(workspace, bob, charlie, rita):
    row = make("accounts", bob, name="Acme")
    with pytest.raises(NotVisible):
        changes.update(ACCOUNTS, row.pk, {"name": "X"}, actor=actor(charlie), version=1)
    with pytest.raises(Forbidden):
        changes.update(ACCOUNTS, row.pk, {"name": "X"}, actor=actor(rita), version=1)
    with pytest.raises(NotVisible):
        changes.delete(ACCOUNTS, row.pk, actor=actor(charlie), version=1)
    with pytest.raises(Forbidden):
        changes.delete(ACCOUNTS, row.pk, actor=actor(rita), version=1)


def test_read_only_people_create_nothing(workspace, rita):
    with pytest.raises(Forbidden):
        changes.create(ACCOUNTS, {"name": "Acme"}, actor=actor(rita))


def test_nobody_links_to_a_row_that_he_cannot_see(workspace, bob, charlie):
    hidden = make("accounts", bob, name="Acme")
    with pytest.raises(Invalid) as caught:
        make("contacts", charlie, name="Ann", account_id=hidden.pk)
    assert set(caught.value.errors) == {"account_id"}
    tie = [{"entity": "accounts", "id": hidden.pk}]
    with pytest.raises(Invalid) as caught:
        changes.create(registry.get("contacts"), {"name": "Ann"}, actor=actor(charlie), links=tie)
    assert set(caught.value.errors) == {"links"}


def test_sales_may_not_give_records_away_and_a_manager_only_within_the_team(
    workspace, bob, dora, charlie, alice
):
    row = make("accounts", bob, name="Acme")
    with pytest.raises(Invalid):
        changes.update(ACCOUNTS, row.pk, {"owner_id": alice.pk}, actor=actor(bob), version=1)
    with pytest.raises(Invalid):
        changes.update(ACCOUNTS, row.pk, {"owner_id": charlie.pk}, actor=actor(dora), version=1)
    moved = changes.update(ACCOUNTS, row.pk, {"owner_id": alice.pk}, actor=actor(dora), version=1)
    assert moved.owner_id == alice.pk


def test_a_record_does_not_become_its_own_ancestor(workspace, bob):
    head = make("accounts", bob, name="Head")
    child = make("accounts", bob, name="Child", parent_id=head.pk)
    with pytest.raises(Invalid) as caught:
        changes.update(ACCOUNTS, head.pk, {"parent_id": child.pk}, actor=actor(bob), version=1)
    assert set(caught.value.errors) == {"parent_id"}


def test_delete_is_refused_while_live_rows_depend_on_it(workspace, bob):
    account = make("accounts", bob, name="Acme")
    contact = make("contacts", bob, name="Ann", account_id=account.pk)
    with pytest.raises(Refused):
        changes.delete(ACCOUNTS, account.pk, actor=actor(bob), version=1)
    changes.delete(ACCOUNTS, account.pk, actor=actor(bob), version=1, with_children=True)
    contact.refresh_from_db()
    assert contact.deleted_at is not None
    with pytest.raises(Refused):
        changes.restore(registry.get("contacts"), contact.pk, actor=actor(bob))
    changes.restore(ACCOUNTS, account.pk, actor=actor(bob))
    changes.restore(registry.get("contacts"), contact.pk, actor=actor(bob))
    assert ACCOUNTS.queryset(actor(bob)).filter(pk=account.pk).exists()


def test_an_external_id_is_unique_among_live_rows(workspace, bob):
    first = make("accounts", bob, name="Acme", external_id="A-1")
    with pytest.raises(Invalid) as caught:
        make("accounts", bob, name="Other", external_id="A-1")
    assert set(caught.value.errors) == {"external_id"}
    changes.delete(ACCOUNTS, first.pk, actor=actor(bob), version=1)
    make("accounts", bob, name="Other", external_id="A-1")
    with pytest.raises(Refused):
        changes.restore(ACCOUNTS, first.pk, actor=actor(bob))


def test_a_batch_keeps_the_good_rows_and_names_the_bad_ones(workspace, bob):
    rows = [
        {"name": "One", "external_id": "1"},
        {"name": "", "external_id": "2"},
        {"name": "Three", "external_id": "1"},
        {"name": "Four", "employees": "-3"},
        {"name": "Five", "founded": "1999"},
    ]
    result = changes.create_many(ACCOUNTS, rows, actor=actor(bob), origin="api")
    assert [one.status for one in result.outcomes] == [
        "created",
        "failed",
        "failed",
        "failed",
        "created",
    ]
    assert [set(one.errors) for one in result.outcomes[1:4]] == [
        {"name"},
        {"external_id"},
        {"employees"},
    ]
    event = Event.objects.get()
    assert event.record_ids == result.ids("created")


def test_a_check_that_only_the_database_makes_fails_its_row_alone(workspace, bob):
    early, late = "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"
    rows = [
        {"name": "Right", "starts_at": early, "ends_at": late},
        {"name": "Wrong", "starts_at": late, "ends_at": early},
    ]
    entity = registry.get("activities")
    result = changes.create_many(entity, rows, actor=actor(bob), origin="api")
    assert [one.status for one in result.outcomes] == ["created", "failed"]
    assert "before it starts" in str(result.outcomes[1].errors)


def test_many_updates_write_each_its_own_values(workspace, bob):
    made = [make("accounts", bob, name=f"A{n}") for n in range(3)]
    rows = [
        {"id": made[0].pk, "name": "Zero", "custom": {"region": "北"}},
        {"id": made[1].pk, "employees": 7, "revenue": "3.5"},
        {"id": made[2].pk, "employees": None},
    ]
    result = changes.update_many(ACCOUNTS, rows, actor=actor(bob), origin="api")
    assert [one.status for one in result.outcomes] == ["updated", "updated", "unchanged"]
    stored = {row.pk: row for row in Account.objects.all()}
    assert stored[made[0].pk].custom == {"region": "北"}
    assert stored[made[1].pk].employees == 7
    assert stored[made[1].pk].revenue_currency == "USD"


def test_null_characters_and_huge_numbers_are_refused_by_name(workspace, bob):
    values = {"name": "a\x00b", "employees": "9" * 30, "parent_id": 2**70, "revenue": "NaN"}
    with pytest.raises(Invalid) as caught:
        changes.create(ACCOUNTS, values, actor=actor(bob))
    assert set(caught.value.errors) == {"name", "employees", "parent_id", "revenue"}


def test_links_are_kept_when_somebody_who_cannot_see_them_saves(workspace, alice, bob, charlie):
    hidden = make("accounts", bob, name="Bob's")
    own = make("accounts", charlie, name="Charlie's")
    entity = registry.get("contacts")
    both = [{"entity": "accounts", "id": pk, "role": "Buyer"} for pk in (hidden.pk, own.pk)]
    values = {"name": "Ann", "owner_id": charlie.pk}
    row = changes.create(entity, values, actor=actor(alice), links=both)
    from app.records.links import targets_of

    seen = targets_of(entity, row.pk, actor=actor(charlie))
    assert [(tie.name, tie.role) for tie in seen] == [("Charlie's", "Buyer")]
    changes.update(entity, row.pk, {}, actor=actor(charlie), version=1, links=[])
    left = targets_of(entity, row.pk, actor=actor(alice))
    assert [tie.name for tie in left] == ["Bob's"]


def test_the_other_workspace_sees_nothing_of_it(workspace, other, bob, mallory):
    from tenants.context import use_tenant

    row = make("accounts", bob, name="Acme")
    pipeline_rows = row.pk
    with use_tenant(other):
        assert not ACCOUNTS.queryset(actor(mallory)).filter(pk=pipeline_rows).exists()
        with pytest.raises(NotVisible):
            changes.update(ACCOUNTS, row.pk, {"name": "X"}, actor=actor(mallory), version=1)


def test_an_action_writes_its_own_event_and_audit(workspace, bob, alice):
    from app.records import actions

    stages = pipeline(alice)
    deal = make("deals", bob, name="Big", stage_id=stages["Engaging"].pk, amount="10")
    entity = registry.get("deals")
    win = actions.get(entity, "win")
    assert win is not None
    done = actions.run(entity, win, deal.pk, {"reason": "Price"}, actor=actor(bob))
    assert (done.stage_id, done.status, done.reason) == (stages["Won"].pk, "won", "Price")
    assert Event.objects.filter(name="deal.won", record_ids=[deal.pk]).exists()
    entry = AuditEntry.objects.filter(table_name="sales_deal").latest("id")
    assert entry.event == "deal.won"
    with pytest.raises(Refused):
        actions.run(entity, win, deal.pk, {}, actor=actor(bob))


def test_a_truth_may_be_written_as_forms_write_it(workspace, bob):
    row = make("contacts", bob, name="Ann", do_not_contact="false")
    assert row.do_not_contact is False
    changes.update(
        registry.get("contacts"), row.pk, {"do_not_contact": "on"}, actor=actor(bob), version=1
    )
    row.refresh_from_db()
    assert row.do_not_contact is True
    with pytest.raises(Invalid):
        make("contacts", bob, name="Ann", do_not_contact="perhaps")
