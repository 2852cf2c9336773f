"""People and programs at work: threads that ask, never repeat, and remember every answer."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

#: Method, path, body, headers.
Request = tuple[str, str, bytes | None, dict[str, str]]
Maker = Callable[[int, int], tuple[str, Request]]
#: No answer within this is an error.
PATIENCE = 30.0
#: More tells nobody more.
TOO_MANY = 200


@dataclass
class Tally:
    """What the askers saw."""

    acknowledged: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    pods: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        """One line of figures, for who reads the log."""
        times = sorted(self.seconds) or [0.0]
        half, most = times[len(times) // 2], times[int(len(times) * 0.99)]
        return (
            f"{len(self.acknowledged)} answered, {len(self.failures)} failed, p50 {half * 1000:.0f}"
            f" ms, p99 {most * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms,"
            f" by {len(self.pods)} pods"
        )


class Load:
    """Threads that ask one after another over a connection each until they are stopped."""

    def __init__(self, port: int, host: str, maker: Maker, *, threads: int) -> None:
        self.port, self.host, self.maker = port, host, maker
        self.tally = Tally()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, answers: int, *, seconds: float) -> None:
        """Let them ask on until so many were answered; give up when too much fails."""
        end = time.monotonic() + seconds
        while len(self.tally.acknowledged) < answers and len(self.tally.failures) < TOO_MANY:
            if time.monotonic() > end:
                break
            time.sleep(0.1)

    def _ask(self, asker: int) -> None:
        connection = self._connection()
        for turn in itertools.count():
            if self._over.is_set():
                break
            stamp, request = self.maker(asker, turn)
            start = time.perf_counter()
            try:
                fault = self._answered(connection, stamp, request)
            except (OSError, http.client.HTTPException) as error:
                fault = repr(error)
                connection.close()
                connection = self._connection()
            self.tally.seconds.append(time.perf_counter() - start)
            if fault:
                self.tally.failures.append(f"{request[0]} {request[1]}: {fault}")
        connection.close()

    def _answered(
        self, connection: http.client.HTTPConnection, stamp: str, request: Request
    ) -> str:
        """Ask once; what is wrong with the answer, if anything."""
        method, path, body, headers = request
        connection.request(method, path, body, {"Host": self.host, **headers})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            return f"{answer.status} {content[:200]!r}"
        self.tally.acknowledged.append(stamp)
        self.tally.pods[answer.headers["X-Pod"]] += 1
        return ""

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)


def creating(run: str, tokens: Sequence[str]) -> Maker:
    """Programs that make products; no field is unique, so a write done twice is two rows."""

    def make(asker: int, turn: int) -> tuple[str, Request]:
        stamp = f"{run}-{asker}-{turn}"
        body = json.dumps({"name": stamp, "code": stamp}).encode()
        return stamp, ("POST", "/api/v1/products", body, _bearer(tokens[asker]))

    return make


def reading(tokens: Sequence[str], session: str) -> Maker:
    """Programs that list, and people with a session who look at pages."""
    cookie = {"Cookie": f"sessionid={session}"}

    def make(asker: int, turn: int) -> tuple[str, Request]:
        ways: tuple[Request, ...] = (
            ("GET", "/api/v1/products?limit=10", None, _bearer(tokens[asker])),
            ("GET", "/api/v1/people?limit=10", None, _bearer(tokens[asker])),
            ("GET", "/products/", None, cookie),
        )
        return f"{asker}-{turn}", ways[(asker + turn) % len(ways)]

    return make


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
