from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connections
from django.test import Client

from app.access.jobs import tell_of_sign_in
from app.access.models import User, Workspace
from tenants.context import Ref, use_tenant
from tests.access.codes import (
    code,
    factors,
    first_step,
    give_app,
    second_step,
    signed_in,
    wrong_code,
)
from tests.seeding import PASSWORD

Two = tuple[Ref, Ref]
BOB = "bob@acme.example"


def signed_in_by_password(browser: Any, email: str = BOB) -> Client:
    client: Client = browser()
    assert first_step(client, email).status_code == 302
    assert signed_in(client)
    return client


def secret_on(page: Any) -> str:
    text = page.content.decode()
    return str(text.partition('id="totp-secret">')[2].partition("<")[0])


def set_up(client: Client) -> str:
    secret = secret_on(client.get("/settings/security/app/"))
    answer = client.post("/settings/security/app/", {"code": code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def test_an_app_is_set_up_and_asked_for_from_then_on(browser: Any, two: Two, bob: User) -> None:
    client = signed_in_by_password(browser)
    secret = set_up(client)
    assert signed_in(client)
    other = browser()
    answer = first_step(other, BOB)
    assert answer["Location"] == "/login/second/"
    assert not signed_in(other)
    assert second_step(other, code(secret, periods=1))["Location"] == "/"
    assert signed_in(other)


def test_a_session_with_the_password_alone_ends_when_a_factor_is_added(
    browser: Any, two: Two, bob: User
) -> None:
    here, elsewhere = signed_in_by_password(browser), signed_in_by_password(browser)
    set_up(here)
    assert signed_in(here)
    assert not signed_in(elsewhere)
    assert elsewhere.get("/login/").status_code == 200


def test_a_planted_session_without_the_factor_is_nobodys(browser: Any, two: Two, bob: User) -> None:
    give_app(bob, ref=two[0])
    client = browser(bob)
    assert not signed_in(client)
    assert client.get("/settings/profile/")["Location"].startswith("/login/")
    assert client.get("/login/").status_code == 200


def test_a_wrong_code_does_not_sign_in(browser: Any, two: Two, bob: User) -> None:
    give_app(bob, ref=two[0])
    first_step(client := browser(), BOB)
    answer = second_step(client, wrong_code())
    assert answer.status_code == 200
    assert "not right" in answer.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_a_clock_may_be_off_by_half_a_minute(browser: Any, two: Two, bob: User, shift: int) -> None:
    give_app(bob, ref=two[0])
    first_step(client := browser(), BOB)
    second_step(client, code(periods=shift))
    assert signed_in(client)


def test_a_code_that_was_used_is_refused_as_long_as_it_could_be_valid(
    browser: Any, two: Two, bob: User, monkeypatch: Any
) -> None:
    give_app(bob, ref=two[0])
    start = time.time()
    used = code(periods=1)
    first_step(client := browser(), BOB)
    second_step(client, used)
    assert signed_in(client)
    for later in (0, 31, 59):
        monkeypatch.setattr(time, "time", lambda later=later: start + later)
        first_step(thief := browser(), BOB)
        second_step(thief, used)
        assert not signed_in(thief), later


def test_replaying_a_used_code_counts_as_an_attempt(browser: Any, two: Two, bob: User) -> None:
    give_app(bob, ref=two[0])
    used = code()
    first_step(client := browser(), BOB)
    second_step(client, used)
    first_step(thief := browser(), BOB)
    for _attempt in range(5):
        second_step(thief, used)
    assert "Too many" in second_step(thief, code(periods=1)).content.decode()
    assert not signed_in(thief)


def test_codes_cannot_be_guessed_one_after_the_other(browser: Any, two: Two, bob: User) -> None:
    give_app(bob, ref=two[0])
    first_step(client := browser(), BOB)
    for _attempt in range(5):
        assert "not right" in second_step(client, wrong_code()).content.decode()
    late = second_step(client, code())
    assert "Too many" in late.content.decode()
    assert not signed_in(client)


def test_used_codes_and_attempts_of_one_workspace_are_nothing_at_another(
    browser: Any, two: Two, alice: User, mallory: User
) -> None:
    assert alice.pk == mallory.pk
    give_app(alice, ref=two[0])
    give_app(mallory, ref=two[1])
    same = code()
    first_step(client := browser(), "alice@acme.example")
    second_step(client, same)
    assert signed_in(client)
    first_step(hers := browser(ref=two[1]), "mallory@globex.example")
    second_step(hers, same)
    assert signed_in(hers)
    first_step(guesser := browser(ref=two[1]), "mallory@globex.example")
    for _attempt in range(7):
        second_step(guesser, wrong_code())
    first_step(again := browser(), "alice@acme.example")
    second_step(again, code(periods=1))
    assert signed_in(again)


def test_a_recovery_code_signs_in_once(browser: Any, two: Two, bob: User) -> None:
    codes = give_app(bob, ref=two[0])
    first_step(client := browser(), BOB)
    second_step(client, codes[3])
    assert signed_in(client)
    first_step(again := browser(), BOB)
    second_step(again, codes[3])
    assert not signed_in(again)
    second_step(again, codes[4])
    assert signed_in(again)


def test_recovery_codes_are_shown_once(browser: Any, two: Two, bob: User) -> None:
    client = signed_in_by_password(browser)
    set_up(client)
    first = client.get("/settings/security/codes/").content.decode()
    second = client.get("/settings/security/codes/").content.decode()
    assert first.count("<li><code>") == 10
    assert "<li><code>" not in second
    assert client.post("/settings/security/codes/new/").status_code == 302
    third = client.get("/settings/security/codes/").content.decode()
    assert third.count("<li><code>") == 10
    assert not set(words(first)) & set(words(third))


def words(page: str) -> list[str]:
    return [part.partition("<")[0] for part in page.split("<li><code>")[1:]]


def test_what_matters_wants_a_fresh_proof(browser: Any, two: Two, bob: User) -> None:
    client = browser(bob)
    for path in ("app/", "passkeys/add/"):
        answer = client.get(f"/settings/security/{path}")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/again/?next=")
    wrong = client.post("/again/?next=/settings/security/app/", {"password": "not it"})
    assert wrong.status_code == 200
    right = client.post("/again/?next=/settings/security/app/", {"password": PASSWORD})
    assert right["Location"] == "/settings/security/app/"
    assert client.get("/settings/security/app/").status_code == 200


def test_secrets_are_sealed_and_not_in_the_trail(browser: Any, two: Two, bob: User) -> None:
    client = signed_in_by_password(browser)
    secret = set_up(client)
    codes = words(client.get("/settings/security/codes/").content.decode())
    with use_tenant(two[0]) as ref:
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        with connections[ref.cell].cursor() as cursor:
            cursor.execute("SELECT string_agg(e::text, ' ') FROM records_auditentry e")
            trail = cursor.fetchone()[0] or ""
    assert secret not in kept
    assert not any(one in kept for one in codes)
    assert secret not in trail
    assert "mfa_authenticator" not in trail
    assert "factors_changed_at" in trail


def test_a_changed_key_makes_secrets_unreadable_but_former_keys_may_stay(
    browser: Any, two: Two, bob: User, settings: Any
) -> None:
    give_app(bob, ref=two[0])
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key of more than 32 characters"
    first_step(client := browser(), BOB)
    assert second_step(client, code()).status_code == 200
    assert not signed_in(client)
    settings.SECRET_KEY_FALLBACKS = [former]
    second_step(client, code())
    assert signed_in(client)
    with use_tenant(two[0]):
        Authenticator.objects.filter(type="recovery_codes").update(
            data={"seed": "sealed by nobody", "used_mask": 0}
        )
    for path in ("", "codes/new/"):
        assert client.get(f"/settings/security/{path}").status_code == 200


def test_the_app_is_removed_after_a_fresh_proof_and_codes_go_with_the_last_factor(
    browser: Any, two: Two, bob: User
) -> None:
    client = signed_in_by_password(browser)
    set_up(client)
    assert factors(bob, ref=two[0]) == 2
    assert client.post("/settings/security/app/remove/").status_code == 302
    assert factors(bob, ref=two[0]) == 0
    assert signed_in(client)


def test_who_must_have_a_factor_cannot_remove_the_last(browser: Any, two: Two, bob: User) -> None:
    client = signed_in_by_password(browser)
    set_up(client)
    with use_tenant(two[0]):
        Workspace.objects.update(second_factor_required=True)
    answer = client.post("/settings/security/app/remove/")
    assert "set up another one first" in answer.content.decode()
    assert factors(bob, ref=two[0]) == 2


@pytest.fixture
def mails(monkeypatch: Any) -> list[dict[str, Any]]:
    """The mails about sign-in that were asked for."""
    from app.access import adapter

    asked: list[dict[str, Any]] = []

    class Notes:
        def defer(self, **values: Any) -> None:
            asked.append(values)

    monkeypatch.setattr(adapter, "tell_of_sign_in", Notes())
    return asked


def test_a_browser_that_was_not_used_before_is_told_by_mail(
    browser: Any, two: Two, bob: User, mails: Any
) -> None:
    first = signed_in_by_password(browser)
    assert mails == []
    first.post("/logout/")
    first_step(first, BOB)
    assert signed_in(first)
    assert mails == []
    signed_in_by_password(browser)
    assert [(one["user_id"], one["what"]) for one in mails] == [(bob.pk, "browser")]
    assert mails[0]["ip"] == "127.0.0.1"


def test_a_browser_known_at_one_workspace_is_new_at_another(
    browser: Any, two: Two, alice: User, mallory: User, mails: Any
) -> None:
    hers = browser(ref=two[1])
    first_step(hers, "mallory@globex.example")
    mark = hers.cookies["known"].value
    signed_in_by_password(browser, "alice@acme.example")
    other = browser()
    other.cookies["known"] = mark
    first_step(other, "alice@acme.example")
    assert [one["what"] for one in mails] == ["browser"]


def test_each_change_is_told_by_mail(
    browser: Any, two: Two, bob: User, mails: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in_by_password(browser)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
        client.post("/settings/security/codes/new/")
    client.post("/settings/security/app/remove/")
    assert [one["what"] for one in mails] == ["app_added", "codes_made", "app_removed"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "what",
    [
        *("app_added", "app_removed", "passkey_added", "passkey_removed", "codes_made"),
        *("linked", "password", "reset", "browser"),
    ],
)
def test_the_mail_says_what_happened_where_and_what_to_do(
    two: Two, bob: User, language: str, what: str
) -> None:
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(language=language)
        tell_of_sign_in(user_id=bob.pk, what=what, program="Firefox, Linux", ip="192.0.2.7")
    letter = mail.outbox[-1]
    assert letter.to == [BOB]
    assert letter.subject
    assert letter.subject.isascii() == (language == "en")
    for part in ("Acme", "Firefox, Linux", "192.0.2.7", "/settings/security/", "Bob Birch"):
        assert part in letter.body
    assert "\n\n\n" not in letter.body
