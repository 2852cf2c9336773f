"""The simulated account: its time, its objects, and the events that their changes cause."""

from __future__ import annotations

import os
import secrets
import string
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.stripe.errors import missing
from local.stripe.store import Body, Store
from local.stripe.wire import wire

VERSION = "2026-10-28.endive"
#: A subscription in one of these states will never be charged again.
ENDED = frozenset({"canceled", "incomplete_expired"})
LETTERS = string.ascii_letters + string.digits
#: What happens first when several things fall due in the same second.
RANKS = {
    name: rank
    for rank, name in enumerate(
        ("pending_update", "phase", "cancel", "renew", "finalize", "retry", "incomplete")
    )
}
DEFAULTS: Mapping[str, Any] = {
    "retries": [3, 5, 7, 7],
    "after_retries": "cancel",
    "automatic_tax": {},
}


@dataclass
class Origin:
    """The request that causes what happens now; a renewal has none."""

    id: str | None = None
    idempotency_key: str | None = None


@dataclass
class World:
    """One account. Everything that changes it runs in a transaction of ``store``."""

    store: Store
    folder: Path
    address: str
    clock_file: Path | None = None
    endpoint: tuple[str, str] | None = None
    origin: Origin = field(default_factory=Origin)
    _moments: list[int] = field(default_factory=list)

    # --- time ----------------------------------------------------------------------------------
    def now(self) -> int:
        """The second it is: of the step that is taken, else of the account."""
        return self._moments[-1] if self._moments else self.today()

    def today(self) -> int:
        """The second it is for everybody who has no test clock."""
        return int(time.time() + self.offset())

    def offset(self) -> float:
        """By how much this account is ahead of real time."""
        return float(self.store.remembered("offset", 0.0))

    def shift(self, offset: float) -> None:
        """Move the time of the account, and tell the product by the clock file."""
        self.store.remember("offset", offset)
        self.write_clock(offset)

    def write_clock(self, offset: float) -> None:
        """The file is whole at any moment."""
        if self.clock_file is not None:
            new = self.clock_file.with_name(f".{self.clock_file.name}.new")
            new.write_text(repr(offset))
            new.replace(self.clock_file)

    @contextmanager
    def at(self, moment: int | None) -> Iterator[None]:
        """For a while it is that second."""
        if moment is None:
            yield
            return
        self._moments.append(moment)
        try:
            yield
        finally:
            self._moments.pop()

    def clock_of(self, customer: str | None) -> str:
        """The test clock that the customer lives by, or none."""
        found = self.store.get(customer) if customer else None
        return str((found or {}).get("test_clock") or "")

    def moment_of(self, customer: str | None) -> int | None:
        """The second it is for a customer of a test clock."""
        clock = self.clock_of(customer)
        found = self.store.get(clock) if clock else None
        return int(found["frozen_time"]) if found else None

    # --- objects -------------------------------------------------------------------------------
    def load(self, kind: str, key: str, *, param: str = "id") -> Body:
        """The object, or the refusal that names it."""
        found = self.store.get(key)
        if found is None or found["object"] != kind or found.get("deleted"):
            raise missing(kind, key, param=param)
        return found

    def fresh(self, prefix: str, kind: str, **fields: Any) -> Body:
        """A new object, not kept yet."""
        head = {"id": new_id(prefix), "object": kind, "created": self.now(), "livemode": False}
        return head | fields

    def save(self, body: Body, event: str | None = None, *, parent: str | None = None) -> Body:
        """Keep it; an ``updated`` event is sent when something did change, and says what."""
        before = self.store.get(body["id"]) if event and event.endswith(".updated") else None
        self.store.put(body, parent=parent)
        if event is None:
            return body
        previous = changed(wire(self, before), wire(self, body)) if before else None
        if before is None or previous:
            self.emit(event, body, previous)
        return body

    def emit(self, kind: str, body: Body, previous: Body | None = None) -> None:
        """Record an event and put it before every endpoint that wants it."""
        data: Body = {"object": wire(self, body)}
        if previous is not None:
            data["previous_attributes"] = previous
        origin = {"id": self.origin.id, "idempotency_key": self.origin.idempotency_key}
        event = self.fresh(
            "evt", "event", type=kind, data=data, request=origin,
            api_version=VERSION, pending_webhooks=0,
        )  # fmt: skip
        wanted = [key for key, types in self.endpoints() if types & {"*", kind}]
        event["pending_webhooks"] = len(wanted)
        self.store.put(event)
        for key in wanted:
            sql = "INSERT INTO deliveries (event, type, endpoint, state, next_at) VALUES"
            self.store.run(f"{sql} (?, ?, ?, 'waiting', 0)", event["id"], kind, key)

    def endpoints(self) -> Iterator[tuple[str, set[str]]]:
        """Where webhooks go: the one of the command line, and those made by the API."""
        if self.endpoint is not None:
            yield "default", {"*"}
        for found in self.store.all("webhook_endpoint"):
            if found["status"] == "enabled":
                yield found["id"], set(found["enabled_events"])

    # --- plans ---------------------------------------------------------------------------------
    def plan(self, at: int, kind: str, body: Body) -> None:
        """Have something happen to the object at a time of its customer's clock."""
        clock = self.clock_of(body.get("customer"))
        self.store.plan(at, kind, body["id"], rank=RANKS.get(kind, len(RANKS)), clock=clock)

    def unplan(self, kind: str, body: Body) -> None:
        """It will not come to that."""
        self.store.unplan(kind, body["id"])

    def setting(self, name: str) -> Any:
        """How the account is set up: retries, what follows them, taxes."""
        return self.store.remembered("settings", {}).get(name, DEFAULTS[name])

    def empty(self) -> None:
        """A new account at the real time."""
        self.store.empty()
        self.write_clock(0.0)


def new_id(prefix: str) -> str:
    """An id as Stripe's look."""
    raw = os.urandom(24)
    return f"{prefix}_" + "".join(LETTERS[byte % len(LETTERS)] for byte in raw)


def new_secret(prefix: str) -> str:
    """A secret with a telling beginning."""
    return f"{prefix}_{secrets.token_hex(24)}"


def changed(before: Body, after: Body) -> Body:
    """What the fields that differ held before."""
    return {name: before.get(name) for name in after if before.get(name) != after[name]}
