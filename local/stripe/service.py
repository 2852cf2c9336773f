"""One request from its first byte to its answer: key, version, faults, idempotency, effect."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.stripe import schema
from local.stripe.errors import Refusal, broken, invalid
from local.stripe.faults import Fault, Faults
from local.stripe.forms import parse
from local.stripe.routes import Call, Route, match
from local.stripe.store import Body, dump
from local.stripe.wire import expand, wire
from local.stripe.world import VERSION, Origin, World, new_id

DAY = 24 * 3600
#: Parameters that say whose clock a request lives by.
LINKS = ("customer", "subscription", "from_subscription", "invoice", "schedule")


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    encoded: str


@dataclass
class Answer:
    """What goes out; with ``fault`` it may go out late or not at all."""

    status: int
    body: Body
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None


class Service:
    """The API of one account."""

    def __init__(self, world: World, *, key: str) -> None:
        self.world, self.key, self.faults = world, key, Faults()
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer it; faults that are asked for strike where they were told to."""
        origin = Origin(new_id("req"), request.headers.get("idempotency-key") or None)
        try:
            self._admit(request)
            found, ids = match(request.method, request.path)
            fault = self.faults.take(request.method, request.path)
            answer = self._keyed(request, origin, found, ids, fault)
        except Refusal as refused:
            answer = Answer(refused.status, refused.body)
        except Exception:
            traceback.print_exc()
            answer = Answer(500, broken().body)
        answer.headers |= {"Request-Id": str(origin.id), "Stripe-Version": VERSION}
        if origin.idempotency_key:
            answer.headers["Idempotency-Key"] = origin.idempotency_key
        return answer

    def _admit(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if given.startswith("Basic "):
            given = "Bearer " + base64.b64decode(given[6:]).decode().partition(":")[0]
        if given != f"Bearer {self.key}":
            message = "Invalid API Key provided: it is not the key of this simulator."
            raise Refusal(401, "invalid_request_error", message)
        asked = request.headers.get("stripe-version", VERSION)
        if asked != VERSION:
            raise invalid(f"Invalid Stripe API version: {asked}; this is {VERSION}.")

    def _keyed(
        self, request: Request, origin: Origin, found: Route, ids: list[str], fault: Fault | None
    ) -> Answer:
        """With an idempotency key the same request has its effect once, for a day."""
        if fault is not None and fault.early:
            return fault.strike()
        key = origin.idempotency_key
        if key is None or request.method != "POST":
            if fault is not None and fault.slow:
                fault.wait()
            return self._finished(self._effect(request, origin, found, ids), fault)
        with self._lock:
            if key in self._running:
                message = f"There is currently another in-progress request using the key {key}."
                raise Refusal(409, "idempotency_error", message, code="idempotency_key_in_use")
            self._running.add(key)
        try:
            return self._once(key, request, origin, found, ids, fault)
        finally:
            with self._lock:
                self._running.discard(key)

    def _once(
        self,
        key: str,
        request: Request,
        origin: Origin,
        found: Route,
        ids: list[str],
        fault: Fault | None,
    ) -> Answer:
        digest = hashlib.sha256(f"{request.path}\n{request.encoded}".encode()).hexdigest()
        with self.world.store.transaction():
            before = self._stored(key, digest)
        if before is not None:
            return before
        if fault is not None and fault.slow:
            fault.wait()
        with self.world.store.transaction():
            answer = self._effect(request, origin, found, ids)
            told = self._finished(answer, fault)
            if answer.status in {200, 402}:
                self._keep(key, digest, told, origin)
        return told

    def _finished(self, answer: Answer, fault: Fault | None) -> Answer:
        return fault.after(answer) if fault is not None else answer

    def _stored(self, key: str, digest: str) -> Answer | None:
        sql = "SELECT digest, status, body, request, at FROM answers WHERE key = ?"
        rows = self.world.store.run(sql, key)
        if not rows or rows[0][4] < self.world.today() - DAY:
            return None
        if rows[0][0] != digest:
            message = (
                f"Keys for idempotent requests can only be used with the same parameters: {key}"
            )
            raise Refusal(400, "idempotency_error", message)
        headers = {"Idempotent-Replayed": "true", "Original-Request": rows[0][3]}
        return Answer(rows[0][1], json.loads(rows[0][2]), headers)

    def _keep(self, key: str, digest: str, answer: Answer, origin: Origin) -> None:
        values = (key, digest, answer.status, dump(answer.body), origin.id, self.world.today())
        self.world.store.run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", *values)

    def _effect(self, request: Request, origin: Origin, found: Route, ids: list[str]) -> Answer:
        """What the request does, whole or not at all; a refusal may keep what led to it."""
        encoded = request.encoded if request.method == "POST" else request.query
        try:
            params = schema.check(parse(encoded), found.shape)
            schema.need(params, *found.needs)
        except Refusal as refused:
            return Answer(refused.status, refused.body)
        kept: Refusal | None = None
        try:
            with self.world.store.transaction():
                self.world.origin = origin
                try:
                    body = self._called(Call(self.world, params, request.path), found, ids)
                except Refusal as refused:
                    if not refused.keep:
                        raise
                    kept = refused
        except Refusal as refused:
            return Answer(refused.status, refused.body)
        finally:
            self.world.origin = Origin()
        return Answer(kept.status, kept.body) if kept else Answer(200, body)

    def _called(self, call: Call, found: Route, ids: list[str]) -> Body:
        with self.world.at(self._moment(call, ids)):
            body = wire(self.world, found.answer(call, *ids))
            return expand(self.world, body, call["expand"] or [])

    def _moment(self, call: Call, ids: list[str]) -> int | None:
        """The second it is for whom the request is about."""
        named = [call[name] for name in LINKS if isinstance(call[name], str)]
        if isinstance(call["test_clock"], str) and call.path.startswith("/v1/customers"):
            found = self.world.store.get(call["test_clock"])
            return int(found["frozen_time"]) if found else None
        for key in [*named, *ids]:
            found = self.world.store.get(key) or {}
            customer = key if found.get("object") == "customer" else found.get("customer")
            if customer:
                return self.world.moment_of(customer)
        return None
