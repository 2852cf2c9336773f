"""Second factors, passkeys, recovery codes and the company's own sign-in, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.access.codes import code
from tests.e2e.conftest import PICTURES
from tests.e2e.plain import mail_to
from tests.e2e.test_accessible_pages import LOOKS, WIDE, faults, sign_in
from tests.identity.running import CLIENT, SECRET, identity
from tests.seeding import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ALICE, BOB = "alice@acme.example", "bob@acme.example"
SECURITY = "/settings/security/"


class Person:
    """Somebody at a browser of his own, with a key built in."""

    def __init__(self, chrome: Any, live: Any, host: str = "acme") -> None:
        self.live, self.host = live, host
        self.context = chrome.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self.heard)
        self.wire = self.context.new_cdp_session(self.page)
        self.wire.send("WebAuthn.enable")
        made = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.key = made["authenticatorId"]

    def heard(self, line: Any) -> None:
        """What the Content-Security-Policy forbids is an error too."""
        if line.type == "error" and "status of 4" not in line.text:
            self.errors.append(line.text)

    def open(self, path: str) -> None:
        self.page.goto(self.live.url(self.host, path))

    def send(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).click()
        self.page.wait_for_load_state()

    def log_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("/login/")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.send("Sign in")

    def log_out(self) -> None:
        self.open("/logout/")
        self.page.locator("main form button").click()
        self.page.wait_for_url("**/login/")

    def path(self) -> str:
        return str(self.page.url).partition(f":{self.live.port}")[2].partition("?")[0]

    def is_in(self) -> bool:
        self.open("/settings/tokens/")
        return self.path() == "/settings/tokens/"

    def shot(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    def make_passkey(self, name: str) -> None:
        self.open(f"{SECURITY}passkeys/add/")
        self.page.fill("[name=name]", name)
        self.shot("passkey-add")
        self.page.get_by_role("button", name="Make the passkey").click()
        self.page.wait_for_url(lambda url: "/add/" not in url)

    def with_passkey(self, label: str) -> None:
        self.page.get_by_role("button", name=label).click()


@pytest.fixture
def people(chrome: Any, live: Any) -> Iterator[Any]:
    made: list[Person] = []

    def sit_down(host: str = "acme") -> Person:
        made.append(Person(chrome, live, host))
        return made[-1]

    yield sit_down
    for person in made:
        person.context.close()


def test_factors_are_set_up_used_lost_and_ended(people: Any, live: Any) -> None:
    bob = people()
    bob.log_in(BOB)
    assert bob.is_in()
    bob.open(SECURITY)
    bob.shot("security-empty")
    bob.page.get_by_role("link", name="Set up the authenticator app").click()
    secret = bob.page.inner_text("#totp-secret")
    bob.shot("app")
    bob.page.fill("[name=code]", code(secret))
    bob.send("Set up")
    bob.page.wait_for_selector("#recovery-codes")
    bob.shot("codes")
    codes = bob.page.locator("#recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    with bob.page.expect_download() as saved:
        bob.page.get_by_role("button", name="Save as a file").click()
    assert saved.value.path().read_text().split() == codes
    assert "An authenticator app was set up" in mail_text(live, "bob@acme")
    bob.log_out()

    bob.log_in(BOB)
    assert bob.path() == "/login/second/"
    bob.shot("second-step")
    bob.page.fill("[name=code]", code(secret, periods=1))
    bob.send("Sign in")
    assert bob.is_in()
    bob.make_passkey("Laptop")
    bob.page.wait_for_selector("text=Laptop")
    bob.shot("security-full")
    bob.log_out()

    bob.log_in(BOB)
    bob.with_passkey("Use a passkey")
    bob.page.wait_for_url(lambda url: "/login/" not in url)
    assert bob.is_in()
    bob.log_out()

    bob.open("/login/")
    bob.shot("login")
    bob.with_passkey("Sign in with a passkey")
    bob.page.wait_for_url(lambda url: "/login/" not in url)
    assert bob.is_in()

    phone = people()
    phone.log_in(BOB)
    phone.page.fill("[name=code]", codes[0])
    phone.send("Sign in")
    assert phone.is_in()
    phone.log_out()
    phone.log_in(BOB)
    phone.page.fill("[name=code]", codes[0])
    phone.send("Sign in")
    assert phone.path() == "/login/second/"
    assert phone.page.is_visible("text=This code is not right")

    alice = people()
    alice.log_in(ALICE)
    alice.open("/settings/people/")
    alice.page.get_by_text("Bob Birch").click()
    alice.shot("person")
    alice.page.get_by_role("button", name="Sign out the session of").first.click()
    alice.page.wait_for_load_state()
    assert not bob.is_in()
    alice.page.get_by_role("button", name="Reset", exact=True).click()
    alice.page.wait_for_selector("text=No second factor is set up")
    bob.log_in(BOB)
    assert bob.is_in()
    assert [one.errors for one in (bob, phone, alice)] == [[], [], []]


def mail_text(live: Any, to: str) -> str:
    from email import message_from_bytes, policy

    mail_to(live.mail, to)
    found = sorted(live.mail.iterdir(), key=lambda one: one.stat().st_mtime)
    message = message_from_bytes(found[-1].read_bytes(), policy=policy.default)
    return f"{message['Subject']}"


def test_a_passkey_of_one_workspace_is_nothing_at_another(people: Any) -> None:
    mallory = people("globex")
    mallory.log_in("mallory@globex.example")
    mallory.make_passkey("Key")
    mallory.page.wait_for_selector("#recovery-codes")
    mallory.log_out()
    mallory.host = "acme"
    mallory.open("/login/")
    mallory.with_passkey("Sign in with a passkey")
    mallory.page.wait_for_selector(".toast-note >> text=The passkey was not shown")
    assert not mallory.is_in()


def test_the_company_signs_in_through_its_own_provider(people: Any, live: Any) -> None:
    callback = live.url("acme", "/login/provider/callback/")
    claims = {"email": "charlie@acme.example", "email_verified": True, "name": "Charlie"}
    with identity([callback], {"charlie": claims}) as running:
        alice = people()
        alice.log_in(ALICE)
        alice.open("/settings/sign-in/")
        alice.shot("sign-in")
        alice.open("/settings/sign-in/provider/")
        assert alice.page.inner_text("#redirect-uri") == callback
        for name, value in (("name", "Corp"), ("issuer", running.issuer), ("client_id", CLIENT)):
            alice.page.fill(f"[name={name}]", value)
        alice.page.get_by_role("button", name="Test the address").click()
        alice.page.wait_for_selector("text=The provider answers")
        alice.page.fill("[name=secret]", SECRET)
        alice.page.check("[name=is_on]")
        alice.shot("provider")
        alice.send("Save")
        assert alice.path() == "/settings/sign-in/"

        charlie = people()
        charlie.open("/accounts/")
        charlie.shot("login-provider")
        charlie.page.get_by_role("button", name="Sign in with Corp").click()
        charlie.page.wait_for_url(f"{running.issuer}/**")
        charlie.page.fill("[name=login]", "charlie")
        charlie.page.fill("[name=password]", "any")
        charlie.page.get_by_role("button", name="Sign-in").click()
        charlie.page.get_by_role("button", name="Continue").click()
        charlie.page.wait_for_url(live.url("acme", "/accounts/"))
        assert charlie.is_in()
        own = [line for line in charlie.errors if running.issuer not in line]
        assert [line for line in own if "acme.localhost" in line] == []
        assert alice.errors == []
        alice.open("/settings/sign-in/provider/")
        alice.send("Forget the provider")


PAGES = (
    *("", "app/", "passkeys/add/", "codes/new/", "codes/"),
    *("/settings/sign-in/", "/settings/sign-in/provider/", "/settings/people/2/"),
)


def test_no_page_of_signing_in_has_a_fault_that_axe_knows(chrome: Any, live: Any) -> None:
    signed = chrome.new_context(viewport=WIDE)
    sign_in(signed.new_page(), live)
    state, found = signed.storage_state(), {}
    signed.close()
    for theme, size in LOOKS:
        look = {"viewport": size, "color_scheme": theme, "bypass_csp": True}
        inside = chrome.new_context(**look, storage_state=state)
        for number, path in enumerate(PAGES):
            whole = path if path.startswith("/") else f"{SECURITY}{path}"
            found |= looked_at(inside, live, whole, f"{theme}-{size['width']}-{number}")
        inside.close()
        for language in ("en", "zh-CN"):
            outside = chrome.new_context(**look, locale=language)
            found |= looked_at(outside, live, "/login/", f"{theme}-{size['width']}-{language}")
            outside.close()
    assert found == {}


def looked_at(context: Any, live: Any, path: str, picture: str) -> dict[str, list[str]]:
    """What axe finds on a page, and whether it is wider than the screen."""
    page = context.new_page()
    page.goto(live.url("acme", path))
    page.wait_for_load_state("networkidle")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{picture}.png")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    problems = faults(page) + (["it is wider than the screen"] if wide else [])
    page.close()
    return {f"{path} {picture}": problems} if problems else {}
