from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from app.access.models import ApiToken, Currency, Role, Team, User, Workspace
from app.access.tokens import actor_of_token
from tenants.context import Ref, use_tenant
from tests.seeding import PASSWORD

Browser = Callable[..., Client]
COMPANY = ["workspace", "people", "people/new", "people/1", "teams", "currencies", "pipelines"]
OWN = ["", "profile/", "sessions/", "tokens/"]


@pytest.mark.parametrize("page", [*OWN, *(f"{name}/" for name in COMPANY)])
def test_the_owner_opens_every_page(browser: Browser, alice: User, page: str) -> None:
    answer = browser(alice).get(f"/settings/{page}")
    assert answer.status_code == 200
    assert " style=" not in answer.content.decode()


@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
@pytest.mark.parametrize("page", COMPANY)
def test_the_company_is_set_by_owner_and_administrators_only(
    browser: Browser, request: pytest.FixtureRequest, name: str, page: str
) -> None:
    client = browser(request.getfixturevalue(name))
    assert client.get(f"/settings/{page}/").status_code == 403
    assert client.post(f"/settings/{page}/", {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize("page", OWN)
def test_everybody_opens_the_own_pages(browser: Browser, rita: User, page: str) -> None:
    answer = browser(rita).get(f"/settings/{page}")
    assert answer.status_code == 200
    assert "/settings/people/" not in answer.content.decode()


def test_the_profile_changes_language_and_time_zone(
    browser: Browser, two: tuple[Ref, Ref], bob: User
) -> None:
    client = browser(bob)
    data = {"name": "Bob Beech", "language": "zh-hans", "time_zone": "Asia/Shanghai"}
    assert client.post("/settings/profile/", data).status_code == 302
    with use_tenant(two[0]):
        kept = User.objects.get(pk=bob.pk)
    assert (kept.name, kept.language, kept.time_zone) == tuple(data.values())
    assert client.get("/settings/profile/")["Content-Language"] == "zh-hans"


def test_a_time_zone_that_does_not_exist_is_refused(browser: Browser, bob: User) -> None:
    data = {"name": "Bob", "language": "", "time_zone": "Mars/Olympus"}
    assert browser(bob).post("/settings/profile/", data).status_code == 422


def test_a_wrong_current_password_changes_nothing(browser: Browser, bob: User) -> None:
    data = {"oldpassword": "wrong", "password1": "new leaves 1", "password2": "new leaves 1"}
    assert browser(bob).post("/settings/profile/password/", data).status_code == 422
    assert browser().post("/login/", {"email": bob.email, "password": PASSWORD}).status_code == 302


def test_the_workspace_is_changed_for_everybody(
    browser: Browser, two: tuple[Ref, Ref], alice: User, bob: User
) -> None:
    data = {
        "name": "Acme AG",
        "language": "zh-hans",
        "time_zone": "Europe/Zurich",
        "base_currency": "USD",
    }
    assert browser(alice).post("/settings/workspace/", data).status_code == 302
    with use_tenant(two[0]):
        row = Workspace.objects.get()
    assert (row.name, row.language, row.time_zone) == ("Acme AG", "zh-hans", "Europe/Zurich")
    assert browser(bob).get("/settings/")["Content-Language"] == "zh-hans"


def test_another_base_currency_restates_the_rates(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    client = browser(alice)
    for code, rate in (("eur", "1.25"), ("CNY", "0.125")):
        answer = client.post("/settings/currencies/", {"code": code, "rate": rate})
        assert answer.status_code == 302
    data = {"name": "Acme", "language": "en", "time_zone": "UTC", "base_currency": "EUR"}
    assert client.post("/settings/workspace/", data).status_code == 302
    with use_tenant(two[0]):
        rates = dict(Currency.objects.values_list("code", "rate"))
    assert rates == {"EUR": Decimal(1), "USD": Decimal("0.8"), "CNY": Decimal("0.1")}


@pytest.mark.parametrize(
    ("code", "rate"), [("XQZ", "1"), ("EU", "1"), ("EUR", "0"), ("EUR", "-1"), ("USD", "2")]
)
def test_a_currency_that_makes_no_sense_is_refused(
    browser: Browser, two: tuple[Ref, Ref], alice: User, code: str, rate: str
) -> None:
    answer = browser(alice).post("/settings/currencies/", {"code": code, "rate": rate})
    assert answer.status_code == 422
    with use_tenant(two[0]):
        assert list(Currency.objects.values_list("code", "rate")) == [("USD", Decimal(1))]


def test_the_base_currency_stays_in_use(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    browser(alice).post("/settings/currencies/USD/", {"rate": "1"})
    browser(alice).post("/settings/currencies/USD/", {"rate": "3", "active": "1"})
    with use_tenant(two[0]):
        usd = Currency.objects.get()
    assert (usd.rate, usd.active) == (Decimal(1), True)


def test_a_person_is_added_and_can_sign_in(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    with use_tenant(two[0]):
        team = Team.objects.get(name="South")
    data = {"name": "Eve Elm", "email": "eve@acme.example", "password": "leaves of green"}
    more = {"role": Role.MANAGER, "team": team.pk, "external_id": ""}
    assert browser(alice).post("/settings/people/new/", data | more).status_code == 302
    entered = browser().post("/login/", {"email": data["email"], "password": data["password"]})
    assert (entered.status_code, entered["Location"]) == (302, "/")


def test_a_person_without_an_address_stands_under_the_seatless(
    browser: Browser, alice: User
) -> None:
    client = browser(alice)
    data = {"name": "Moses Frase", "role": "sales", "external_id": "agent-7"}
    answer = client.post("/settings/people/new/", data, follow=True)
    assert answer.redirect_chain == [("/settings/people/?show=seatless", 302)]
    assert "Moses Frase" not in client.get("/settings/people/").content.decode()
    assert "Moses Frase" in client.get("/settings/people/?show=seatless").content.decode()


def test_what_is_wrong_with_a_new_person_is_said_beside_the_field(
    browser: Browser, alice: User
) -> None:
    data = {"name": "Bob", "email": "bob@acme.example", "password": "leaves of green"}
    answer = browser(alice).post("/settings/people/new/", data | {"role": "sales"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'name="(\w+)"[^>]*aria-invalid="true"', page) == ["email"]
    assert "leaves of green" not in page


def test_role_and_team_are_changed(
    browser: Browser, two: tuple[Ref, Ref], alice: User, bob: User
) -> None:
    data = {"name": "Bob Birch", "role": "manager", "team": "", "external_id": "b-1"}
    assert browser(alice).post(f"/settings/people/{bob.pk}/", data).status_code == 302
    with use_tenant(two[0]):
        kept = User.objects.get(pk=bob.pk)
    assert (kept.role, kept.team_id, kept.external_id) == ("manager", None, "b-1")


def test_the_last_owner_is_kept_with_a_sentence(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    client = browser(alice)
    data = {"name": "Alice", "role": "sales", "team": "", "external_id": ""}
    answer = client.post(f"/settings/people/{alice.pk}/", data)
    assert answer.status_code == 422
    assert "needs an owner" in answer.content.decode()
    left = client.post(f"/settings/people/{alice.pk}/leave/", {})
    assert "needs an owner" in left.content.decode()


def test_a_colleague_leaves_and_comes_back(browser: Browser, alice: User, bob: User) -> None:
    client, bobs = browser(alice), browser()
    entry = {"email": bob.email, "password": PASSWORD}
    assert bobs.post("/login/", entry).status_code == 302
    assert bobs.get("/settings/").status_code == 200
    client.post(f"/settings/people/{bob.pk}/leave/", {})
    assert bobs.get("/settings/").status_code == 302
    assert "Bob Birch" in client.get("/settings/people/?show=former").content.decode()
    client.post(f"/settings/people/{bob.pk}/presence/", {"return": "1"})
    assert bobs.get("/settings/").status_code == 302, "the old session came back to life"
    bobs.post("/login/", entry)
    assert bobs.get("/settings/").status_code == 200


def test_teams_are_added_renamed_and_deleted_when_empty(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    client = browser(alice)
    client.post("/settings/teams/", {"name": "West"})
    assert client.post("/settings/teams/", {"name": "WEST"}).status_code == 422
    with use_tenant(two[0]):
        west, north = Team.objects.get(name="West"), Team.objects.get(name="North")
    client.post(f"/settings/teams/{west.pk}/", {"name": "Far West"})
    refused = client.post(f"/settings/teams/{north.pk}/", {"delete": "1"}, follow=True)
    assert "move them to another one first" in refused.content.decode()
    with use_tenant(two[0]):
        assert sorted(Team.objects.values_list("name", flat=True)) == ["Far West", "North", "South"]
    client.post(f"/settings/teams/{west.pk}/", {"delete": "1"})
    with use_tenant(two[0]):
        assert not Team.objects.filter(name="Far West").exists()


def test_a_tokens_secret_is_shown_once(browser: Browser, two: tuple[Ref, Ref], rita: User) -> None:
    client = browser(rita)
    page = client.post("/settings/tokens/", {"name": "Robot"})
    [secret] = re.findall(r"clt_\w{40}", page.content.decode())
    assert "no-store" in page["Cache-Control"]
    assert secret not in client.get("/settings/tokens/").content.decode()
    with use_tenant(two[0]):
        actor = actor_of_token(secret)
        assert actor is not None
        assert actor.user_id == rita.pk


def test_tokens_of_others_are_seen_and_revoked_by_administrators_only(
    browser: Browser, two: tuple[Ref, Ref], alice: User, bob: User, rita: User
) -> None:
    browser(rita).post("/settings/tokens/", {"name": "Robot of Rita"})
    with use_tenant(two[0]):
        token = ApiToken.objects.get()
    path = f"/settings/tokens/{token.pk}/revoke/"
    assert "Robot of Rita" not in browser(bob).get("/settings/tokens/").content.decode()
    assert browser(bob).post(path).status_code == 404
    assert "Robot of Rita" in browser(alice).get("/settings/tokens/").content.decode()
    assert browser(alice).post(path).status_code == 302
    with use_tenant(two[0]):
        assert ApiToken.objects.get().revoked_at is not None


def test_a_session_elsewhere_is_ended(browser: Browser, two: tuple[Ref, Ref], bob: User) -> None:
    sessions = [browser(), browser(), browser()]
    for client in sessions:
        client.post("/login/", {"email": bob.email, "password": PASSWORD})
    here, there, third = sessions
    page = here.get("/settings/sessions/").content.decode()
    others = re.findall(r'name="session" value="(\d+)"', page)
    assert len(others) == 2
    here.post("/settings/sessions/", {"session": others[0]})
    assert [c.get("/settings/").status_code for c in (there, third)].count(302) == 1
    here.post("/settings/sessions/", {"session": "others"})
    assert [c.get("/settings/").status_code for c in sessions] == [200, 302, 302]


def test_nobody_ends_the_session_of_somebody_else(
    browser: Browser, two: tuple[Ref, Ref], bob: User, rita: User
) -> None:
    client = browser()
    client.post("/login/", {"email": rita.email, "password": PASSWORD})
    mine = browser()
    mine.post("/login/", {"email": bob.email, "password": PASSWORD})
    for number in range(1, 5):
        mine.post("/settings/sessions/", {"session": str(number)})
    assert client.get("/settings/").status_code == 200


def test_rows_of_another_workspace_are_not_there(
    browser: Browser, two: tuple[Ref, Ref], alice: User, mallory: User
) -> None:
    client = browser(mallory, ref=two[1])
    with use_tenant(two[0]):
        extra: Any = User.objects.create_user(None, None, name="Only at Acme")
    assert client.get(f"/settings/people/{extra.pk}/").status_code == 404
    assert client.get("/settings/people/99999/").status_code == 404


@pytest.mark.parametrize(
    ("role", "shown"),
    [("administrator", True), ("manager", True), ("sales", False), ("read-only", False)],
)
def test_imports_stand_in_the_menu_of_whoever_may_import(two, bob, browser, role, shown):
    with use_tenant(two[0]):
        type(bob).objects.filter(pk=bob.pk).update(role=role)
    text = browser(bob).get("/settings/").content.decode()
    assert ('href="/settings/imports/"' in text) == shown
    assert ('href="/settings/people/"' in text) == (role == "administrator")
