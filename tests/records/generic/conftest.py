"""Every test here runs once for each entity that is registered, also for those to come.

The mark `entities` narrows them down, for rights that only some kinds of rows have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.records import registry
from app.records.entity import Entity
from tenants.context import Ref, use_tenant
from tests.factories import sample

ENTITIES = registry.all_entities()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for an entity gets all of them in turn."""
    assert ENTITIES, "no entity is registered: generic tests would pass without testing anything"
    if "entity" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("entities")
        chosen = [one for one in ENTITIES if mark is None or mark.args[0](one)]
        assert chosen, f"{metafunc.definition.name} would run for no entity"
        metafunc.parametrize("entity", chosen, ids=[one.slug for one in chosen])


@pytest.fixture
def rows(entity: Entity, workspace: Ref, alice: Any, bob: Any, charlie: Any, dora: Any) -> Any:
    """A row of each of four people, made by the owner of the workspace, by first name."""
    people = {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora}
    found = {
        name: sample(entity.slug, by=alice, owner=person, stamp=f"Zq{name}")
        for name, person in people.items()
    }
    assert entity.model._default_manager.count() >= 4
    return found


@pytest.fixture
def within(two: tuple[Ref, Ref]) -> Iterator[Ref]:
    """Inside the first workspace, for reading what a request left behind."""
    with use_tenant(two[0]) as ref:
        yield ref
