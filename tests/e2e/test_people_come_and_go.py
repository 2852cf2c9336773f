"""A colleague is invited, joins by the mail, works, and leaves; what was his goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from app.access.models import Limits, Role, User, Workspace
from app.records import registry
from app.setup.hand_overs import HandOver
from tenants.context import use_tenant
from tests import planes
from tests.e2e.conftest import PICTURES
from tests.e2e.plain import mail_to
from tests.seeding import PASSWORD

GUEST, NEW_PASSWORD = "eve@elm.example", "leaves of green grass"


class Desk:
    """Somebody at a browser of his own."""

    def __init__(self, chrome: Any, live: Any) -> None:
        self.live = live
        self.context = chrome.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self.heard)

    def heard(self, line: Any) -> None:
        """What the Content-Security-Policy forbids is an error too."""
        if line.type == "error" and "status of 4" not in line.text:
            self.errors.append(line.text)

    def open(self, path: str) -> None:
        self.page.goto(self.live.url("acme", path))

    def send(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).click()
        self.page.wait_for_load_state()

    def log_in(self, email: str, password: str) -> None:
        self.open("/login/")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.send("Sign in")

    def shot(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture
def desks(chrome: Any, live: Any) -> Iterator[Any]:
    made: list[Desk] = []

    def sit_down() -> Desk:
        made.append(Desk(chrome, live))
        return made[-1]

    yield sit_down
    for desk in made:
        desk.context.close()


@pytest.fixture
def acme(live: Any) -> Iterator[Any]:
    """The workspace behind the running product, its owner's address proven, one seat free."""
    with planes.using(live.pair), use_tenant(planes.ref_at("acme")) as ref:
        Workspace.objects.update(email_verified_at=timezone.now())
        seated = User.objects.filter(has_seat=True, is_active=True).count()
        Limits.objects.update(seats=seated + 1)
        yield ref


def test_invited_accepted_worked_left(desks: Any, live: Any, acme: Any) -> None:
    alice, eve = desks(), desks()
    alice.log_in("alice@acme.example", PASSWORD)
    alice.open("/settings/people/invite/")
    alice.page.fill("[name=email]", f"Eve Elm <{GUEST}>")
    alice.page.select_option("[name=role]", "sales")
    alice.page.select_option("[name=team]", label="South")
    alice.page.select_option("[name=manager]", label="Dora Dogwood")
    alice.shot("invite")
    alice.send("Send the invitations")
    assert GUEST in alice.page.inner_text("main")
    alice.shot("invited")

    link = re.search(r"http://\S+/join/\S+", mail_to(live.mail, GUEST))
    assert link is not None
    eve.page.goto(link[0])
    eve.shot("join")
    assert eve.page.input_value("[name=name]") == "Eve Elm"
    eve.page.fill("[name=password]", NEW_PASSWORD)
    eve.send("Join")
    eve.open("/accounts/new/")
    eve.page.fill("[name=name]", "Eve's account")
    eve.page.keyboard.press("Control+Enter")
    eve.page.wait_for_url(re.compile(r"/accounts/\d+/"))
    again = desks()
    again.page.goto(link[0])
    assert "has been accepted" in again.page.inner_text("main")

    person = User.objects.get(email=GUEST)
    assert (person.manager.name, person.team.name) == ("Dora Dogwood", "South")  # type: ignore[union-attr]
    dora = desks()
    dora.log_in("dora@acme.example", PASSWORD)
    dora.open("/accounts/?q=Eve")
    assert "Eve's account" in dora.page.inner_text("main"), "her manager does not see it"

    alice.open(f"/settings/people/{person.pk}/")
    alice.page.get_by_role("link", name="End the access").click()
    alice.page.select_option("[name=to]", label="Bob Birch")
    alice.shot("leave")
    alice.send("End the access and hand over")
    eve.open("/")
    assert "/login/" in eve.page.url
    alice.page.get_by_text("Everything is handed over.").wait_for(timeout=60_000)
    alice.shot("handed-over")
    account = registry.get("accounts").model.objects.get(name="Eve's account")
    assert account.owner.name == "Bob Birch"
    assert account.created_by_id == person.pk
    seated = User.objects.filter(has_seat=True, is_active=True).count()
    assert seated + 1 == Limits.objects.get().seats, "the seat is not free"

    alice.send("Take it back")
    alice.page.get_by_text("It is taken back.").wait_for(timeout=60_000)
    account.refresh_from_db()
    assert account.owner_id == person.pk
    assert [desk.errors for desk in (alice, eve, dora)] == [[], [], []]


def test_a_hand_over_waits_for_its_worker(desks: Any, live: Any, acme: Any) -> None:
    from tests.factories import sample

    owner = User.objects.get(role=Role.OWNER)
    bob, charlie = (User.objects.get(name=name) for name in ("Bob Birch", "Charlie Cedar"))
    live.kill("worker")
    for number in range(30):
        sample("contacts", by=owner, owner=charlie, name=f"Killed {number}")
    alice = desks()
    alice.log_in("alice@acme.example", PASSWORD)
    alice.open(f"/settings/people/{charlie.pk}/hand-over/")
    alice.page.select_option("[name=to]", str(bob.pk))
    alice.send("Hand over")
    assert "Waiting for its turn" in alice.page.inner_text("main")
    live.start("worker")
    alice.page.get_by_text("Everything is handed over.").wait_for(timeout=60_000)
    made = HandOver.objects.latest("id")
    assert (made.moved, made.refused) == (made.rows, 0)
    contacts = registry.get("contacts").model.objects.filter(name__startswith="Killed")
    assert contacts.filter(owner=bob).count() == 30
