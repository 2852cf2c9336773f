"""Telling the endpoints: signed, in order, again and again until they say that they have it."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import random
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.stripe.store import dump
from local.stripe.world import World

MOST_ATTEMPTS = 40
LONGEST_WAIT = 60.0


@dataclass
class Mischief:
    """What is done to webhooks on demand."""

    held: bool = False
    drop: int = 0
    drop_type: str | None = None
    duplicate: bool = False
    shuffle: bool = False
    delay: float = 0.0
    backoff: float = 1.0


class Messenger(threading.Thread):
    """Delivers what waits, one after the other; what fails waits for its next turn."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True, name="webhooks")
        self.world, self.mischief = world, Mischief()
        self._wake, self._stop_asked = threading.Condition(), False
        self._busy = False
        self._chance = random.Random(4)  # noqa: S311 (a shuffle, not a secret)

    def run(self) -> None:
        """Until it is told to stop."""
        while not self._stop_asked:
            if not self._deliver_some():
                with self._wake:
                    self._wake.wait(0.05)

    def stop(self) -> None:
        """End after the delivery under way."""
        self._stop_asked = True
        self.wake()

    def wake(self) -> None:
        """There may be something to deliver."""
        with self._wake:
            self._wake.notify_all()

    def settled(self, *, patience: float) -> bool:
        """Wait until nothing is to be delivered now; whether that came to be."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if not self._busy and not self._waiting():
                return True
            time.sleep(0.005)
        return False

    def _waiting(self) -> list[Any]:
        sql = (
            "SELECT seq, event, endpoint, attempts, type FROM deliveries"
            " WHERE state = 'waiting' AND next_at <= ? ORDER BY seq LIMIT 200"
        )
        return self.world.store.run(sql, time.time())

    def _deliver_some(self) -> bool:
        if self.mischief.held:
            return False
        self._busy = True
        try:
            found = self._waiting()
            if self.mischief.shuffle:
                self._chance.shuffle(found)
            for row in found:
                if self.mischief.held or self._stop_asked:
                    break
                self._treat(*row)
            return bool(found)
        finally:
            self._busy = False

    def _treat(self, seq: int, event: str, endpoint: str, attempts: int, kind: str) -> None:
        mischief = self.mischief
        if mischief.drop and mischief.drop_type in {None, kind}:
            mischief.drop -= 1
            self._note(seq, "dropped", attempts)
            return
        time.sleep(mischief.delay)
        for _copy in range(2 if mischief.duplicate else 1):
            status, error = self._send(event, endpoint)
        if status is not None and 200 <= status < 300:
            self._note(seq, "delivered", attempts + 1, status=status)
            return
        state = "failed" if attempts + 1 >= MOST_ATTEMPTS else "waiting"
        pause = min(LONGEST_WAIT, mischief.backoff * 2 ** min(attempts, 10))
        self._note(seq, state, attempts + 1, status=status, error=error, pause=pause)

    def _note(
        self,
        seq: int,
        state: str,
        attempts: int,
        *,
        status: int | None = None,
        error: str | None = None,
        pause: float = 0.0,
    ) -> None:
        sql = "UPDATE deliveries SET state=?, attempts=?, status=?, error=?, next_at=? WHERE seq=?"
        values = (state, attempts, status, error, time.time() + pause, seq)
        with self.world.store.transaction():
            self.world.store.run(sql, *values)

    def _send(self, key: str, endpoint: str) -> tuple[int | None, str | None]:
        event = self.world.store.get(key)
        target = self._goal(endpoint)
        if target is None and endpoint == "default":
            return None, "no endpoint is set"
        if event is None or target is None:  # the endpoint was deleted
            return 200, None
        url, secret = target
        payload = dump(event)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (simulator)",
            "Stripe-Signature": sign(payload, secret),
        }
        try:
            return post(url, payload.encode(), headers), None
        except (OSError, http.client.HTTPException) as failure:
            return None, str(failure) or type(failure).__name__

    def _goal(self, endpoint: str) -> tuple[str, str] | None:
        if endpoint == "default":
            return self.world.endpoint
        found = self.world.store.get(endpoint)
        return (found["url"], found["_secret"]) if found else None


def sign(payload: str, secret: str, *, at: int | None = None) -> str:
    """The header by which the product knows who speaks; its time is the real one."""
    moment = int(time.time()) if at is None else at
    signed = hmac.new(secret.encode(), f"{moment}.{payload}".encode(), hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def post(url: str, content: bytes, headers: dict[str, str]) -> int:
    """The status that the endpoint answers with."""
    parts = urlsplit(url)
    assert parts.scheme == "http", "the simulator speaks to this machine only"
    address = "127.0.0.1" if str(parts.hostname).endswith("localhost") else parts.hostname
    connection = http.client.HTTPConnection(str(address), parts.port or 80, timeout=20)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, content, headers | {"Host": parts.netloc})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
