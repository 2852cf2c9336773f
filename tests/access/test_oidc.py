"""Signing in through an identity provider that runs as a process of its own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.db import connections
from django.test import Client

from app.access.models import IdentityProvider, User
from app.access.oidc.adapter import PURPOSE
from app.access.oidc.discovery import Unsuitable
from app.access.oidc.tokens import verified_claims
from app.lib.sealing import seal
from tenants.context import Ref, use_tenant
from tests.access.codes import code, first_step, give_app, second_step, signed_in
from tests.access.test_factor_policy import events, require, with_role
from tests.access.test_second_factor import BOB, signed_in_by_password
from tests.identity.running import CLIENT, SECRET, Identity, identity, walk

Two = tuple[Ref, Ref]
CALLBACK = "/login/provider/callback/"
PEOPLE = {
    "bob": {"email": "Bob@Acme.example", "email_verified": True, "name": "Bob Birch"},
    "bob-again": {"email": "bob@acme.example", "email_verified": True},
    "unproven": {"email": "bob@acme.example", "email_verified": False},
    "stranger": {"email": "stranger@evil.example", "email_verified": True},
    "nameless": {},
    "alice": {"email": "alice@acme.example", "email_verified": True},
    "bob-of-globex": {"email": "bob@globex.example", "email_verified": True},
}


@pytest.fixture(scope="module")
def running() -> Iterator[Identity]:
    hosts = [f"http://{name}.localhost:8000{CALLBACK}" for name in ("acme", "globex")]
    with identity(hosts, PEOPLE) as found:
        yield found


def use_provider(ref: Ref, issuer: str, **more: Any) -> None:
    with use_tenant(ref):
        values = {"secret": seal(SECRET, purpose=PURPOSE), "is_on": True, "for_owners": False}
        values |= {"name": "Corp", "issuer": issuer, "client_id": CLIENT, **more}
        IdentityProvider.objects.update_or_create(id=1, defaults=values)


@pytest.fixture
def provider(two: Two, running: Identity) -> Identity:
    use_provider(two[0], running.issuer)
    return running


def started(client: Client, **data: str) -> str:
    answer = client.post("/login/provider/", data)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.headers["Refresh"].partition("url=")[2])


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def come_back(client: Client, person: str, **data: str) -> Any:
    return client.get(path_of(walk(started(client, **data), person)))


def test_a_person_is_found_by_the_proven_address_and_then_by_the_subject(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    client = browser()
    assert "Sign in with Corp" in client.get("/login/").content.decode()
    answer = come_back(client, "bob", next="/settings/profile/")
    assert answer["Location"] == "/settings/profile/"
    assert "Bob Birch" in client.get("/settings/profile/").content.decode()
    with use_tenant(two[0]):
        tie = SocialAccount.objects.get()
        assert (tie.user_id, tie.uid, tie.provider) == (bob.pk, "bob", provider.issuer)
        assert tie.extra_data == {}
        User.objects.filter(pk=bob.pk).update(email="robert@acme.example")
    assert "person.sign_in_linked" in events(two[0])
    come_back(later := browser(), "bob")
    assert signed_in(later)


@pytest.mark.parametrize("person", ["stranger", "unproven", "nameless"])
def test_who_is_not_known_here_is_told_whom_to_ask_and_nobody_is_made(
    browser: Any, two: Two, provider: Identity, person: str
) -> None:
    with use_tenant(two[0]):
        before = User.objects.count()
    client = browser()
    answer = come_back(client, person)
    assert answer.status_code == 403
    assert "Ask one of its administrators" in answer.content.decode()
    assert not signed_in(client)
    with use_tenant(two[0]):
        assert User.objects.count() == before
        assert not SocialAccount.objects.exists()


def test_a_second_subject_with_the_same_address_does_not_become_the_person(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    come_back(browser(), "bob")
    client = browser()
    assert come_back(client, "bob-again").status_code == 403
    assert not signed_in(client)


def test_an_administrator_unlinks_a_person_whose_account_is_another_one_now(
    browser: Any, two: Two, provider: Identity, alice: User, bob: User
) -> None:
    come_back(his := browser(), "bob")
    client = browser(alice)
    assert "Linked with an account" in client.get(f"/settings/people/{bob.pk}/").content.decode()
    client.post(f"/settings/people/{bob.pk}/unlink/")
    assert not signed_in(his)
    assert "person.sign_in_unlinked" in events(two[0])
    come_back(new := browser(), "bob-again")
    assert signed_in(new)
    assert come_back(browser(), "bob").status_code == 403


def test_nobody_but_an_owner_unlinks_an_owner(
    browser: Any, two: Two, provider: Identity, alice: User, bob: User
) -> None:
    use_provider(two[0], provider.issuer, for_owners=True)
    come_back(hers := browser(), "alice")
    client = browser(with_role(bob, "administrator", ref=two[0]))
    assert client.post(f"/settings/people/{alice.pk}/unlink/").status_code == 403
    assert signed_in(hers)


@pytest.mark.parametrize("change", [{"is_active": False}, {"has_seat": False}])
def test_who_lost_his_place_stays_outside(
    browser: Any, two: Two, provider: Identity, bob: User, change: Any
) -> None:
    come_back(browser(), "bob")
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(**change)
    client = browser()
    assert come_back(client, "bob").status_code == 403
    assert not signed_in(client)


def test_an_owner_is_found_by_address_only_where_an_owner_set_the_provider_up(
    browser: Any, two: Two, provider: Identity, alice: User
) -> None:
    assert come_back(browser(), "alice").status_code == 403
    use_provider(two[0], provider.issuer, for_owners=True)
    come_back(client := browser(), "alice")
    assert signed_in(client)


def test_an_administrator_cannot_become_an_owner_by_a_provider_of_his_own(
    browser: Any, two: Two, running: Identity, alice: User, bob: User
) -> None:
    client = browser(with_role(bob, "administrator", ref=two[0]))
    form = {"name": "Mine", "issuer": running.issuer, "client_id": CLIENT, "secret": SECRET}
    assert client.post("/settings/sign-in/provider/", {**form, "is_on": "on"}).status_code == 302
    assert come_back(browser(), "alice").status_code == 403


def test_an_answer_works_once_and_in_its_own_browser_only(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    client, thief = browser(), browser()
    back = path_of(walk(started(client), "bob"))
    assert thief.get(back).status_code == 403
    assert not signed_in(thief)
    assert client.get(back).status_code == 302
    assert signed_in(client)
    victim = browser()
    started(victim)
    assert victim.get(back).status_code == 403
    assert not signed_in(victim)


def test_an_answer_of_one_workspace_is_nothing_at_another(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    use_provider(two[1], provider.issuer)
    here, there = browser(), browser(ref=two[1])
    started(there)
    back = path_of(walk(started(here), "bob-of-globex"))
    assert there.get(back).status_code == 403
    assert not signed_in(there)
    assert here.get(back).status_code == 403
    come_back(there, "bob-of-globex")
    assert signed_in(there)


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?error=access_denied", "?state=y", "?iss=evil"]
)
def test_a_made_up_answer_is_refused(
    browser: Any, two: Two, provider: Identity, query: str
) -> None:
    client = browser()
    answer = client.get(f"{CALLBACK}{query}")
    assert answer.status_code == 403
    assert not signed_in(client)


def test_cancelling_leads_back_with_a_word(browser: Any, two: Two, provider: Identity) -> None:
    client = browser()
    state = parse_qs(urlsplit(started(client)).query)["state"][0]
    answer = client.get(f"{CALLBACK}?error=access_denied&state={state}")
    assert "was cancelled" in answer.content.decode()


def test_the_request_carries_state_nonce_and_a_hashed_verifier(
    browser: Any, two: Two, provider: Identity
) -> None:
    sent = parse_qs(urlsplit(started(browser())).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert len(sent["code_challenge"][0]) == 43
    assert len(sent["nonce"][0]) == 32
    assert len(sent["state"][0]) >= 16
    assert sent["redirect_uri"] == [f"http://acme.localhost:8000{CALLBACK}"]


def test_nothing_in_the_request_chooses_scope_process_or_parameters(
    browser: Any, two: Two, provider: Identity
) -> None:
    answer = browser().post(
        "/login/provider/?process=connect&scope=admin&auth_params=prompt%3Dnone&action=rerequest"
    )
    sent = parse_qs(urlsplit(answer.headers["Refresh"].partition("url=")[2]).query)
    assert "prompt" not in sent
    assert set(sent["scope"][0].split()) == {"openid", "profile", "email"}


def test_a_factor_of_ours_is_asked_for_only_if_the_workspace_wants_both(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    give_app(bob, ref=two[0])
    come_back(client := browser(), "bob")
    assert signed_in(client)
    use_provider(two[0], provider.issuer, asks_factor=True)
    assert not signed_in(client)
    answer = come_back(again := browser(), "bob")
    assert answer["Location"] == "/login/second/"
    assert not signed_in(again)
    second_step(again, code())
    assert signed_in(again)


def test_the_policy_is_met_by_the_provider_unless_both_are_wanted(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    require(two[0])
    come_back(client := browser(), "bob")
    assert client.get("/accounts/").status_code == 200
    use_provider(two[0], provider.issuer, asks_factor=True)
    assert client.get("/accounts/")["Location"] == "/settings/security/"


def test_only_this_way_closes_passwords_and_their_sessions_but_for_owners(
    browser: Any, two: Two, provider: Identity, alice: User, bob: User
) -> None:
    before = signed_in_by_password(browser)
    use_provider(two[0], provider.issuer, only_way=True)
    assert not signed_in(before)
    answer = first_step(client := browser(), BOB)
    assert "Please sign in with Corp" in answer.content.decode()
    assert not signed_in(client)
    wrong = first_step(browser(), BOB, "a guess")
    assert "Please sign in with Corp" not in wrong.content.decode()
    come_back(his := browser(), "bob")
    assert signed_in(his)
    signed_in_by_password(browser, "alice@acme.example")


def test_a_provider_that_is_off_opens_nothing(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    client = browser()
    back = path_of(walk(started(client), "bob"))
    use_provider(two[0], provider.issuer, is_on=False)
    assert client.get(back).status_code == 404
    assert client.post("/login/provider/").status_code == 404
    assert "Sign in with Corp" not in client.get("/login/").content.decode()


def test_a_provider_that_is_down_is_told(browser: Any, two: Two) -> None:
    use_provider(two[0], "http://127.0.0.1:9")
    answer = browser().post("/login/provider/")
    assert answer.status_code == 403
    assert "does not answer" in answer.content.decode()


def test_a_thin_token_is_completed_by_userinfo(browser: Any, two: Two, bob: User) -> None:
    with identity([f"http://acme.localhost:8000{CALLBACK}"], PEOPLE, thin=True) as thin:
        use_provider(two[0], thin.issuer)
        come_back(client := browser(), "bob")
        assert signed_in(client)


def test_the_settings_keep_the_secret_to_themselves(
    browser: Any, two: Two, running: Identity, alice: User
) -> None:
    client = browser(alice)
    form = {"name": "Corp", "issuer": running.issuer, "client_id": CLIENT, "secret": SECRET}
    page = "/settings/sign-in/provider/"
    tested = client.post(page, {**form, "test": "1"})
    assert f"{running.issuer}/auth" in tested.content.decode()
    assert client.post(page, {**form, "is_on": "on"}).status_code == 302
    shown = client.get(page).content.decode()
    assert SECRET not in shown
    assert f"http://acme.localhost:8000{CALLBACK}" in shown
    with use_tenant(two[0]) as ref:
        kept = IdentityProvider.objects.get()
        assert SECRET not in kept.secret
        with connections[ref.cell].cursor() as cursor:
            cursor.execute("SELECT string_agg(e::text, ' ') FROM records_auditentry e")
            trail = cursor.fetchone()[0]
    assert "access_identityprovider" in trail
    assert SECRET not in trail
    assert kept.secret not in trail
    assert kept.for_owners
    come_back(his := browser(), "bob")
    assert signed_in(his)


def test_a_client_secret_whose_key_is_gone_is_no_fault_of_the_server(
    browser: Any, two: Two, provider: Identity, bob: User
) -> None:
    use_provider(two[0], provider.issuer, secret="sealed by nobody")
    client = browser()
    answer = come_back(client, "bob")
    assert answer.status_code == 403
    assert not signed_in(client)


def test_a_secret_never_moves_on_to_another_provider(
    browser: Any, two: Two, provider: Identity, alice: User
) -> None:
    form = {"name": "Corp", "client_id": CLIENT, "secret": ""}
    page = "/settings/sign-in/provider/"
    browser(alice).post(page, {**form, "issuer": provider.issuer})
    with use_tenant(two[0]):
        assert IdentityProvider.objects.get().secret
    browser(alice).post(page, {**form, "issuer": "http://127.0.0.1:9"})
    with use_tenant(two[0]):
        assert IdentityProvider.objects.get().secret == ""


@pytest.mark.parametrize(
    ("issuer", "said"),
    [
        ("javascript:alert(1)", "begins with https"),
        ("http://user:password@127.0.0.1/", "begins with https"),
        ("http://127.0.0.1:9", "does not answer"),
        ("RUNNING/", "enter exactly that"),
        ("RUNNING/realms/none", "answers with status 404"),
    ],
)
def test_a_provider_that_does_not_fit_is_told_beside_the_field(
    browser: Any, two: Two, running: Identity, alice: User, issuer: str, said: str
) -> None:
    form = {"name": "Corp", "issuer": issuer.replace("RUNNING", running.issuer), "client_id": "x"}
    answer = browser(alice).post("/settings/sign-in/provider/", {**form, "is_on": "on"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with use_tenant(two[0]):
        assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize("role", ["manager", "sales", "read-only"])
def test_others_do_not_touch_the_provider(browser: Any, two: Two, bob: User, role: str) -> None:
    client = browser(with_role(bob, role, ref=two[0]))
    assert client.get("/settings/sign-in/provider/").status_code == 403
    assert client.post("/settings/sign-in/provider/", {"forget": "1"}).status_code == 403


# --- The token itself ----------------------------------------------------------------------------
def signed(claims: dict[str, Any], *, key: Any, algorithm: str = "RS256", kid: str = "k") -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


@pytest.fixture(scope="module")
def keys() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)


@pytest.fixture
def check(keys: tuple[Any, Any], monkeypatch: Any) -> Any:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(keys[0].public_key()))

    class Answer:
        def raise_for_status(self) -> None: ...

        def json(self) -> Any:
            return {"keys": [public | {"kid": "k", "use": "sig"}]}

    monkeypatch.setattr("app.lib.outgoing.OutgoingSession.get", lambda *_a, **_k: Answer())
    document = {"issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks"}

    def run(token: Any) -> dict[str, Any]:
        return verified_claims(token, document=document, client_id="us", nonce="n")

    return run


def good() -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "https://idp.example",
        "aud": "us",
        "sub": "bob",
        "nonce": "n",
        "iat": now,
        "exp": now + 300,
    }


def test_a_good_token_is_taken(check: Any, keys: Any) -> None:
    assert check(signed(good(), key=keys[0]))["sub"] == "bob"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://other.example"},
        {"aud": "somebody else"},
        {"exp": 1},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": ""},
        {"sub": "x" * 191},
        {"azp": "somebody else"},
        {"iat": 99999999999},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(check: Any, keys: Any, change: Any) -> None:
    with pytest.raises(Unsuitable):
        check(signed(good() | change, key=keys[0]))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "exp", "iat", "nonce"])
def test_a_token_without_a_claim_is_refused(check: Any, keys: Any, missing: str) -> None:
    claims = {name: value for name, value in good().items() if name != missing}
    with pytest.raises(Unsuitable):
        check(signed(claims, key=keys[0]))


def test_a_token_with_a_wrong_signature_is_refused(check: Any, keys: Any) -> None:
    with pytest.raises(Unsuitable):
        check(signed(good(), key=keys[1]))
    with pytest.raises(Unsuitable):
        check(signed(good(), key=keys[0], kid="unknown"))
    with pytest.raises(Unsuitable):
        check(signed(good(), key="a shared secret of many characters", algorithm="HS256"))
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(good()).encode()).rstrip(b"=").decode()
    for token in (f"{head}.{body}.", "", None, 5, "a.b.c", {}):
        with pytest.raises(Unsuitable):
            check(token)


def test_the_session_of_requests_is_ours() -> None:
    from app.access.oidc.adapter import ProviderAdapter
    from app.lib.outgoing import OutgoingSession

    assert isinstance(ProviderAdapter().get_requests_session(), OutgoingSession)
    assert issubclass(OutgoingSession, requests.Session)
