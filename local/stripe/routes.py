"""Which function answers which request, and what every one of them is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.stripe import schema
from local.stripe.errors import Refusal, invalid
from local.stripe.store import Body
from local.stripe.wire import listed, wire
from local.stripe.world import World

Handler = Callable[..., Body]


@dataclass(frozen=True)
class Call:
    """A checked request."""

    world: World
    params: Mapping[str, Any]
    path: str

    def __getitem__(self, name: str) -> Any:
        return self.params.get(name)

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the named parameters that the request holds; empty ones unset."""
        blank = {"", None}
        found = {name: self.params[name] for name in names if name in self.params}
        return {k: None if isinstance(v, str) and v in blank else v for k, v in found.items()}


@dataclass(frozen=True)
class Route:
    """A handler with what its request may hold."""

    parts: tuple[str, ...]
    shape: Mapping[str, Any]
    needs: tuple[str, ...]
    answer: Handler


ROUTES: dict[tuple[str, int], list[Route]] = {}


def route(
    where: str, shape: Mapping[str, Any] | None = None, *, needs: tuple[str, ...] = ()
) -> Callable[[Handler], Handler]:
    """``@route("POST /v1/customers/{id}", {...})``: the ids of the path follow the call."""
    method, path = where.split(" ")
    parts = tuple(path.strip("/").split("/"))

    def register(answer: Handler) -> Handler:
        known = ROUTES.setdefault((method, len(parts)), [])
        full = {"expand": [schema.text], **(shape or {})}
        known.append(Route(parts, full, needs, answer))
        known.sort(key=lambda entry: sum(part.startswith("{") for part in entry.parts))
        return answer

    return register


def match(method: str, path: str) -> tuple[Route, list[str]]:
    """The route of a path and the ids in it."""
    parts = path.strip("/").split("/")
    for found in ROUTES.get((method, len(parts)), []):
        pairs = list(zip(found.parts, parts, strict=True))
        if all(wanted.startswith("{") or wanted == part for wanted, part in pairs):
            return found, [part for wanted, part in pairs if wanted.startswith("{")]
    message = f"Unrecognized request URL ({method}: {path})."
    raise Refusal(404, "invalid_request_error", message)


def page_of(
    call: Call,
    kind: str,
    *,
    keep: Callable[[Body], bool] = lambda _body: True,
    customer: str | None = None,
    parent: str | None = None,
) -> Body:
    """One page of a list, newest first, as the client pages through it."""
    limit = call["limit"] if call["limit"] is not None else 10
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be from 1 to 100", "limit")
    after, before = _place(call, "ending_before"), _place(call, "starting_after")
    walk = call.world.store.walk(kind, customer=customer, parent=parent, before=before, after=after)
    wanted = (body for body in walk if keep(body) and _created(body, call["created"]))
    found = _take(wanted, limit + 1)
    page = found[:limit] if after is None else found[:limit][::-1]
    return listed([wire(call.world, body) for body in page], call.path, more=len(found) > limit)


def _place(call: Call, name: str) -> int | None:
    if not call[name]:
        return None
    place = call.world.store.seq(call[name])
    if place is None:
        raise invalid(f"No such object: '{call[name]}'", name, code="resource_missing")
    return place


def _take(found: Iterator[Body], count: int) -> list[Body]:
    taken = []
    for body in found:
        taken.append(body)
        if len(taken) == count:
            break
    return taken


def _created(body: Body, wanted: Any) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return bool(body["created"] == wanted)
    at, bounds = body["created"], {"gt": -1, "gte": 0, "lt": 1 << 62, "lte": 1 << 62} | wanted
    return bool(bounds["gt"] < at < bounds["lt"] and bounds["gte"] <= at <= bounds["lte"])


def merge_metadata(body: Body, call: Call) -> None:
    """New keys are added, empty values drop theirs, an empty text drops all."""
    given = call["metadata"]
    if given is None:
        return
    if given == {"": ""}:
        body["metadata"] = {}
        return
    merged = {**(body.get("metadata") or {}), **given}
    body["metadata"] = {key: value for key, value in merged.items() if value != ""}


def clean_metadata(given: Mapping[str, str] | None) -> dict[str, str]:
    """The metadata of a new object."""
    return {key: value for key, value in (given or {}).items() if key and value != ""}
