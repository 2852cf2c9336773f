"""Cookies, hand-overs, redirects and forged forms."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tenants.context import use_control, use_tenant
from tenants.handoffs import create_handoff
from tenants.models import Handoff, Tenant
from tests.isolation.fixtures import undone
from tests.seeding import PASSWORD
from tests.test_every_url import known

HOST = "acme.localhost:8000"


def strict(*, host: str = HOST) -> Client:
    """A browser whose forms are checked for forgery."""
    return Client(enforce_csrf_checks=True, headers={"host": host})


def sign_in(client: Client, name: str = "alice", to: str = "/login/") -> object:
    """Through the form, as people do."""
    token = csrf_of(client)
    sent = {"email": f"{name}@acme.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
    return client.post(to, sent)


def csrf_of(client: Client) -> str:
    """The token that a page's form would hold."""
    page = client.get("/password/reset/").content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


def test_no_form_is_taken_without_its_token(two, both, browser, alice, send):
    session = browser(alice).cookies["sessionid"].value
    client = strict()
    client.cookies["sessionid"] = session
    sent, faults = 0, []
    for entry in known().values():
        for call in entry(both):
            if call.method == "POST" and not call.path.startswith("/api/"):
                with undone(two[0]):
                    status = call.send(client).status_code
                sent += 1
                faults += [f"{call} answered {status}"] if status != 403 else []
    assert not faults, "\n".join(faults)
    assert sent > 60


def test_the_api_takes_no_session(both, browser, alice):
    client = browser(alice)
    assert client.get("/api/v1/deals").status_code == 401
    assert client.post("/api/v1/deals", {}, content_type="application/json").status_code == 401
    assert client.delete(f"/api/v1/deals/{both.rows['deals']}").status_code == 401


@pytest.mark.parametrize("origin", ["http://globex.localhost:8000", "http://evil.example", "null"])
def test_a_form_from_another_site_is_refused_even_with_a_token(two, alice, origin):
    client = strict()
    token = csrf_of(client)
    sent = {"email": "alice@acme.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/login/", sent, headers={"origin": origin}).status_code == 403
    same = client.post("/login/", sent, headers={"origin": f"http://{HOST}"})
    assert same.status_code == 302


def test_a_hand_over_is_good_once_here_and_for_a_minute(two, browser):
    def token() -> str:
        with use_control():
            return create_handoff(Tenant.objects.get(pk=two[0].id))

    first = token()
    assert browser(ref=two[1]).get(f"/enter/?token={first}").status_code == 410
    client = browser()
    assert client.get(f"/enter/?token={first}").status_code == 302
    assert client.get("/settings/").status_code == 200
    assert browser().get(f"/enter/?token={first}").status_code == 410
    late = token()
    with use_control():
        Handoff.objects.filter(used_at=None).update(expires_at=timezone.now() - timedelta(1))
    assert browser().get(f"/enter/?token={late}").status_code == 410
    for wrong in ("", "x", "%00", quote("é"), "a" * 3000):
        assert browser().get(f"/enter/?token={wrong}").status_code == 410


def test_signing_in_changes_the_session_that_a_stranger_may_have_planted(two, alice, browser):
    from django.contrib.sessions.backends.db import SessionStore

    with use_tenant(two[0]):
        planted = SessionStore()
        planted["harmless"] = 1
        planted.create()
    for way in ("form", "hand-over"):
        victim = strict()
        victim.cookies["sessionid"] = planted.session_key
        if way == "form":
            assert sign_in(victim).status_code == 302
        else:
            with use_control():
                token = create_handoff(Tenant.objects.get(pk=two[0].id))
            assert victim.get(f"/enter/?token={token}").status_code == 302
        assert victim.cookies["sessionid"].value != planted.session_key
        stranger = browser()
        stranger.cookies["sessionid"] = planted.session_key
        assert stranger.get("/settings/").status_code == 302


def test_a_session_ends_with_its_sign_out_and_with_the_password(two, alice, browser):
    first, second = browser(alice), browser(alice)
    copy = browser()
    copy.cookies["sessionid"] = first.cookies["sessionid"].value
    assert copy.get("/settings/").status_code == 200
    first.post("/logout/")
    assert copy.get("/settings/").status_code == 302
    with use_tenant(two[0]):
        alice.set_password("another long password")
        alice.save()
    assert second.get("/settings/").status_code == 302


@pytest.mark.parametrize("change", ["is_active", "has_seat", "suspended"])
def test_who_loses_his_place_loses_session_and_token(two, bob, browser, change):
    from app.access.models import Limits
    from tests.isolation.world import token_of

    client, token = browser(bob), token_of(bob, ref=two[0])
    head = {"authorization": f"Bearer {token}"}
    assert client.get("/settings/").status_code == 200
    assert client.get("/api/v1/me", headers=head).status_code == 200
    with use_tenant(two[0]):
        if change == "suspended":
            Limits.objects.update(state=Limits.State.SUSPENDED)
        else:
            setattr(bob, change, False)
            bob.save()
    assert client.get("/settings/").status_code == 302
    assert client.get("/api/v1/me", headers=head).status_code == 401
    again = strict()
    sign_in(again, "bob")
    assert again.get("/settings/").status_code == 302


ELSEWHERE = [
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "http://acme.localhost:8000@evil.example/",
    "http://globex.localhost:8000/",
    " //evil.example/",
    "http:///evil.example/",
]


def leads_away(location: str) -> bool:
    """Whether a browser at our host would leave it."""
    cleaned = location.replace("\\", "/").replace("\t", "").strip()
    parts = urlsplit(cleaned)
    return bool(parts.scheme or parts.netloc) or cleaned.startswith("//")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_redirect_leads_to_another_site(two, alice, browser, both, target):
    wanted = quote(target, safe="")
    answers = [sign_in(strict(), to=f"/login/?next={wanted}")]
    client = browser(alice)
    row = f"/accounts/{both.rows['accounts']}"
    with undone(two[0]):
        answers += [
            client.get(f"/login/?next={wanted}"),
            client.post("/language/", {"language": "en", "next": target}),
            client.post(f"{row}/edit/", {"name": "A", "version": "1", "next": target}),
            client.post("/accounts/new/", {"name": "New one", "next": target}),
            client.post("/accounts/bulk/", {"do": "delete", "back": target, "next": target}),
            client.post(
                f"/deals/{both.rows['deals']}/actions/win/", {"version": 1, "next": target}
            ),
        ]
    for answer in answers:
        assert answer.status_code == 302, answer
        assert not leads_away(answer["Location"]), (target, answer["Location"])


def test_cookies_are_host_only_and_out_of_reach_of_scripts(two, alice, browser, public):
    client = strict()
    sign_in(client)
    client.post("/language/", {"language": "en", "csrfmiddlewaretoken": csrf_of(client)})
    seen = dict(client.cookies)
    public.get("/signup/")
    seen |= {f"public {name}": morsel for name, morsel in public.cookies.items()}
    assert {"sessionid", "csrftoken"} <= seen.keys()
    set_now = {name: morsel for name, morsel in seen.items() if morsel.value}
    for name, morsel in set_now.items():
        assert morsel["domain"] == "", name
        assert morsel["samesite"] in ("Lax", "Strict"), name
        assert morsel["httponly"], name
        assert morsel["path"] == "/", name


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("acme.localhost:8000", 302),
        ("ACME.LocalHost:8000", 302),
        ("acme.localhost.:8000", 302),
        ("acme.localhost", 302),
        ("acme.localhost:1", 302),
        ("unknown.localhost:8000", 404),
        ("www.acme.localhost:8000", 404),
        ("acme.localhost.evil.example", 404),
        ("127.0.0.1:8000", 404),
        ("t_1.localhost:8000", 404),
        ("acme.localhost:8000@evil.example", 404),
        ("acme..localhost", 404),
        ("-acme.localhost", 404),
        ("", 404),
        ("a" * 300 + ".localhost", 404),
        ("localhost", 404),
    ],
)
def test_only_its_own_name_leads_to_a_workspace(two, host, status):
    answer = Client(headers={"host": host}).get("/settings/")
    assert answer.status_code == status
    if status == 302:
        assert not leads_away(answer["Location"])


def test_a_forwarded_host_means_nothing(two, alice, browser):
    head = {"x-forwarded-host": "globex.localhost:8000", "x-host": "globex.localhost:8000"}
    assert browser(alice).get("/settings/", headers=head).status_code == 200
    text = browser().get("/password/reset/", headers=head).content.decode()
    assert "globex" not in text


def test_forms_of_a_workspace_lead_to_it_only(two, alice, browser, public):
    def form_action(answer: object) -> str:
        policy = answer["Content-Security-Policy"].split(";")
        return next(part.strip() for part in policy if "form-action" in part)

    client = browser(alice)
    for path in ("/", "/settings/", "/settings/sign-in/provider/"):
        assert form_action(client.get(path)) == "form-action 'self'"
    assert form_action(browser().get("/login/")) == "form-action 'self'"
    for path in ("/", "/find/", "/pricing/"):
        assert form_action(public.get(path)) == "form-action 'self'"
    assert form_action(public.get("/signup/")) == "form-action 'self' http://*.localhost:8000"
