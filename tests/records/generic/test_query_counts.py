"""How many statements each page costs: pinned in a file, and the same for any number of rows.

After a change that is meant: PIN_QUERY_COUNTS=1 pytest tests/records/generic/test_query_counts.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import use_tenant
from tests.factories import sample
from tests.isolation.world import stamped, token_of

FILE = Path(__file__).parents[2] / "query_counts.json"
FEW, MORE = 3, 9


def ways(entity: Any, pk: int) -> dict[str, str]:
    """The addresses whose cost is pinned."""
    found = {
        "list": f"/{entity.slug}/",
        "record": f"/{entity.slug}/{pk}/",
        "form": f"/{entity.slug}/{pk}/edit/",
        "export": f"/{entity.slug}/export/",
        "bin": f"/{entity.slug}/recycle-bin/",
        "API list": f"/api/v1/{entity.slug}",
        "API record": f"/api/v1/{entity.slug}/{pk}",
    }
    return found | ({"board": f"/{entity.slug}/board/"} if entity.board_field else {})


def cost(client: Any, path: str, token: str) -> int:
    """The statements that one request sends to the workspace's database."""
    headers = {"authorization": f"Bearer {token}"} if path.startswith("/api/") else {}
    with CaptureQueriesContext(connections["default"]) as queries:
        response = client.get(path, headers=headers)
        assert response.status_code == 200, path
        if response.streaming:
            b"".join(response.streaming_content)
    return len(queries)


def costs(client: Any, entity: Any, pk: int, token: str) -> dict[str, int]:
    """What each address of the entity costs once everything is warm."""
    return {way: cost(client, path, token) for way, path in ways(entity, pk).items()}


def add(entity: Any, number: int, alice: Any, bob: Any, **related: int) -> None:
    """More rows, each pointing at rows of its own."""
    for place in range(number):
        sample(entity.slug, by=alice, owner=bob, name=f"More {place}", **fresh(entity, alice, bob))


def fresh(entity: Any, alice: Any, bob: Any) -> dict[str, int]:
    """A new target for each relation that a list might follow row by row."""
    return {
        field.key: sample(field.target, by=alice, owner=bob).pk
        for field in entity.writable.values()
        if field.is_relation and field.target not in ("people", "stages", "pipelines")
    }


def test_a_page_costs_the_same_whatever_the_number_of_rows(entity, two, alice, bob, browser):
    with use_tenant(two[0]):
        rows = stamped(by=alice, owner=bob, stamp="Zebra")
        add(entity, FEW, alice, bob)
    client, token, pk = browser(alice), token_of(alice, ref=two[0]), rows[entity.slug]
    costs(client, entity, pk, token)
    few = costs(client, entity, pk, token)
    with use_tenant(two[0]):
        add(entity, MORE, alice, bob)
    assert costs(client, entity, pk, token) == few
    check_pinned(entity.slug, few)


def check_pinned(slug: str, found: dict[str, int]) -> None:
    """Compare with the file, or write it."""
    pinned: dict[str, dict[str, int]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    if os.environ.get("PIN_QUERY_COUNTS"):
        pinned[slug] = found
        FILE.write_text(json.dumps(pinned, indent=2, sort_keys=True) + "\n")
        return
    assert found == pinned.get(slug), f"{slug}: say so in {FILE.name} if this is meant"


@pytest.mark.parametrize("slug", ["accounts"])
def test_children_on_a_record_page_cost_nothing_each(slug, two, alice, bob, browser):
    """N+1 in the related lists and the timeline of a page."""
    with use_tenant(two[0]):
        rows = stamped(by=alice, owner=bob, stamp="Zebra")
    client, path = browser(alice), f"/{slug}/{rows[slug]}/"
    cost(client, path, "")
    few = cost(client, path, "")
    with use_tenant(two[0]):
        for place in range(4):
            sample("contacts", by=alice, owner=bob, account_id=rows[slug], name=f"C {place}")
            sample("deals", by=alice, account_id=rows[slug], stage_id=rows["stages"])
            link = [{"entity": slug, "id": rows[slug]}]
            sample("activities", by=alice, owner=bob, name=f"A {place}", links=link)
    assert cost(client, path, "") == few
