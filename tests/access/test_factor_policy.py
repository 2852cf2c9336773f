from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test import Client

from app.access.models import User, Workspace
from tenants.context import Ref, use_tenant
from tests.access.codes import code, factors, first_step, give_app, second_step, signed_in
from tests.access.test_second_factor import BOB, set_up, signed_in_by_password
from tests.isolation.fixtures import undone
from tests.isolation.world import token_of
from tests.test_every_url import calls_of, known

Two = tuple[Ref, Ref]
ALICE = "alice@acme.example"
#: What somebody may do who must set up a second factor first.
STILL_OPEN = (
    *("/settings/security/", "/again/", "/login", "/logout/", "/language/", "/inactive/"),
    *(
        "/enter/",
        "/support/enter/",
        "/signup/",
        "/password/reset/",
        "/confirm-email/",
        "/api/",
        "/join/",
    ),
    "/pictures/logo/",
)


def require(ref: Ref, *, required: bool = True) -> None:
    with use_tenant(ref):
        Workspace.objects.update(second_factor_required=required)


def with_role(user: User, role: str, *, ref: Ref) -> User:
    with use_tenant(ref):
        User.objects.filter(pk=user.pk).update(role=role)
        return User.objects.get(pk=user.pk)


def events(ref: Ref) -> list[str]:
    with use_tenant(ref), connections[ref.cell].cursor() as cursor:
        cursor.execute("SELECT event FROM records_auditentry ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_every_page_is_closed_until_the_factor_is_set_up(
    browser: Any, two: Two, both: Any, alice: User, send: Any
) -> None:
    client: Client = browser(alice)
    require(two[0])
    sent, faults = 0, []
    for entry in known().values():
        for call in calls_of(entry, both):
            if call.path.startswith(STILL_OPEN):
                continue
            cookies = client.cookies.copy()
            with undone(two[0]):
                answer = send(call, client)
                parts = call.send(client, **{"HX-Request": "true"})
            client.cookies = cookies
            sent += 1
            if answer.get("Location") != "/settings/security/":
                faults.append(f"{call} answered {answer.status_code} {answer.get('Location')}")
            if parts.get("HX-Redirect") != "/settings/security/" or parts.content:
                faults.append(f"{call} of a part answered {parts.status_code}")
    assert not faults, "\n".join(faults[:20])
    assert sent > 400


def test_the_way_out_is_open_and_then_everything_is(browser: Any, two: Two, bob: User) -> None:
    require(two[0])
    client = browser()
    assert first_step(client, BOB).status_code == 302
    assert client.get("/")["Location"] == "/settings/security/"
    assert "Please set up a second factor" in client.get("/settings/security/").content.decode()
    set_up(client)
    assert client.get("/").status_code == 200


def test_sessions_of_before_are_led_there_too(browser: Any, two: Two, bob: User) -> None:
    client = signed_in_by_password(browser)
    require(two[0])
    assert client.get("/accounts/")["Location"] == "/settings/security/"
    require(two[0], required=False)
    assert client.get("/accounts/").status_code == 200


def test_programs_go_on(browser: Any, two: Two, bob: User) -> None:
    token = token_of(bob, ref=two[0])
    require(two[0])
    answer = browser().get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_an_owner_requires_it_only_after_he_has_one_himself(
    browser: Any, two: Two, alice: User
) -> None:
    client = signed_in_by_password(browser, ALICE)
    answer = client.post("/settings/sign-in/second-factor/", {"required": "1"}, follow=True)
    assert "Set up a second factor for yourself first" in answer.content.decode()
    set_up(client)
    client.post("/settings/sign-in/second-factor/", {"required": "1"})
    with use_tenant(two[0]):
        assert Workspace.objects.get().second_factor_required
    assert "workspace.second_factor_required" in events(two[0])


@pytest.mark.parametrize("role", ["administrator", "manager", "sales", "read-only"])
def test_nobody_but_an_owner_decides_it(browser: Any, two: Two, bob: User, role: str) -> None:
    client = browser(with_role(bob, role, ref=two[0]))
    assert client.post("/settings/sign-in/second-factor/", {"required": "1"}).status_code == 403
    with use_tenant(two[0]):
        assert not Workspace.objects.get().second_factor_required


def test_an_administrator_resets_a_colleagues_factors(
    browser: Any, two: Two, alice: User, bob: User
) -> None:
    give_app(bob, ref=two[0])
    first_step(his := browser(), BOB)
    second_step(his, code())
    assert signed_in(his)
    client = browser(alice)
    page = client.get(f"/settings/people/{bob.pk}/").content.decode()
    assert "1 second factor is set up" in page
    assert client.post(f"/settings/people/{bob.pk}/factors/").status_code == 302
    assert factors(bob, ref=two[0]) == 0
    assert not signed_in(his)
    assert "person.second_factors_reset" in events(two[0])
    signed_in_by_password(browser)


@pytest.mark.parametrize("role", ["manager", "sales", "read-only"])
def test_others_reset_nothing_and_end_no_session(
    browser: Any, two: Two, charlie: User, bob: User, role: str
) -> None:
    give_app(bob, ref=two[0])
    client = browser(with_role(charlie, role, ref=two[0]))
    for path in ("factors", "sessions"):
        answer = client.post(f"/settings/people/{bob.pk}/{path}/", {"session": "all"})
        assert answer.status_code == 403
    assert factors(bob, ref=two[0]) == 2


def test_an_administrator_does_not_touch_an_owner(
    browser: Any, two: Two, alice: User, bob: User
) -> None:
    give_app(alice, ref=two[0])
    client = browser(with_role(bob, "administrator", ref=two[0]))
    for path in ("factors", "sessions"):
        answer = client.post(f"/settings/people/{alice.pk}/{path}/", {"session": "all"})
        assert answer.status_code == 403
    assert factors(alice, ref=two[0]) == 2
    assert "Signed in nowhere" not in client.get(f"/settings/people/{alice.pk}/").content.decode()


def test_nobody_resets_his_own(browser: Any, two: Two, alice: User) -> None:
    client = signed_in_by_password(browser, ALICE)
    set_up(client)
    assert client.post(f"/settings/people/{alice.pk}/factors/").status_code == 403


def test_an_administrator_ends_one_session_or_all(
    browser: Any, two: Two, alice: User, bob: User
) -> None:
    first, second, third = (signed_in_by_password(browser) for _one in range(3))
    client = browser(alice)
    page = client.get(f"/settings/people/{bob.pk}/").content.decode()
    key = page.partition('name="session" value="')[2].partition('"')[0]
    client.post(f"/settings/people/{bob.pk}/sessions/", {"session": key})
    assert [signed_in(one) for one in (first, second, third)].count(True) == 2
    client.post(f"/settings/people/{bob.pk}/sessions/", {"session": "all"})
    assert not any(signed_in(one) for one in (first, second, third))
    assert "person.sessions_ended" in events(two[0])


def test_the_number_of_somebody_elses_session_ends_nothing(
    browser: Any, two: Two, alice: User, bob: User, charlie: User
) -> None:
    bobs = signed_in_by_password(browser)
    client = browser(alice)
    page = client.get(f"/settings/people/{bob.pk}/").content.decode()
    key = page.partition('name="session" value="')[2].partition('"')[0]
    client.post(f"/settings/people/{charlie.pk}/sessions/", {"session": key})
    assert signed_in(bobs)


def test_who_comes_back_does_not_come_back_signed_in(
    browser: Any, two: Two, alice: User, bob: User
) -> None:
    his = signed_in_by_password(browser)
    client = browser(alice)
    client.post(f"/settings/people/{bob.pk}/leave/", {})
    client.post(f"/settings/people/{bob.pk}/presence/", {"return": "1"})
    assert not signed_in(his)
