"""Time: everything that falls due happens in its order, each step at its own second."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable

from local.stripe.renewals import HAPPENS
from local.stripe.world import World

#: Lest the second be missed by a rounding.
HAIR = 0.001


def step(world: World, *, clock: str, until: int, follow: bool) -> int | None:
    """The next thing that is due by then happens; the second at which it did."""
    with world.store.transaction():
        found = world.store.next_due(clock, until)
        if found is None:
            return None
        at, kind, target = found
        world.store.unplan(kind, target)
        if follow and at > world.today():
            world.shift(at - time.time() + HAIR)
        with world.at(at):
            HAPPENS[kind](world, target)
        return at


def advance(world: World, to: int, *, between: Callable[[], None] = lambda: None) -> int:
    """Move the time of the account forward; the number of steps on the way.

    ``between`` runs after each step, outside of any transaction.
    """
    steps = 0
    while step(world, clock="", until=to, follow=True) is not None:
        steps += 1
        between()
    with world.store.transaction():
        if to > world.today():
            world.shift(to - time.time() + HAIR)
    return steps


def catch_up(world: World) -> None:
    """What fell due because real time went on."""
    try:
        while step(world, clock="", until=world.today(), follow=False) is not None:
            pass
    except Exception:
        traceback.print_exc()
        with world.store.transaction():
            found = world.store.next_due("", world.today())
            if found is not None:
                world.store.unplan(found[1], found[2])


def next_moment(world: World, *, clock: str = "") -> int | None:
    """When the next thing is due."""
    found = world.store.next_due(clock, 1 << 62)
    return found[0] if found else None
