"""Objects as they leave: prices in full, private fields left out, asked-for ids expanded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local.stripe.errors import invalid

if TYPE_CHECKING:
    from local.stripe.store import Body
    from local.stripe.world import World

#: Fields that an object shows only when they are asked for.
INCLUDED: dict[tuple[str, str], Callable[[World, Body], Any]] = {}
DEEPEST = 4


def included(kind: str, name: str) -> Callable[[Any], Any]:
    """Register how such a field is made."""

    def register(make: Callable[[World, Body], Any]) -> Callable[[World, Body], Any]:
        INCLUDED[kind, name] = make
        return make

    return register


def wire(world: World, body: Body) -> Body:
    """The object as a client sees it."""
    shown = {name: value for name, value in body.items() if not name.startswith("_")}
    if body.get("object") == "subscription":
        shown["items"] = body["items"] | {
            "data": [_item(world, item) for item in body["items"]["data"]]
        }
        pending = body["pending_update"]
        if pending and pending["subscription_items"]:
            items = [_item(world, item) for item in pending["subscription_items"]]
            shown["pending_update"] = _public(pending) | {"subscription_items": items}
        rates = body["default_tax_rates"]
        shown["default_tax_rates"] = [world.store.get(rate) for rate in rates]
    return shown


def _item(world: World, item: Body) -> Body:
    rates = [world.store.get(rate) for rate in item["tax_rates"]]
    return item | {"price": world.store.get(item["price"]), "tax_rates": rates}


def _public(body: Body) -> Body:
    return {name: value for name, value in body.items() if not name.startswith("_")}


def expand(world: World, body: Body, paths: list[str]) -> Body:
    """The answer with every asked-for id replaced by what it names."""
    for path in sorted(paths):
        parts = path.split(".")
        if len([part for part in parts if part != "data"]) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels: {path}", "expand")
        _expand(world, body, parts, path)
    return body


def _expand(world: World, body: Any, parts: list[str], path: str) -> None:
    if isinstance(body, list):
        for entry in body:
            _expand(world, entry, parts, path)
        return
    if not isinstance(body, dict):
        return
    name = parts[0]
    make = INCLUDED.get((body.get("object", ""), name))
    if make is not None and not isinstance(body.get(name), dict):
        body[name] = make(world, body)
    elif name not in body:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    body[name] = _named(world, body[name])
    if parts[1:]:
        _expand(world, body[name], parts[1:], path)


def _named(world: World, value: Any) -> Any:
    if isinstance(value, list):
        return [_named(world, entry) for entry in value]
    if isinstance(value, str) and "_" in value:
        found = world.store.get(value)
        return wire(world, found) if found else value
    return value


def listed(data: list[Body], url: str, *, more: bool = False) -> Body:
    """A list as it comes over the wire."""
    return {"object": "list", "data": data, "has_more": more, "url": url}
