"""The console, at the operators' host alone."""

from __future__ import annotations

from tests.isolation.expected.calls import NO_SUCH, STATE, Entry, get, post

CONSOLE: dict[str, Entry] = {
    "console/": lambda _t: [
        get("/console/"),
        get("/console/?q=acme&state=active&cell=default&sort=company&page=2"),
        get("/console/?q=alice@acme.example"),
        get("/console/?q=%00&state=nonsense&cell=%00&sort=x&page=x"),
    ],
    "console/workspaces/<int:pk>/": lambda t: [
        get(f"/console/workspaces/{t.other['tenant']}/"),
        get("/console/workspaces/999999/", 404, why=NO_SUCH),
    ],
    "console/workspaces/<int:pk>/support/": lambda t: [
        post(
            f"/console/workspaces/{t.other['tenant']}/support/",
            {"reason": t.say, "hours": "2"},
        ),
        post(f"/console/workspaces/{t.other['tenant']}/support/", {}, 422, why="no reason"),
    ],
    "console/support/": lambda _t: [get("/console/support/")],
    "console/support/<int:pk>/enter/": lambda t: [
        post(f"/console/support/{t.other['support']}/enter/", why=STATE)
    ],
    "console/support/<int:pk>/end/": lambda t: [
        post(f"/console/support/{t.other['support']}/end/")
    ],
}
