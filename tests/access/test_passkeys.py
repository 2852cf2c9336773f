from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from app.access.models import User
from tenants.context import Ref, use_tenant
from tests.access.codes import factors, first_step, give_app, second_step, signed_in
from tests.access.soft_key import SoftKey, add_key, enter_with, options_of_login, options_on
from tests.access.test_factor_policy import require
from tests.access.test_second_factor import BOB, signed_in_by_password

Two = tuple[Ref, Ref]


@pytest.fixture
def key(browser: Any, two: Two, bob: User) -> SoftKey:
    made = SoftKey()
    client = signed_in_by_password(browser)
    assert add_key(client, made).status_code == 302
    assert signed_in(client)
    return made


def test_a_passkey_is_the_second_step(browser: Any, two: Two, key: SoftKey) -> None:
    first_step(client := browser(), BOB)
    assert not signed_in(client)
    shown = key.show(options_on(client, "/login/second/"))
    assert client.post("/login/second/", {"credential": shown})["Location"] == "/"
    assert signed_in(client)


def test_a_passkey_alone_signs_in_where_one_wanted_to_go(
    browser: Any, two: Two, key: SoftKey
) -> None:
    client = browser()
    shown = key.show(options_of_login(client))
    answer = client.post("/login/passkey/", {"credential": shown, "next": "/accounts/"})
    assert answer["Location"] == "/accounts/"
    assert signed_in(client)


def test_without_finger_face_or_pin_a_passkey_alone_does_not_sign_in(
    browser: Any, two: Two, key: SoftKey
) -> None:
    key.verifies = False
    enter_with(client := browser(), key)
    assert not signed_in(client)
    first_step(again := browser(), BOB)
    shown = key.show(options_on(again, "/login/second/"))
    again.post("/login/second/", {"credential": shown})
    assert signed_in(again)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("acme.localhost", "http://evil.acme.localhost:8000"),
        ("acme.localhost", "http://globex.localhost:8000"),
        ("acme.localhost", "http://acme.localhost:9000"),
        ("acme.localhost", "https://acme.localhost:8000"),
        ("acme.localhost", "http://localhost:8000"),
        ("acme.localhost", "null"),
        ("localhost", "http://acme.localhost:8000"),
        ("globex.localhost", "http://acme.localhost:8000"),
        ("evil.acme.localhost", "http://acme.localhost:8000"),
    ],
)
def test_a_passkey_that_spoke_elsewhere_is_nothing(
    browser: Any, two: Two, key: SoftKey, bob: User, host: str, origin: str
) -> None:
    key.host, key.origin = host, origin
    enter_with(client := browser(), key)
    assert not signed_in(client)
    first_step(again := browser(), BOB)
    shown = key.show(options_on(again, "/login/second/"))
    assert again.post("/login/second/", {"credential": shown}).status_code == 200
    assert not signed_in(again)
    before = factors(bob, ref=two[0])
    key.host, key.origin = "acme.localhost", "http://acme.localhost:8000"
    enter_with(here := browser(), key)
    assert signed_in(here)
    other = SoftKey(host=host, origin=origin)
    assert add_key(here, other).status_code == 200
    assert factors(bob, ref=two[0]) == before


def test_a_passkey_of_another_workspace_is_nothing_here(
    browser: Any, two: Two, alice: User, mallory: User
) -> None:
    assert alice.pk == mallory.pk
    hers = SoftKey("globex.localhost", "http://globex.localhost:8000")
    first_step(client := browser(ref=two[1]), "mallory@globex.example")
    add_key(client, hers)
    enter_with(again := browser(ref=two[1]), hers)
    assert signed_in(again)
    for host, origin in (
        (hers.host, hers.origin),
        ("acme.localhost", "http://acme.localhost:8000"),
    ):
        hers.host, hers.origin = host, origin
        enter_with(thief := browser(), hers)
        assert not signed_in(thief)


def test_an_answer_is_good_for_its_own_question_only(browser: Any, two: Two, key: SoftKey) -> None:
    client = browser()
    asked = options_of_login(client)
    shown = key.show(asked)
    assert client.post("/login/passkey/", {"credential": shown}).status_code == 302
    assert signed_in(client)
    for again in (browser(), client):
        again.post("/logout/")
        again.post("/login/passkey/", {"credential": shown})
        assert not signed_in(again)
        options_of_login(again)
        again.post("/login/passkey/", {"credential": shown})
        assert not signed_in(again)


def test_a_forged_signature_is_refused(browser: Any, two: Two, key: SoftKey) -> None:
    enter_with(client := browser(), key, signature=b"nonsense")
    assert not signed_in(client)
    forger = SoftKey(identifier=key.identifier, user_handle=key.user_handle)
    enter_with(again := browser(), forger)
    assert not signed_in(again)


@pytest.mark.parametrize(
    "credential",
    [
        *("", "null", "[]", "5", '"x"', "{}", "{", '{"response": 5}', '{"response": {}}'),
        '{"response": {"clientDataJSON": "AA"}}',
        '{"response": {"clientDataJSON": "e30"}}',
        '{"response": {"clientDataJSON": 7, "userHandle": null}}',
    ],
)
def test_nonsense_is_refused_without_an_error(
    browser: Any, two: Two, key: SoftKey, credential: str
) -> None:
    options_of_login(client := browser())
    assert client.post("/login/passkey/", {"credential": credential}).status_code == 302
    first_step(client, BOB)
    client.get("/login/second/")
    assert client.post("/login/second/", {"credential": credential}).status_code == 200
    assert not signed_in(client)


def test_a_mangled_answer_is_refused_without_an_error(browser: Any, two: Two, key: SoftKey) -> None:
    client = browser()
    whole = json.loads(key.show(options_of_login(client)))
    for part in ("authenticatorData", "signature", "clientDataJSON", "userHandle"):
        for value in (None, "", "AA", 5, "*", []):
            broken = {**whole, "response": {**whole["response"], part: value}}
            options_of_login(client)
            answer = client.post("/login/passkey/", {"credential": json.dumps(broken)})
            assert answer.status_code == 302, (part, value)
    for part in whole["response"]:
        rest = {name: value for name, value in whole["response"].items() if name != part}
        options_of_login(client)
        broken = {**whole, "response": rest}
        answer = client.post("/login/passkey/", {"credential": json.dumps(broken)})
        assert answer.status_code == 302, part
    for part in ("id", "rawId", "type", "response"):
        broken = {name: value for name, value in whole.items() if name != part}
        answer = client.post("/login/passkey/", {"credential": json.dumps(broken)})
        assert answer.status_code == 302, part
    assert not signed_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"has_seat": False}])
def test_who_lost_his_place_stays_outside_and_is_told_why(
    browser: Any, two: Two, key: SoftKey, bob: User, change: Any
) -> None:
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(**change)
    answer = enter_with(client := browser(), key)
    assert answer.status_code == 403
    assert not signed_in(client)


def test_a_passkey_is_renamed_and_removed_by_its_person_only(
    browser: Any, two: Two, key: SoftKey, bob: User, charlie: User
) -> None:
    with use_tenant(two[0]):
        number = Authenticator.objects.get(type="webauthn").pk
    path = f"/settings/security/passkeys/{number}"
    stranger = signed_in_by_password(browser, "charlie@acme.example")
    assert stranger.post(f"{path}/name/", {"name": "Mine"}).status_code == 404
    assert stranger.post(f"{path}/remove/").status_code == 404
    enter_with(client := browser(), key)
    assert client.post(f"{path}/name/", {"name": "Phone"}).status_code == 302
    assert "Phone" in client.get("/settings/security/").content.decode()
    assert client.post(f"{path}/name/", {"name": "x" * 61}).status_code == 200
    require(two[0])
    client.post(f"{path}/remove/")
    assert factors(bob, ref=two[0]) == 2
    require(two[0], required=False)
    client.post(f"{path}/remove/")
    assert factors(bob, ref=two[0]) == 0


def test_a_passkey_opens_what_matters(browser: Any, two: Two, key: SoftKey, bob: User) -> None:
    give_app(bob, ref=two[0])
    client = browser(bob)
    with use_tenant(two[0]):
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
        session["account_authentication_methods_user"] = str(bob.pk)
        session.save()
    path = "/again/passkey/?next=/settings/security/codes/new/"
    assert client.get("/settings/security/codes/new/")["Location"].startswith("/again/")
    shown = key.show(options_on(client, path))
    assert client.post(path, {"credential": shown})["Location"] == "/settings/security/codes/new/"
    assert client.get("/settings/security/codes/new/").status_code == 200


def test_the_second_step_offers_no_passkey_to_who_has_none(
    browser: Any, two: Two, bob: User
) -> None:
    give_app(bob, ref=two[0])
    first_step(client := browser(), BOB)
    assert "Use a passkey" not in client.get("/login/second/").content.decode()
    second_step(client, "000000")
    assert not signed_in(client)


@pytest.mark.parametrize(
    "credential",
    ["", "{}", '{"response": {}}', '{"response": {"clientDataJSON": "e30"}}', "MANGLED"],
)
def test_a_mangled_new_passkey_is_refused_without_an_error(
    browser: Any, two: Two, bob: User, credential: str
) -> None:
    client = signed_in_by_password(browser)
    path = "/settings/security/passkeys/add/"
    whole = json.loads(SoftKey().make(options_on(client, path)))
    broken = {**whole, "response": {**whole["response"], "attestationObject": "AAAA"}}
    sent = json.dumps(broken) if credential == "MANGLED" else credential
    assert client.post(path, {"name": "Key", "credential": sent}).status_code == 200
    assert factors(bob, ref=two[0]) == 0
