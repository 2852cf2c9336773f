"""One search box for everything, in every script, under the reader's rights."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from app.records import changes, listing, registry
from app.records.lookups import options
from app.records.search import search
from tests.records.helpers import actor, make


def titles(q, user):
    return [hit.title for hit in search(q, actor=actor(user))]


@pytest.fixture
def people(workspace, bob):
    make("contacts", bob, name="王伟", email="wei.wang@chenxing.example", phone="+86 571 8765 4321")
    make("contacts", bob, name="林怡君", email="yichun@example.com")
    make("accounts", bob, name="臺北晨星設計", city="台北")
    make("accounts", bob, name="Müller & Söhne GmbH")


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("王伟", "王伟"),
        ("wangwei", "王伟"),
        ("ww", "王伟"),
        ("wei.wang@chen", "王伟"),
        ("ang@chenx", "王伟"),
        ("87654321", "王伟"),
        ("8765 43", "王伟"),
        ("晨星", "臺北晨星設計"),
        ("台北晨星设计", "臺北晨星設計"),
        ("muller", "Müller & Söhne GmbH"),
        ("SÖHNE", "Müller & Söhne GmbH"),
        ("怡", "林怡君"),
    ],
)
def test_it_finds_by_name_sound_part_of_address_and_number(people, bob, q, title):
    assert title in titles(q, bob)


@pytest.mark.parametrize("q", ["", " ", "&", "'", "\\", "!|()", "\x00", "%", "a'b:*c", "王 & 伟"])
def test_odd_input_is_no_error(people, bob, q):
    titles(q, bob)
    options("contacts", q, actor=actor(bob))


def test_it_shows_only_what_the_reader_sees(people, charlie, alice):
    assert titles("王伟", charlie) == []
    assert options("contacts", "王伟", actor=actor(charlie)) == []
    assert titles("王伟", alice) == ["王伟"]


def test_it_follows_changes_deletion_and_return(people, bob):
    entity = registry.get("contacts")
    row = entity.queryset(actor(bob)).get(name="王伟")
    changes.update(entity, row.pk, {"name": "王小明"}, actor=actor(bob), version=1)
    assert titles("王伟", bob) == []
    assert titles("小明", bob) == ["王小明"]
    changes.delete(entity, row.pk, actor=actor(bob), version=2)
    assert titles("小明", bob) == []
    changes.restore(entity, row.pk, actor=actor(bob))
    assert titles("小明", bob) == ["王小明"]


def test_it_follows_a_new_owner(people, alice, bob, charlie):
    entity = registry.get("contacts")
    row = entity.queryset(actor(bob)).get(name="王伟")
    changes.update(entity, row.pk, {"owner_id": charlie.pk}, actor=actor(alice), version=1)
    assert titles("王伟", bob) == []
    assert titles("王伟", charlie) == ["王伟"]


def test_a_list_is_searched_the_same_way(people, bob):
    entity = registry.get("contacts")
    for q in ("王伟", "wei.wang", "8765"):
        query = listing.parse_query(entity, QueryDict(f"q={q}"), actor=actor(bob))
        rows = listing.page(entity, query, actor=actor(bob), columns=("name",)).rows
        assert [row["name"] for row in rows] == ["王伟"]
