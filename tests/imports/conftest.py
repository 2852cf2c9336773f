"""What the tests of the importer share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.access.actors import Actor, load_actor
from app.imports.models import Import
from app.imports.proposing import complete, propose
from app.imports.running import run
from app.imports.staging import reset, store
from app.records import changes, registry
from local.book import Book, book

STAGES = (("Prospecting", "open"), ("Engaging", "open"), ("Won", "won"), ("Lost", "lost"))
DEALS = {
    "columns": {
        "opportunity_id": "external_id",
        "sales_agent": {"field": "owner", "unknown": "create"},
        "product": {"field": "product", "values": {"GTXPro": "GTX Pro"}},
        "account": "account",
        "deal_stage": "stage",
        "engage_date": "engaged_on",
        "close_date": "close_date",
        "close_value": "amount",
    },
    "compose": {"name": "{account} - {product} - {opportunity_id}"},
    "defaults": {"currency": "USD"},
    "key": "external_id",
}
Importer = Callable[..., Import]


def actor_of(user: Any) -> Actor:
    """The person as one who may act."""
    found = load_actor(user.pk)
    assert found is not None
    return found


def import_file(
    data: bytes,
    entity: str,
    *,
    actor: Actor,
    mapping: dict[str, Any] | None = None,
    mode: str = "apply",
) -> Import:
    """A whole import, here and now."""
    made = store([data], entity=registry.get(entity), file_name=f"{entity}.csv", actor=actor)
    made.mapping = complete(made, mapping if mapping is not None else propose(made))
    reset(made, mode=mode)
    run(made.pk)
    made.refresh_from_db()
    return made


def make_pipeline(actor: Actor) -> Any:
    """A pipeline with the stages of the file."""
    pipeline = changes.create(
        registry.get("pipelines"), {"name": "B2B", "is_default": True}, actor=actor
    )
    for place, (name, kind) in enumerate(STAGES):
        values = {"name": name, "kind": kind, "pipeline_id": pipeline.pk, "position": place}
        changes.create(registry.get("stages"), values, actor=actor)
    return pipeline


@pytest.fixture
def sales_book() -> Book:
    """The files."""
    return book()


@pytest.fixture
def owner(workspace: Any, alice: Any) -> Actor:
    """alice, acting inside the first workspace."""
    return actor_of(alice)


def counts(made: Import) -> tuple[int, int, int, int, int]:
    """rows, created, updated, skipped, failed."""
    return made.rows, made.created, made.updated, made.skipped, made.failed
