"""Whose rows each person reaches, written down by hand from the matrix of roles."""

from __future__ import annotations

from typing import Any

from app.access.rights import Audience, Verb

TEAM = {"alice", "bob", "dora"}
ALL = TEAM | {"charlie"}
NOBODY: set[str] = set()

OWNED = {
    "alice": dict.fromkeys(Verb, ALL),
    "dora": dict.fromkeys(Verb, TEAM),
    "bob": {
        Verb.VIEW: TEAM,
        Verb.CREATE: {"bob"},
        Verb.CHANGE: {"bob"},
        Verb.DELETE: {"bob"},
        Verb.EXPORT: {"bob"},
    },
    "charlie": {
        Verb.VIEW: {"charlie"},
        Verb.CREATE: {"charlie"},
        Verb.CHANGE: {"charlie"},
        Verb.DELETE: {"charlie"},
        Verb.EXPORT: {"charlie"},
    },
    "rita": {Verb.VIEW: TEAM},
}
SHARED = {
    "alice": dict.fromkeys(Verb, ALL),
    "dora": dict.fromkeys(Verb, ALL),
    "bob": {Verb.VIEW: ALL, Verb.EXPORT: ALL},
    "charlie": {Verb.VIEW: ALL, Verb.EXPORT: ALL},
    "rita": {Verb.VIEW: ALL},
}
SETTINGS = {
    "alice": dict.fromkeys(Verb, ALL),
    **{name: {Verb.VIEW: ALL} for name in ("dora", "bob", "charlie", "rita")},
}
REACH = {Audience.OWNED: OWNED, Audience.SHARED: SHARED, Audience.SETTINGS: SETTINGS}
PEOPLE = tuple(OWNED)


def reach(entity: Any, name: str, verb: Verb) -> set[str]:
    """Whose rows this person reaches with this verb."""
    return REACH[entity.audience][name].get(verb, NOBODY)
