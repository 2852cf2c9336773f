"""How often a stranger may try: counted in the cache of his plane, under his workspace.

Each attempt takes a free slot for the time of its rate. Taking one is a single insert, so
that people who come at the same moment neither wait for each other nor slip through.
allauth's own counter, which sign-in uses, holds a lock instead and refuses whoever waits
longer than a second: right for passwords, wrong for eight companies that sign up at once.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Rate:
    """So many attempts in so many seconds."""

    attempts: int
    seconds: int


def allow_visitor(request: HttpRequest, action: str, *, rate: Rate) -> bool:
    """Count an attempt of whoever sits at this address; False when the rate is used up."""
    return _take_slot(f"{action}:ip:{_digest(get_ip(request))}", rate)


def allow_key(key: str, action: str, *, rate: Rate) -> bool:
    """Count an attempt on one e-mail address or person; False when the rate is used up."""
    return _take_slot(f"{action}:key:{_digest(key)}", rate)


def _take_slot(name: str, rate: Rate) -> bool:
    slots = [f"{name}:{number}" for number in range(rate.attempts)]
    taken = cache.get_many(slots)
    free = [slot for slot in slots if slot not in taken]
    random.shuffle(free)
    return any(cache.add(slot, 1, rate.seconds) for slot in free)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
