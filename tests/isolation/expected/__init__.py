"""What the owner gets at every address: a page or a document, else the reason why not.

An address of the resolver that has no entry here fails the tests; so does an entry without one.
Methods that an entry does not name must answer 405.
"""

from __future__ import annotations

from tests.isolation.expected.calls import CLOSED, OTHER_TESTS, SIGNED, Entry, get, post
from tests.isolation.expected.files import FILES, IMPORTS
from tests.isolation.expected.records import API, PAGES
from tests.isolation.expected.settings import SETTINGS
from tests.isolation.expected.sign_in import ACCESS, languages

__all__ = ["OPEN", "PUBLIC", "WORKSPACE", "Entry"]

WORKSPACE: dict[str, Entry] = {**PAGES, **API, **ACCESS, **SETTINGS, **IMPORTS, **FILES}

#: Pages of a workspace that somebody may open who has not signed in there.
OPEN = {
    "login/": "the log-in page itself",
    "login/second/": "the second step, which leads back to the first without it",
    "login/passkey/": "signing in by a passkey",
    "pictures/logo/<slug:digest>.webp": "the logo of the log-in page",
    "login/provider/": "signing in through the company's provider",
    "login/provider/callback/": "the way back from it",
    "logout/": "asks whether to sign out; harmless without a session",
    "signup/": CLOSED,
    "inactive/": "says that an account is inactive",
    "enter/": "takes the token of a new owner",
    "support/enter/": "takes the pass of an operator who was let in",
    "join/<str:secret>/": "somebody who is invited",
    "language/": "the language of the log-in page",
    "password/reset/": "somebody who forgot his password",
    "password/reset/done/": "the same",
    "password/reset/key/done/": "the same",
    "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "the same",
    "confirm-email/": "tells to look into the mailbox",
    "^confirm-email/(?P<key>[-:\\w]+)/$": "the link in the mail",
}

PUBLIC: dict[str, Entry] = {
    "": lambda _t: [get("/")],
    "pricing/": lambda _t: [
        get("/pricing/"),
        get("/pricing/?staff=20&sales=5&branches=1&currency=EUR&interval=year"),
        get("/pricing/?staff=0", 422, why="nobody is no company"),
    ],
    "status/": lambda _t: [get("/status/")],
    "status.json": lambda _t: [get("/status.json")],
    "terms/": lambda _t: [get("/terms/")],
    "privacy/": lambda _t: [get("/privacy/")],
    "robots.txt": lambda _t: [get("/robots.txt")],
    "sitemap.xml": lambda _t: [get("/sitemap.xml")],
    "favicon.ico": lambda _t: [get("/favicon.ico", 302, why="the icon under its hashed name")],
    "signup/": lambda _t: [
        get("/signup/"),
        post("/signup/", {"company": "x"}, 422, why=OTHER_TESTS),
    ],
    "signup/address/": lambda _t: [get("/signup/address/?subdomain=free-one")],
    "find/": lambda _t: [get("/find/"), post("/find/", {"email": "nobody@acme.example"}, 200)],
    "language/": lambda _t: languages(),
    "billing/webhook/": lambda _t: [post("/billing/webhook/", {"id": "evt_1"}, 400, why=SIGNED)],
}
