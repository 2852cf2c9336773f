"""Who wants to hear when people come, change and leave."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from app.access.actors import Actor
from app.access.models import User


class Happening(StrEnum):
    """What happened to a person."""

    ADDED = "added"
    RENAMED = "renamed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    REMOVED = "removed"  #: about to be deleted for good: nothing may point at him after this


#: The person, what happened, and who did it; nobody is the system itself.
Listener = Callable[[User, Happening, Actor | None], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Let this function hear of people, in the transaction of the act.

    Called when the apps are ready. A listener enqueues jobs or writes rows of its own; what it
    raises undoes the act.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(user: User, happening: Happening, *, by: Actor | None) -> None:
    """Let everybody who listens know."""
    for listener in _listeners:
        listener(user, happening, by)
