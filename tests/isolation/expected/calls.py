"""How an expectation is written, and the reasons why an answer may be no page."""

from __future__ import annotations

from collections.abc import Callable

from app.records import registry
from app.records.entity import Entity
from tests.isolation.surface import Call
from tests.isolation.world import Target

AFTER = "a form that was accepted leads on to a page"
SIGNED_IN = "who is signed in needs no page of sign-in"
NO_BOARD = "an entity without a board has no such page"
CLOSED = "nobody makes himself a person of somebody else's workspace"
NO_SUCH = "there is nothing at this address, and it says so"
STATE = "the record's state refuses it; the services' own tests cover the rest"
NO_FACTOR = "she has no such second factor; the tests of sign-in cover the good case"
PROVE = "wants a fresh proof first; the tests of sign-in cover the good case"
ONCE = "needs a secret that was mailed; the tests of sign-in cover the good case"
OTHER_TESTS = "commits in both planes; the tests of signing up cover the good case"

SIGNED = "takes what the payment provider has signed; its own tests cover the good case"

Entry = Callable[[Target], list[Call]]


def get(path: str, *expect: int, why: str = "", data: object = None) -> Call:
    """A page."""
    return Call("GET", path, expect or (200,), data, why=why)


def post(path: str, data: object = None, *expect: int, why: str = AFTER) -> Call:
    """A form."""
    return Call("POST", path, expect or (302,), data or {}, why=why)


def each(make: Callable[[Entity, Target], list[Call]]) -> Entry:
    """The same for every entity."""
    return lambda t: [call for one in registry.all_entities() for call in make(one, t)]


def has_board(entity: Entity) -> bool:
    """Whether the entity has a board."""
    return bool(entity.board_field)


def api(
    method: str, path: str, *expect: int, data: object = None, why: str = "", **head: str
) -> Call:
    """A request of a program."""
    headers = {key.replace("_", "-"): value for key, value in head.items()}
    return Call(method, f"/api/v1/{path}", expect or (200,), data, data is not None, headers, why)
