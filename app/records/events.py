"""What happened, told once per act, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils import timezone

from app.access.actors import Actor
from app.records.entity import Entity
from app.records.models import Event
from app.records.writing import cursor

Listener = Callable[[Event, Actor], None]

_listeners: list[Listener] = []
_act: ContextVar[tuple[str, str] | None] = ContextVar("act", default=None)


def listen(listener: Listener) -> Listener:
    """Let this function hear of every event, in the transaction of its act.

    Called when the apps are ready. A listener enqueues jobs or writes rows of its own; what it
    raises undoes the act.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


@contextmanager
def named(entity: Entity, event: str) -> Iterator[None]:
    """Within this block, writes to the entity are called by the act's own name."""
    token = _act.set((entity.slug, event))
    try:
        yield
    finally:
        _act.reset(token)


def name_of(entity: Entity, verb: str) -> str:
    """The event's name: the act's, else deal.created and the like."""
    act = _act.get()
    return act[1] if act and act[0] == entity.slug else f"{entity.event_name}.{verb}"


def announce(event: str) -> None:
    """Tell the audit which event the coming writes belong to."""
    with cursor() as handle:
        handle.execute("SELECT set_config('app.event', %s, true)", [event])


def record(
    entity: Entity,
    event: str,
    ids: list[int],
    *,
    actor: Actor,
    origin: str,
    details: dict[str, Any] | None = None,
) -> None:
    """Write the event of an act on these rows, and tell whoever listens."""
    written = Event._default_manager.create(
        name=event,
        entity=entity.slug,
        record_ids=ids,
        actor_id=actor.user_id,
        origin=origin,
        at=timezone.now(),
        details=details or {},
    )
    for listener in _listeners:
        listener(written, actor)
