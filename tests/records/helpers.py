"""Short words for tests of the engine."""

from __future__ import annotations

from typing import Any

from app.access.actors import Actor, load_actor
from app.records import changes, registry


def actor(user: Any) -> Actor:
    """The person as the engine knows him."""
    found = load_actor(user.pk)
    assert found is not None
    return found


def make(slug: str, user: Any, **values: Any) -> Any:
    """A record made by this person."""
    return changes.create(registry.get(slug), values, actor=actor(user))


def pipeline(user: Any) -> dict[str, Any]:
    """A pipeline with four stages; stages by name, the pipeline under its own."""
    made = make("pipelines", user, name="Sales", is_default=True)
    kinds = (("Prospecting", "open"), ("Engaging", "open"), ("Won", "won"), ("Lost", "lost"))
    stages = {
        name: make("stages", user, name=name, kind=kind, pipeline_id=made.pk, position=place)
        for place, (name, kind) in enumerate(kinds)
    }
    return {"Sales": made, **stages}
