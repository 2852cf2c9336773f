"""Signing in."""

from __future__ import annotations

from tests.isolation.expected.calls import (
    CLOSED,
    NO_FACTOR,
    ONCE,
    SIGNED_IN,
    Entry,
    get,
    post,
)
from tests.isolation.surface import METHODS, Call


def forms_of_allauth(path: str, *expect: int, why: str = SIGNED_IN) -> list[Call]:
    """The library's views answer before they look at the method."""
    return [Call(method, path, expect or (302,), why=why) for method in METHODS]


def languages() -> list[Call]:
    """The library's view goes back wherever one came from, whatever the method."""
    back = "goes back, without a change unless it was a form"
    others = [
        Call(method, "/language/", (302,), why=back) for method in METHODS if method != "POST"
    ]
    return [*others, post("/language/", {"language": "zh-hans"})]


ACCESS: dict[str, Entry] = {
    "people/<int:pk>/": lambda t: [
        get(f"/people/{t.people}/", 302, why="leads to the person in the directory")
    ],
    "pictures/<int:pk>/<slug:digest>.webp": lambda t: [
        get(f"/pictures/{t.people}/{t.other['picture']}.webp")
    ],
    "pictures/logo/<slug:digest>.webp": lambda t: [get(f"/pictures/logo/{t.other['logo']}.webp")],
    "login/": lambda _t: forms_of_allauth("/login/"),
    "login/second/": lambda _t: [
        get("/login/second/", 302, why=SIGNED_IN),
        post("/login/second/", {"code": "123456"}, why=SIGNED_IN),
    ],
    "login/passkey/": lambda _t: [
        get("/login/passkey/", 302, why=SIGNED_IN),
        post("/login/passkey/", {"credential": "{}"}, why=SIGNED_IN),
    ],
    "login/provider/": lambda _t: [
        post("/login/provider/", None, 404, why="no provider is in use; test_oidc has the rest")
    ],
    "login/provider/callback/": lambda _t: [
        get("/login/provider/callback/?code=x&state=y", 404, why="no provider is in use")
    ],
    "again/": lambda _t: [
        get("/again/"),
        post("/again/", {"password": "wrong"}, 200, why="a wrong password"),
    ],
    "again/code/": lambda _t: [
        get("/again/code/", 302, why=NO_FACTOR),
        post("/again/code/", {"code": "123456"}, why=NO_FACTOR),
    ],
    "again/passkey/": lambda _t: [
        get("/again/passkey/", 302, why=NO_FACTOR),
        post("/again/passkey/", {"credential": "{}"}, why=NO_FACTOR),
    ],
    "logout/": lambda _t: [get("/logout/"), post("/logout/")],
    "signup/": lambda _t: forms_of_allauth("/signup/", 200, 302, why=CLOSED),
    "inactive/": lambda _t: [get("/inactive/")],
    "enter/": lambda t: [
        get(f"/enter/?token={t.other['handoff']}", 302, why="leads to the home page"),
        get("/enter/?token=nonsense", 410, why=ONCE),
    ],
    "support/enter/": lambda _t: [get("/support/enter/?token=nonsense", 410, why=ONCE)],
    "join/<str:secret>/": lambda _t: [
        get("/join/nonsense/", 410, why=ONCE),
        post("/join/nonsense/", {"name": "x", "password": "a long password"}, 410, why=ONCE),
    ],
    "language/": lambda _t: languages(),
    "password/reset/": lambda _t: [
        get("/password/reset/"),
        post("/password/reset/", {"email": "nobody@acme.example"}),
        Call("PUT", "/password/reset/", (200,), why="the library's form, shown again"),
    ],
    "password/reset/done/": lambda _t: [get("/password/reset/done/")],
    "password/reset/key/done/": lambda _t: [get("/password/reset/key/done/")],
    "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": lambda _t: forms_of_allauth(
        "/password/reset/key/1-nonsense/", 200, why=ONCE
    ),
    "confirm-email/": lambda _t: [get("/confirm-email/")],
    "^confirm-email/(?P<key>[-:\\w]+)/$": lambda _t: [
        get("/confirm-email/nonsense/", 404, 200, why=ONCE),
        post("/confirm-email/nonsense/", None, 404, why=ONCE),
    ],
}
