from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from app.access.models import Limits, User
from tenants.context import Ref, use_control, use_tenant
from tenants.models import Tenant
from tenants.routing import HOSTS
from tests.seeding import PASSWORD

Browser = Callable[..., Client]


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post("/login/", {"email": email, "password": password, **extra})


def link_in_mail() -> str:
    words = mail.outbox[-1].body.split()
    return next(word for word in words if word.startswith("http")).split("localhost:8000")[1]


def test_it_signs_in_whatever_the_case_of_the_address_and_goes_where_one_wanted(
    browser: Browser,
) -> None:
    client = browser()
    answer = log_in(client, "Alice@ACME.example", next="/settings/profile/")
    assert answer.status_code == 302
    assert answer["Location"] == "/settings/profile/"
    assert "Alice Alder" in client.get("/settings/profile/").content.decode()


def test_it_never_goes_to_another_site(browser: Browser) -> None:
    answer = log_in(browser(), "alice@acme.example", next="https://evil.example/")
    assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(browser: Browser) -> None:
    wrong = log_in(browser(), "alice@acme.example", "not the password")
    unknown = log_in(browser(), "nobody@acme.example", "not the password")
    text = wrong.content.decode().replace("alice@", "").replace("nobody@", "")
    assert wrong.status_code == unknown.status_code == 200
    assert "are not correct" in text
    assert len(wrong.content) - len("alice") == len(unknown.content) - len("nobody")


def test_brute_force_is_refused_even_when_the_password_is_right_at_last(browser: Browser) -> None:
    client = browser()
    for _attempt in range(5):
        assert "not correct" in log_in(client, "bob@acme.example", "guess").content.decode()
    late = log_in(client, "bob@acme.example")
    assert late.status_code == 200
    assert "Too many failed login attempts" in late.content.decode()


def test_brute_force_in_one_workspace_locks_nobody_out_of_another(
    browser: Browser, two: tuple[Ref, Ref]
) -> None:
    for _attempt in range(6):
        log_in(browser(), "bob@acme.example", "guess")
    with use_tenant(two[1]):
        User.objects.filter(email="bob@globex.example").update(email="bob@acme.example")
    assert log_in(browser(ref=two[1]), "bob@acme.example").status_code == 302


@pytest.mark.parametrize("path", ["/settings/", "/settings/people/", "/settings/tokens/"])
def test_a_signed_out_visitor_is_sent_to_the_log_in_page(browser: Browser, path: str) -> None:
    answer = browser().get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={path.replace('/', '%2F')}"


def test_a_part_of_a_page_asked_for_when_signed_out_reloads_the_whole_page(
    browser: Browser,
) -> None:
    answer = browser().get("/settings/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/login/"
    assert answer.content == b""


def test_the_cookie_of_another_workspace_is_nothing(
    browser: Browser, two: tuple[Ref, Ref], mallory: User, alice: User
) -> None:
    assert mallory.pk == alice.pk
    client = browser(mallory, ref=two[1])
    assert client.get("/settings/profile/").status_code == 200
    at_acme = client.get("/settings/profile/", headers={"host": "acme.localhost:8000"})
    assert at_acme.status_code == 302
    assert at_acme["Location"].startswith("/login/")


def test_somebody_who_left_is_out_at_once(
    browser: Browser, two: tuple[Ref, Ref], bob: User
) -> None:
    client = browser(bob)
    assert client.get("/settings/").status_code == 200
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_active": False}, "access to this workspace was ended"),
        ({"has_seat": False}, "no seat"),
    ],
)
def test_who_lost_his_place_is_told_why_after_the_right_password_only(
    browser: Browser, two: tuple[Ref, Ref], bob: User, change: Any, sentence: str
) -> None:
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(**change)
    wrong = log_in(browser(), "bob@acme.example", "a guess").content.decode()
    unknown = log_in(browser(), "who@acme.example", "a guess").content.decode()
    assert sentence not in wrong
    assert len(wrong) == len(unknown)
    right = log_in(client := browser(), "bob@acme.example")
    assert sentence in right.content.decode()
    assert client.get("/settings/").status_code == 302


def test_another_password_ends_the_sessions_made_with_the_old_one(
    browser: Browser, two: tuple[Ref, Ref], bob: User
) -> None:
    elsewhere, here = browser(bob), browser(bob)
    answer = here.post(
        "/settings/profile/password/",
        {"oldpassword": PASSWORD, "password1": "another horse 1", "password2": "another horse 1"},
    )
    assert answer.status_code == 302
    assert here.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302


def test_signing_out_asks_first_and_then_ends_the_session(browser: Browser, bob: User) -> None:
    client = browser(bob)
    assert client.get("/logout/").status_code == 200
    assert client.get("/settings/").status_code == 200
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/settings/").status_code == 302


def test_nobody_signs_up_inside_a_workspace(browser: Browser, two: tuple[Ref, Ref]) -> None:
    data = {"email": "eve@evil.example", "password1": PASSWORD}
    answer = browser().post("/signup/", data)
    assert "one of its administrators adds you" in answer.content.decode()
    with use_tenant(two[0]):
        assert not User.objects.filter(email="eve@evil.example").exists()


def test_a_forgotten_password_is_replaced_by_the_link_of_the_mail(browser: Browser) -> None:
    client = browser()
    client.post("/password/reset/", {"email": "bob@acme.example"})
    assert mail.outbox[-1].to == ["bob@acme.example"]
    form = client.get(link_in_mail(), follow=True)
    data = {"password1": "a quite new one", "password2": "a quite new one"}
    assert client.post(form.redirect_chain[-1][0], data).status_code == 302
    assert log_in(browser(), "bob@acme.example", "a quite new one").status_code == 302


def test_the_reset_link_of_one_workspace_is_nothing_at_another(
    browser: Browser, two: tuple[Ref, Ref]
) -> None:
    browser().post("/password/reset/", {"email": "alice@acme.example"})
    foreign = browser(ref=two[1]).get(link_in_mail(), follow=True)
    assert "used up" in foreign.content.decode()


def test_asking_for_a_reset_tells_nobody_who_is_here(browser: Browser) -> None:
    known = browser().post("/password/reset/", {"email": "bob@acme.example"}, follow=True)
    unknown = browser().post("/password/reset/", {"email": "who@acme.example"}, follow=True)
    assert known.status_code == unknown.status_code == 200
    assert len(known.content) == len(unknown.content)


def test_a_suspended_workspace_lets_nobody_in(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    with use_control():
        Tenant.objects.filter(pk=two[0].id).update(status=Tenant.Status.SUSPENDED)
    HOSTS.clear()
    try:
        assert browser(alice).get("/settings/").status_code == 403
        assert log_in(browser(), "alice@acme.example").status_code == 403
    finally:
        HOSTS.clear()


def test_suspended_limits_end_the_sessions(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    client = browser(alice)
    with use_tenant(two[0]):
        Limits.objects.update(state=Limits.State.SUSPENDED)
    assert client.get("/settings/").status_code == 302
    assert client.get("/login/").status_code == 200


def test_who_asks_costs_two_queries(
    browser: Browser, bob: User, django_assert_num_queries: Any
) -> None:
    client = browser(bob)
    client.get("/settings/")
    with django_assert_num_queries(3) as seen:  # session, actor; the page asks for the workspace
        client.get("/settings/")
    assert [("django_session" in q["sql"], "access_user" in q["sql"]) for q in seen][:2] == [
        (True, False),
        (False, True),
    ]


def test_pages_speak_the_language_of_the_person(
    browser: Browser, two: tuple[Ref, Ref], bob: User
) -> None:
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(language="zh-hans")
    answer = browser(bob).get("/settings/")
    assert answer["Content-Language"] == "zh-hans"
    assert 'lang="zh-Hans"' in answer.content.decode()
    assert browser().get("/login/", headers={"Accept-Language": "zh-CN"})["Content-Language"] == (
        "zh-hans"
    )
