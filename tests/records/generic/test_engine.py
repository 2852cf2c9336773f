"""Every entity can be made, changed, deleted and restored, and each act leaves its traces."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from app.records import changes, listing
from app.records.errors import Invalid, NotVisible, Refused, Stale
from app.records.models import AuditEntry, Event
from app.records.search import search
from tests.factories import full, least, one_of_each, sample, unique
from tests.records.helpers import actor


def ids(entity: Any, user: Any, address: str = "limit=200") -> list[int]:
    query = listing.parse_query(entity, QueryDict(address), actor=actor(user))
    found = listing.page(entity, query, actor=actor(user), columns=entity.list_columns)
    return [row["id"] for row in found.rows]


def titles(q: str, user: Any, entity: Any) -> list[str]:
    return [hit.title for hit in search(q, actor=actor(user), entities=[entity])]


def last_event(entity: Any) -> Any:
    return Event._default_manager.filter(entity=entity.slug).latest("id")


def last_entry(entity: Any, row: Any) -> Any:
    return AuditEntry._default_manager.filter(table_name=entity.table, record_id=row.pk).latest(
        "id"
    )


def test_the_least_record_is_made_found_and_noted(entity, workspace, alice):
    row = sample(entity.slug, by=alice, stamp="Zebra")
    assert row.version == 1
    assert row.pk in ids(entity, alice)
    assert titles("Zebra", alice, entity) == ["Zebra"]
    event, entry = last_event(entity), last_entry(entity, row)
    assert (event.name, event.record_ids) == (f"{entity.event_name}.created", [row.pk])
    assert (event.actor_id, entry.op, entry.event) == (alice.pk, "create", event.name)
    assert entry.diff["name"] == "Zebra"


def test_every_field_can_be_filled_and_read_again(entity, workspace, alice):
    rows = one_of_each(by=alice, stamp="Zebra")
    related = {slug: row.pk for slug, row in rows.items()}
    values = full(entity, by=alice, stamp="Zebra", related=related)
    assert len(values) >= 4
    shown = listing.one(entity, rows[entity.slug].pk, actor=actor(alice))
    for key, field in entity.writable.items():
        if not field.is_relation and key in values and key not in ("name", "progress"):
            written = "Zebra-0" if key in unique(entity) else str(values[key])
            assert str(shown[key]).startswith(written), key
    for field in entity.relations:
        if not field.read_only and field.target in related and field.target != entity.slug:
            assert shown[field.key] == related[field.target]
            assert shown[field.name] == "Zebra"


def test_a_required_field_left_out_is_named(entity, workspace, alice):
    values = least(entity, by=alice, stamp="Zebra")
    required = [key for key, field in entity.writable.items() if field.required]
    assert "name" in required
    for key in required:
        rest = {name: value for name, value in values.items() if name != key}
        with pytest.raises(Invalid) as caught:
            changes.create(entity, rest, actor=actor(alice))
        assert key in caught.value.errors


def test_a_change_raises_the_version_and_is_noted(entity, workspace, alice):
    row = sample(entity.slug, by=alice, stamp="Zebra")
    changed = changes.update(entity, row.pk, {"name": "Okapi"}, actor=actor(alice), version=1)
    assert changed.version == 2
    assert titles("Zebra", alice, entity) == []
    assert titles("Okapi", alice, entity) == ["Okapi"]
    assert last_event(entity).name == f"{entity.event_name}.updated"
    entry = last_entry(entity, row)
    assert (entry.op, entry.diff["name"]) == ("update", ["Zebra", "Okapi"])
    assert "version" not in entry.diff


def test_a_change_that_changes_nothing_leaves_no_trace(entity, workspace, alice):
    row = sample(entity.slug, by=alice, stamp="Zebra")
    before = Event._default_manager.count(), AuditEntry._default_manager.count()
    same = changes.update(entity, row.pk, {"name": "Zebra"}, actor=actor(alice), version=1)
    assert same.version == 1
    assert (Event._default_manager.count(), AuditEntry._default_manager.count()) == before


def test_a_change_of_an_older_version_is_refused(entity, workspace, alice):
    row = sample(entity.slug, by=alice, stamp="Zebra")
    changes.update(entity, row.pk, {"name": "Okapi"}, actor=actor(alice), version=1)
    with pytest.raises(Stale) as caught:
        changes.update(entity, row.pk, {"name": "Gnu"}, actor=actor(alice), version=1)
    assert (caught.value.current.name, caught.value.current.version) == ("Okapi", 2)
    with pytest.raises(Stale):
        changes.delete(entity, row.pk, actor=actor(alice), version=1)


def test_it_goes_into_the_recycle_bin_and_comes_back(entity, workspace, alice):
    row = sample(entity.slug, by=alice, stamp="Zebra")
    changes.delete(entity, row.pk, actor=actor(alice), version=1)
    assert row.pk not in ids(entity, alice)
    assert titles("Zebra", alice, entity) == []
    assert entity.deleted(actor(alice)).filter(pk=row.pk).exists()
    assert last_event(entity).name == f"{entity.event_name}.deleted"
    for act in (
        lambda: changes.update(entity, row.pk, {"name": "X"}, actor=actor(alice), version=None),
        lambda: changes.delete(entity, row.pk, actor=actor(alice), version=None),
    ):
        with pytest.raises(NotVisible):
            act()
    changes.restore(entity, row.pk, actor=actor(alice))
    assert row.pk in ids(entity, alice)
    assert titles("Zebra", alice, entity) == ["Zebra"]
    assert last_event(entity).name == f"{entity.event_name}.restored"
    assert last_entry(entity, row).diff["deleted_at"][1] is None


def test_a_row_that_others_need_is_not_deleted_from_under_them(workspace, alice):
    from app.records import registry

    rows = one_of_each(by=alice, stamp="Zebra")
    needed = 0
    for other in registry.all_entities():
        for field in other.relations:
            if field.target in rows and field.target != other.slug:
                needed += 1
                with pytest.raises(Refused):
                    changes.delete(
                        registry.get(field.target),
                        rows[field.target].pk,
                        actor=actor(alice),
                        version=None,
                    )
    assert needed >= 5


@pytest.mark.parametrize("name", ["id", "version", "deleted_at", "sort_key", "created_by_id", "x"])
def test_what_nobody_sets_cannot_be_set(entity, workspace, alice, name):
    values = {**least(entity, by=alice, stamp="Zebra"), name: 1}
    with pytest.raises(Invalid) as caught:
        changes.create(entity, values, actor=actor(alice))
    assert name in caught.value.errors


def test_fields_that_follow_from_others_cannot_be_set(entity, workspace, alice):
    row = sample(entity.slug, by=alice, stamp="Zebra")
    frozen = [field.key for field in entity.fields.values() if field.read_only]
    assert len(frozen) >= 5
    for key in frozen:
        if key not in ("id", "version"):
            with pytest.raises(Invalid) as caught:
                changes.update(entity, row.pk, {key: 1}, actor=actor(alice), version=1)
            assert key in caught.value.errors


def test_an_external_id_occurs_once_among_live_rows(entity, workspace, alice):
    first = sample(entity.slug, by=alice, stamp="Zebra", external_id="X-1")
    with pytest.raises(Invalid) as caught:
        sample(entity.slug, by=alice, stamp="Okapi", external_id="X-1")
    assert "external_id" in caught.value.errors
    changes.delete(entity, first.pk, actor=actor(alice), version=1)
    sample(entity.slug, by=alice, stamp="Okapi", external_id="X-1")
    with pytest.raises(Refused):
        changes.restore(entity, first.pk, actor=actor(alice))


def test_a_batch_writes_one_event_with_its_ids(entity, workspace, alice):
    rows = [
        {**least(entity, by=alice, stamp=f"Zebra {place}"), "name": f"Zebra {place}"}
        for place in range(3)
    ]
    before = Event._default_manager.filter(entity=entity.slug).count()
    result = changes.create_many(entity, rows, actor=actor(alice), origin="import")
    assert [one.status for one in result.outcomes] == ["created"] * 3
    assert Event._default_manager.filter(entity=entity.slug).count() == before + 1
    assert last_event(entity).record_ids == [one.id for one in result.outcomes]
