"""The settings."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.drawing import drawn
from tests.isolation.expected.calls import (
    NO_FACTOR,
    PROVE,
    Entry,
    get,
    post,
)
from tests.isolation.surface import Call
from tests.isolation.world import Target


def person_form(t: Target) -> dict[str, str]:
    return {"name": t.say, "role": "sales", "team": "", "manager": "", "external_id": t.say}


def guests(t: Target) -> dict[str, str]:
    """A form of the invitations."""
    return {"email": f"{t.say}@acme.example, Two <{t.say}2@acme.example>", "role": "sales"}


def reach_form() -> dict[str, str]:
    """Managers reach those under them, everything else as always."""
    groups = ("view", "change", "delete", "export", "assign")
    chosen = {f"manager.{group}": "under" for group in groups}
    return {**chosen, "sales.view": "team", "sales.change": "own", "read-only.view": "own"}


def proving(rest: str) -> list[Call]:
    """Pages that want the password again before they open."""
    path = f"/settings/security/{rest}"
    return [get(path, 302, why=PROVE), post(path, None, 302, why=PROVE)]


UNSUBSCRIBED = "nothing is bought yet; tests/setup/test_plan_pages.py has the rest"
NO_COMMAND = "0" * 8 + "-0000-4000-8000-" + "0" * 12


def of_plan(rest: str, *calls: str) -> Entry:
    """Pages of the plan that lead on while nothing is bought."""
    path = f"/settings/plan/{rest}"
    made = {
        "GET": get(path, 302, why=UNSUBSCRIBED),
        "POST": post(path, None, 302, why=UNSUBSCRIBED),
    }
    return lambda _t: [made[method] for method in calls]


PLAN: dict[str, Entry] = {
    "settings/plan/": lambda _t: [get("/settings/plan/")],
    "settings/plan/back/": of_plan("back/", "GET"),
    "settings/plan/asked/<uuid:uuid>/": lambda _t: [
        get(f"/settings/plan/asked/{NO_COMMAND}/", 404, why=UNSUBSCRIBED)
    ],
    "settings/plan/buy/": lambda _t: [
        get("/settings/plan/buy/"),
        post("/settings/plan/buy/", {"plan": "team", "seats": "x"}, 422, why="not a number"),
    ],
    "settings/plan/portal/": of_plan("portal/", "POST"),
    "settings/plan/pay/": of_plan("pay/", "POST"),
    "settings/plan/free/": of_plan("free/", "POST"),
    "settings/plan/seats/": of_plan("seats/", "GET", "POST"),
    "settings/plan/change/": of_plan("change/", "GET", "POST"),
    "settings/plan/confirm/": of_plan("confirm/", "POST"),
    "settings/plan/later/": of_plan("later/", "POST"),
    "settings/plan/keep/": of_plan("keep/", "POST"),
    "settings/plan/cancel/": of_plan("cancel/", "GET", "POST"),
    "settings/plan/resume/": of_plan("resume/", "POST"),
    "settings/plan/invoices/": lambda _t: [get("/settings/plan/invoices/")],
    "settings/plan/details/": lambda _t: [
        get("/settings/plan/details/"),
        post("/settings/plan/details/", {"name": ""}, 422, why="a company has a name"),
    ],
}

SETTINGS: dict[str, Entry] = {
    "settings/": lambda _t: [get("/settings/")],
    "settings/profile/": lambda t: [
        get("/settings/profile/"),
        post("/settings/profile/", {"name": t.say, "language": "", "time_zone": ""}),
    ],
    "settings/profile/password/": lambda _t: [
        post("/settings/profile/password/", {"oldpassword": "wrong"}, 422, why="a wrong password")
    ],
    "settings/profile/picture/": lambda _t: [
        post("/settings/profile/picture/", {"picture": png()}),
        post("/settings/profile/picture/", {}, 422, why="no picture was chosen"),
    ],
    "settings/profile/verify/": lambda _t: [post("/settings/profile/verify/")],
    "settings/security/": lambda _t: [get("/settings/security/")],
    "settings/security/app/": lambda _t: proving("app/"),
    "settings/security/app/remove/": lambda _t: [
        get("/settings/security/app/remove/", 404, why=NO_FACTOR),
        post("/settings/security/app/remove/", None, 404, why=NO_FACTOR),
    ],
    "settings/security/passkeys/add/": lambda _t: proving("passkeys/add/"),
    "settings/security/passkeys/<int:pk>/name/": lambda _t: proving("passkeys/1/name/"),
    "settings/security/passkeys/<int:pk>/remove/": lambda _t: proving("passkeys/1/remove/"),
    "settings/security/codes/": lambda _t: proving("codes/"),
    "settings/security/codes/new/": lambda _t: proving("codes/new/"),
    "settings/sign-in/": lambda _t: [get("/settings/sign-in/")],
    "settings/sign-in/second-factor/": lambda _t: [
        post("/settings/sign-in/second-factor/", {"required": "1"}),
    ],
    "settings/sign-in/provider/": lambda _t: [
        get("/settings/sign-in/provider/"),
        post(
            "/settings/sign-in/provider/",
            {"name": "Corp", "issuer": "https://idp.example", "client_id": "x"},
        ),
    ],
    "settings/notifications/": lambda _t: [
        get("/settings/notifications/"),
        post("/settings/notifications/", {"wanted": ["due"]}),
        post("/settings/notifications/", {"wanted": "all"}, 422, why="no kind of mail"),
    ],
    "settings/sessions/": lambda _t: [
        get("/settings/sessions/"),
        post("/settings/sessions/", {"session": "others"}),
    ],
    "settings/tokens/": lambda t: [
        get("/settings/tokens/"),
        post("/settings/tokens/", {"name": t.say}, 200),
    ],
    "settings/tokens/<int:pk>/revoke/": lambda t: [
        post(f"/settings/tokens/{t.other['token']}/revoke/")
    ],
    "settings/support/": lambda _t: [get("/settings/support/")],
    "settings/support/<int:pk>/": lambda t: [
        get(f"/settings/support/{t.other['support']}/"),
        post(f"/settings/support/{t.other['support']}/", {"act": "grant"}, 422, why="no hours"),
        post(
            f"/settings/support/{t.other['support']}/",
            {"act": "grant", "hours": "2", "mode": "looking"},
        ),
        post(f"/settings/support/{t.other['support']}/", {"act": "refuse"}),
        post(f"/settings/support/{t.other['support']}/", {"act": "end"}),
    ],
    "settings/workspace/": lambda t: [
        get("/settings/workspace/"),
        post(
            "/settings/workspace/",
            {"name": t.say, "language": "en", "time_zone": "UTC", "base_currency": "USD"},
        ),
    ],
    "settings/workspace/logo/": lambda _t: [
        post("/settings/workspace/logo/", {"picture": png()}),
        post("/settings/workspace/logo/", {"remove": "1"}),
    ],
    "settings/workspace/colour/": lambda _t: [
        post("/settings/workspace/colour/", {"accent": "teal"}),
        post("/settings/workspace/colour/", {"accent": "beige"}, 422, why="not of the palette"),
    ],
    **PLAN,
    "settings/export/": lambda _t: [
        get("/settings/export/"),
        post("/settings/export/"),
    ],
    "settings/export/<int:pk>/progress/": lambda t: [
        get(f"/settings/export/{t.other['export']}/progress/")
    ],
    "settings/export/<int:pk>/download/": lambda t: [
        get(
            f"/settings/export/{t.other['export']}/download/",
            302,
            why="leads to the object store, by an address of a minute",
        )
    ],
    "settings/teams/": lambda t: [
        get("/settings/teams/"),
        post("/settings/teams/", {"name": f"{t.say}2"}),
    ],
    "settings/teams/<int:pk>/": lambda t: [
        post(f"/settings/teams/{t.other['team']}/", {"name": f"{t.say}3"}),
        post(f"/settings/teams/{t.other['team']}/", {"delete": "1"}),
    ],
    "settings/currencies/": lambda _t: [
        get("/settings/currencies/"),
        post("/settings/currencies/", {"code": "CHF", "rate": "1.1"}),
    ],
    "settings/currencies/<str:code>/": lambda t: [
        post(f"/settings/currencies/{t.other['currency']}/", {"rate": "1.2", "active": "on"})
    ],
    "settings/people/": lambda _t: [
        get("/settings/people/"),
        get("/settings/people/?show=seatless"),
        get("/settings/people/?show=former"),
        get(f"/settings/people/?q={_t.stamp}&role=sales&team={_t.other['team']}&branch=1"),
    ],
    "settings/people/new/": lambda t: [
        get("/settings/people/new/"),
        post("/settings/people/new/", {**person_form(t), "external_id": "new-1"}),
    ],
    "settings/people/<int:pk>/": lambda t: [
        get(f"/settings/people/{t.other['seatless']}/"),
        post(f"/settings/people/{t.other['seatless']}/", person_form(t)),
    ],
    "settings/branches/": lambda t: [
        post("/settings/branches/", {"branch-name": f"{t.say}2", "parent": t.other["branch"]})
    ],
    "settings/branches/<int:pk>/": lambda t: [
        post(f"/settings/branches/{t.other['branch']}/", {"branch-name": f"{t.say}3"}),
        post(f"/settings/branches/{t.other['branch']}/", {"delete": "1"}),
    ],
    "settings/reach/": lambda t: [
        get("/settings/reach/"),
        post("/settings/reach/", {**reach_form(), "preview": "1", "person": "2"}, 200),
        post("/settings/reach/", reach_form()),
        post("/settings/reach/", {"manager.view": "own"}, 422, why="a reach beyond what is seen"),
    ],
    "settings/people/chart/": lambda _t: [get("/settings/people/chart/")],
    "settings/people/invite/": lambda t: [
        get("/settings/people/invite/"),
        post("/settings/people/invite/", guests(t)),
    ],
    "settings/people/invited/": lambda _t: [get("/settings/people/invited/")],
    "settings/people/invited/<int:pk>/": lambda t: [
        post(f"/settings/people/invited/{t.other['invitation']}/", {"resend": "1"}),
        post(f"/settings/people/invited/{t.other['invitation']}/", {"revoke": "1"}),
    ],
    "settings/people/<int:pk>/invite/": lambda t: [
        post(
            f"/settings/people/{t.other['seatless']}/invite/",
            {"address": f"{t.say}@acme.example".lower()},
        )
    ],
    "settings/people/<int:pk>/leave/": lambda t: [
        get(f"/settings/people/{t.other['seatless']}/leave/"),
        post(f"/settings/people/{t.other['seatless']}/leave/", {"to": t.people}),
    ],
    "settings/people/<int:pk>/hand-over/": lambda t: [
        get(f"/settings/people/{t.other['seatless']}/hand-over/"),
        post(f"/settings/people/{t.other['seatless']}/hand-over/", {"to": t.people}),
    ],
    "settings/hand-overs/<int:pk>/": lambda t: [
        get(f"/settings/hand-overs/{t.other['hand_over']}/")
    ],
    "settings/hand-overs/<int:pk>/progress/": lambda t: [
        get(f"/settings/hand-overs/{t.other['hand_over']}/progress/")
    ],
    "settings/hand-overs/<int:pk>/change/": lambda t: [
        post(f"/settings/hand-overs/{t.other['hand_over']}/change/", {"undo": "1"})
    ],
    "settings/people/<int:pk>/seat/": lambda t: [
        post(
            f"/settings/people/{t.other['seatless']}/seat/",
            {"email": f"{t.say}@acme.example".lower(), "password": "a long new password"},
        )
    ],
    "settings/people/<int:pk>/presence/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/presence/", {"return": "1"})
    ],
    "settings/people/<int:pk>/sessions/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/sessions/", {"session": "all"})
    ],
    "settings/people/<int:pk>/unlink/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/unlink/")
    ],
    "settings/people/<int:pk>/factors/": lambda t: [
        post(f"/settings/people/{t.other['seatless']}/factors/")
    ],
    "settings/pipelines/": lambda t: [
        get("/settings/pipelines/"),
        post("/settings/pipelines/", {"name": f"{t.say}2"}),
    ],
    "settings/pipelines/<int:pk>/": lambda t: [
        get(f"/settings/pipelines/{t.rows['pipelines']}/"),
        post(f"/settings/pipelines/{t.rows['pipelines']}/", {"name": t.say, "version": "1"}),
    ],
    "settings/pipelines/<int:pk>/stages/": lambda t: [
        post(
            f"/settings/pipelines/{t.rows['pipelines']}/stages/",
            {"name": f"{t.say}2", "kind": "open", "probability": "5"},
        )
    ],
    "settings/stages/<int:pk>/": lambda t: [
        post(
            f"/settings/stages/{t.rows['stages']}/",
            {"name": f"{t.say}2", "kind": "open", "probability": "5", "version": "1"},
        )
    ],
}


def png() -> SimpleUploadedFile:
    """A picture."""
    return SimpleUploadedFile("me.png", drawn("PNG"), "image/png")
