"""How many requests a token may make, counted in this process.

A bucket holds a minute's worth and fills up steadily. Each web process counts for itself: a limit
against programs that run wild must not cost a database write with every request.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from threading import Lock

MOST_BUCKETS = 10_000


class Throttle:
    """Buckets of one size, by the name of whoever draws from them."""

    def __init__(self, *, per_minute: int) -> None:
        self.size = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, name: str) -> int:
        """Draw once: 0 when that was granted, else the seconds until it will be."""
        now = time.monotonic()
        with self._lock:
            left, since = self._buckets.pop(name, (self.size, now))
            left = min(self.size, left + (now - since) * self.size / 60)
            granted = left >= 1
            self._buckets[name] = (left - 1 if granted else left, now)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        return 0 if granted else max(1, math.ceil((1 - left) * 60 / self.size))
