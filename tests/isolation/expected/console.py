"""The console, at the operators' host alone."""

from __future__ import annotations

from tests.isolation.expected.calls import Entry, get

CONSOLE: dict[str, Entry] = {
    "console/": lambda _t: [
        get("/console/"),
        get("/console/?q=acme&state=active&cell=default&sort=company&page=2"),
        get("/console/?q=alice@acme.example"),
        get("/console/?q=%00&state=nonsense&cell=%00&sort=x&page=x"),
    ],
}
