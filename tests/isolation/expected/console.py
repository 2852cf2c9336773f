"""The console, at the operators' host alone."""

from __future__ import annotations

from tests.isolation.expected.calls import NO_SUCH, STATE, Entry, get, post

REASON = {"reason": "asked by mail"}
NOTICE = {"kind": "notice", "level": "info", "text": "Hello", "text_zh": "你好"}

CONSOLE: dict[str, Entry] = {
    "console/": lambda _t: [get("/console/")],
    "console/workspaces/": lambda _t: [
        get("/console/workspaces/"),
        get("/console/workspaces/?q=acme&state=active&plan=team&cell=default&sort=company&page=2"),
        get("/console/workspaces/?q=alice@acme.example"),
        get("/console/workspaces/?q=%00&state=nonsense&cell=%00&sort=x&page=x"),
    ],
    "console/workspaces/<int:pk>/": lambda t: [
        get(f"/console/workspaces/{t.other['tenant']}/"),
        get("/console/workspaces/999999/", 404, why=NO_SUCH),
    ],
    "console/workspaces/<int:pk>/acts/": lambda t: [
        post(f"/console/workspaces/{t.other['tenant']}/acts/", {"act": "note", **REASON}),
        post(f"/console/workspaces/{t.other['tenant']}/acts/", {"act": "x"}, 422, why="no act"),
        post(
            f"/console/workspaces/{t.other['tenant']}/acts/", {"act": "note"}, 422, why="no reason"
        ),
    ],
    "console/workspaces/<int:pk>/support/": lambda t: [
        post(
            f"/console/workspaces/{t.other['tenant']}/support/",
            {"reason": t.say, "hours": "2"},
        ),
        post(f"/console/workspaces/{t.other['tenant']}/support/", {}, 422, why="no reason"),
    ],
    "console/commands/<uuid:pk>/": lambda _t: [
        post(
            "/console/commands/12345678-1234-5678-1234-567812345678/",
            {"act": "again", **REASON},
            404,
            why=NO_SUCH,
        )
    ],
    "console/support/": lambda _t: [get("/console/support/")],
    "console/support/<int:pk>/enter/": lambda t: [
        post(f"/console/support/{t.other['support']}/enter/", why=STATE)
    ],
    "console/support/<int:pk>/end/": lambda t: [
        post(f"/console/support/{t.other['support']}/end/")
    ],
    "console/jobs/": lambda _t: [
        get("/console/jobs/"),
        post("/console/jobs/", {"job": "1", **REASON}),
        post("/console/jobs/", {}, 422, why="nothing is ticked"),
    ],
    "console/drift/": lambda _t: [get("/console/drift/")],
    "console/drift/<int:pk>/": lambda _t: [post("/console/drift/1/", REASON, 404, why=NO_SUCH)],
    "console/trail/": lambda _t: [
        get("/console/trail/"),
        get("/console/trail/?q=acme%00&page=x"),
    ],
    "console/notices/": lambda _t: [
        get("/console/notices/"),
        post("/console/notices/", {"act": "preview", **NOTICE}, 200, why="shown first"),
        post("/console/notices/", {"act": "publish", **NOTICE}),
        post("/console/notices/", {"act": "publish"}, 422, why="no words"),
    ],
    "console/notices/<int:pk>/end/": lambda _t: [
        post("/console/notices/999999/end/", None, 404, why=NO_SUCH)
    ],
}
