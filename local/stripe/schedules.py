"""Subscription schedules."""

from __future__ import annotations

from local.stripe.store import Body
from local.stripe.world import World


def let_go(world: World, subscription: Body, *, done: bool) -> None:
    """The subscription ends, and with it its schedule."""


def next_phase(world: World, key: str) -> None:
    """The next phase begins."""
