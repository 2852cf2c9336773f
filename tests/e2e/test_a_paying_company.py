"""A company tries, buys, grows, owes, pays, leaves and comes back; operators stop it and help.

Everything by pages: ours, and those of the simulated payment service. Only time is moved, and the
bank told what to say, by the simulator's controls.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tenants.context import use_control
from tenants.models import Tenant
from tests import planes
from tests.e2e.conftest import PICTURES
from tests.e2e.founding import sign_up

PASSWORD = "a-long-pass-phrase"
OPERATOR = ("olga@ops.example", "another-long-phrase")
AMOUNT = re.compile(r"[\d,]+(\.\d\d)?")


class Bank:
    """The controls of the simulator beside the running product."""

    def __init__(self, live: Any) -> None:
        self.port = live.payments.port

    def tell(self, method: str, name: str, **asked: Any) -> Any:
        """One command of the controls."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            body = json.dumps(asked) if asked else ""
            headers = {"Host": f"localhost:{self.port}"}
            connection.request(method, f"/_sim/{name}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, content
        return json.loads(content)

    def days(self, number: float) -> None:
        """Time goes on for everybody, and its messages are delivered."""
        self.tell("POST", "advance", days=number, settle=20)

    def card(self, customer: str, behaviour: str | None) -> None:
        """What becomes of every charge of the company."""
        self.tell("POST", "cards", customer=customer, behaviour=behaviour)


class Desk:
    """Somebody at a browser of his own."""

    def __init__(self, chrome: Any, live: Any, host: str, pictures: Path) -> None:
        self.live, self.host, self.pictures = live, host, pictures
        self.context = chrome.new_context(
            viewport={"width": 1360, "height": 900}, locale="en-GB", accept_downloads=True
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, line: Any) -> None:
        """What the Content-Security-Policy forbids is an error too."""
        if line.type == "error" and "status of 4" not in line.text:
            self.errors.append(line.text)

    def open(self, path: str) -> Any:
        """A page of the workspace."""
        return self.page.goto(self.live.url(self.host, path))

    def send(self, name: str | re.Pattern[str]) -> None:
        """Press a button, and wait for what comes of it."""
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()

    def text(self) -> str:
        """What stands on the page."""
        return str(self.page.inner_text("body"))

    def until(self, words: str, path: str = "/settings/plan/") -> None:
        """Look again until it stands there: the biller works beside us."""
        for _attempt in range(60):
            self.open(path)
            if words in self.text():
                return
            time.sleep(0.5)
        raise AssertionError(f"{words!r} never stood on {path}:\n{self.text()}")

    def log_in(self, email: str, password: str) -> None:
        """With address and password."""
        self.open("/login/")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.send("Sign in")

    def type_card(self, button: str) -> None:
        """On a page of the payment service."""
        page = self.page
        page.wait_for_url(re.compile(rf"//localhost:{self.live.payments.port}/"))
        typed = {"number": "4242424242424242", "expiry": "12 / 40", "cvc": "123"}
        typed |= {"name": "Pia Payer", "line1": "Main Street 1", "postal_code": "10115"}
        for name, value in (typed | {"city": "Berlin"}).items():
            if page.locator(f"[name={name}]").count():
                page.fill(f"[name={name}]", value)
        self.shot(button.lower())
        self.send(re.compile(f"^{button}"))

    def shot(self, name: str) -> None:
        """A picture, for whoever looks."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"paying-{name}.png", full_page=True)


@pytest.fixture(scope="module")
def bank(live: Any) -> Iterator[Bank]:
    """Payments run beside the product; the other workspaces of the stack see nothing of it."""
    with planes.using(live.pair), use_control():
        others = Tenant.objects.filter(status=Tenant.Status.ACTIVE, is_operator=False)
        kept = list(others.values_list("pk", flat=True))
        others.update(status=Tenant.Status.CLOSED)
    live.start("stripe")
    bank = Bank(live)
    _wait(live.payments.answers)
    live.manage("sync_catalogue")
    live.start("biller")
    yield bank
    live.kill("biller")
    live.kill("stripe")
    Path(live.environ["BILLING_CLOCK_FILE"]).unlink(missing_ok=True)
    with planes.using(live.pair), use_control():
        mine = Tenant.objects.filter(is_operator=False).exclude(pk__in=kept)
        mine.update(status=Tenant.Status.CLOSED)
        Tenant.objects.filter(pk__in=kept).update(status=Tenant.Status.ACTIVE)


def _wait(what: Callable[[], object]) -> None:
    for _attempt in range(400):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it never answered")


@pytest.fixture(scope="module")
def owner(chrome: Any, live: Any, bank: Bank, tmp_path_factory: Any) -> Iterator[Desk]:
    """Pia has signed her company up and confirmed her address."""
    name = f"pay{secrets.token_hex(3)}"
    desk = Desk(chrome, live, name, tmp_path_factory.mktemp("pictures"))
    sign_up(desk.page, live, name=name, company="Paying & Co", owner="Pia Payer", password=PASSWORD)
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def operator(chrome: Any, live: Any, bank: Bank, tmp_path_factory: Any) -> Iterator[Desk]:
    """Olga runs the fleet."""
    email, password = OPERATOR
    live.manage("create_operator", f"--email={email}", f"--password={password}", "--name=Olga")
    with planes.using(live.pair), use_control():
        host = Tenant.objects.get(is_operator=True).subdomain
    desk = Desk(chrome, live, host, tmp_path_factory.mktemp("pictures"))
    desk.log_in(email, password)
    yield desk
    desk.context.close()


@pytest.fixture(autouse=True)
def _picture_of_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where every browser was when a test failed."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        for name in ("owner", "operator"):
            if name in request.fixturenames:
                desk = request.getfixturevalue(name)
                path = desk.pictures / f"{request.node.name}-{name}.png"
                desk.page.screenshot(path=path, full_page=True)
                print(f"{name} was here: {path}")


def customer_of(owner: Desk) -> str:
    """The company's name at the payment service."""
    from billing.models import BillingAccount

    with planes.using(owner.live.pair), use_control():
        found = BillingAccount.objects.get(tenant__subdomain=owner.host)
        return str(found.customer)


def buy_on_the_page(owner: Desk, seats: int) -> None:
    """Choose Team by the month in EUR, and pay."""
    owner.open(f"/settings/plan/buy/?plan=team&interval=month&currency=EUR&seats={seats}")
    page = owner.page
    assert f"€{seats * 15} each month" in " ".join(page.inner_text("p.total").split())
    owner.shot("choose")
    owner.send("Go on to pay")
    owner.type_card("Pay")
    page.wait_for_url(re.compile(r"/settings/plan/"))


def invite(owner: Desk, *addresses: str) -> None:
    """Ask colleagues in."""
    owner.open("/settings/people/invite/")
    owner.page.fill("[name=email]", ", ".join(addresses))
    owner.page.select_option("[name=role]", "sales")
    owner.send("Send the invitations")


def writes(owner: Desk) -> int:
    """The status with which a new account is answered."""
    owner.open("/")
    status: int = owner.page.evaluate(
        """async () => {
          const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
          const body = new URLSearchParams({csrfmiddlewaretoken: token, name: 'Somebody'});
          return (await fetch('/accounts/new/', {method: 'POST', body})).status;
        }"""
    )
    return status


def can_write_again(owner: Desk) -> None:
    """A moment after the money came."""
    for _attempt in range(60):
        if writes(owner) == 200:
            return
        time.sleep(0.5)
    raise AssertionError("it stayed read only")


# --- the journey, one part after the other -------------------------------------------------------
def test_the_trial_has_everything_and_costs_nothing(owner: Desk) -> None:
    owner.until("The trial lasts until")
    assert "without a limit" in owner.text()
    owner.shot("trial")
    assert writes(owner) == 200


def test_five_seats_are_bought_by_card(owner: Desk) -> None:
    buy_on_the_page(owner, 5)
    owner.until("5 seats, monthly")
    owner.until("1 / 5")
    owner.shot("bought")


def test_an_invitation_past_the_limit_is_refused_and_leads_to_buying(owner: Desk) -> None:
    names = [f"{name}@{owner.host}.example" for name in ("ann", "ben", "cid", "dee")]
    invite(owner, *names)
    owner.until("5 / 5")
    owner.open("/settings/people/invite/")
    assert "All 5 seats of the plan are taken." in owner.text()
    invite(owner, f"eve@{owner.host}.example")
    owner.shot("full")
    link = owner.page.get_by_role("link", name="Buy more seats")
    link.click()
    owner.page.wait_for_url(re.compile("/settings/plan/seats/"))
    owner.until("5 / 5")


def test_three_more_cost_what_the_preview_said(owner: Desk) -> None:
    owner.open("/settings/plan/seats/")
    owner.page.fill("[name=seats]", "8")
    owner.send("See the price")
    owner.page.locator("#offer .sum dd").wait_for()
    due = AMOUNT.search(owner.page.inner_text("#offer .sum dd"))
    assert due
    owner.shot("preview")
    owner.send(re.compile("^Buy for"))
    owner.until("8 seats, monthly")
    owner.open("/settings/plan/invoices/")
    newest = owner.page.locator(".invoice-line").first
    assert "Paid" in newest.inner_text()
    billed = AMOUNT.search(newest.locator("> .num").inner_text())
    assert billed
    assert billed[0] == due[0]
    owner.shot("invoices")


def test_a_failed_card_gives_grace_then_read_only_with_export(owner: Desk, bank: Bank) -> None:
    bank.card(customer_of(owner), "generic_decline")
    bank.days(32)
    owner.until("Payment failed")
    owner.until("Everything works until", "/")
    assert writes(owner) == 200
    owner.shot("grace")
    bank.days(14)
    owner.until("Read only")
    owner.until("An invoice is not paid", "/")
    assert writes(owner) == 403
    owner.shot("restricted")
    export(owner)


def export(owner: Desk) -> None:
    """Everything can be taken along."""
    owner.open("/settings/export/")
    owner.send("Make an export")
    link = owner.page.get_by_role("link", name=re.compile("^Download the export"))
    link.first.wait_for(timeout=60_000)
    with owner.page.expect_download() as download:
        link.first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_who_pays_goes_on_at_once(owner: Desk, bank: Bank) -> None:
    bank.card(customer_of(owner), None)
    owner.open("/settings/plan/")
    owner.send(re.compile(r"^Pay .* now$"))
    owner.type_card("Pay")
    owner.page.get_by_text("Paid").first.wait_for()
    owner.until("8 seats, monthly")
    can_write_again(owner)


def test_who_cancels_stays_until_the_end_and_comes_back(owner: Desk, bank: Bank) -> None:
    owner.open("/settings/plan/cancel/")
    assert owner.page.get_by_role("link", name="Export everything").count()
    owner.page.select_option("[name=reason]", "price")
    owner.page.fill("[name=confirm]", owner.host)
    owner.shot("cancel")
    owner.send("Cancel the plan")
    owner.until("You have cancelled")
    assert writes(owner) == 200
    bank.days(32)
    owner.until("The plan has ended")
    owner.until("The plan has ended: the workspace is read only", "/")
    assert writes(owner) == 403
    owner.shot("ended")
    export(owner)
    buy_on_the_page(owner, 6)
    owner.until("6 seats, monthly")
    can_write_again(owner)
    # Its history is all there: two subscriptions, none beside the other.
    owner.open("/settings/plan/invoices/")
    assert owner.page.locator(".invoice-line").count() == 4


def test_an_operator_suspends_and_resumes(owner: Desk, operator: Desk, chrome: Any) -> None:
    find(operator, owner)
    act(operator, "suspend", "Sends unwanted mail")
    operator.shot("console")
    owner.open("/")
    assert "This workspace is suspended" in owner.text()
    find(operator, owner)
    act(operator, "resume", "It was a mistake")
    for _attempt in range(60):
        owner.open("/")
        if "suspended" not in owner.text():
            break
        time.sleep(1)
    if "/login/" in owner.page.url:
        owner.log_in(f"pia@{owner.host}.example", PASSWORD)
    owner.until("6 seats, monthly")


def find(operator: Desk, owner: Desk) -> None:
    """The company's page in the console."""
    operator.open(f"/console/workspaces/?q={owner.host}")
    operator.page.locator("main a[href*='/console/workspaces/']", has_text="Paying").first.click()
    operator.page.wait_for_url(re.compile(r"/console/workspaces/\d+/"))


def act(operator: Desk, name: str, reason: str) -> None:
    """One act on it, with a reason."""
    form = operator.page.locator(f"details:has(input[name=act][value={name}])")
    form.locator("summary").click()
    form.locator("[name=reason]").fill(reason)
    form.locator("button[type=submit]").click()
    operator.page.wait_for_load_state()
    assert reason in operator.text()


def test_support_is_refused_then_let_in_then_over(owner: Desk, operator: Desk) -> None:
    ask_in(operator, owner, "To see the first import")
    owner.open("/settings/support/")
    owner.shot("support-asked")
    owner.send("Refuse")
    operator.open("/console/support/")
    assert operator.page.get_by_role("button", name="Go in").count() == 0
    ask_in(operator, owner, "To see the second import")
    owner.open("/settings/support/")
    owner.send("Let in")
    assert "is let in" in owner.text()
    operator.open("/console/support/")
    operator.shot("support")
    operator.page.locator("form[action$='/enter/'] button").first.click()
    operator.page.wait_for_url(re.compile(rf"//{owner.host}\."))
    assert "Paying & Co" in operator.page.inner_text("body")
    operator.shot("inside")
    assert operator.page.goto(owner.live.url(owner.host, "/accounts/")).status == 200
    assert operator.page.goto(owner.live.url(owner.host, "/settings/plan/")).status in {403, 404}
    end_by_time(owner)
    operator.page.goto(owner.live.url(owner.host, "/accounts/"))
    assert "/login/" in operator.page.url, "the time was over, and he was still inside"


def ask_in(operator: Desk, owner: Desk, reason: str) -> None:
    """An operator asks to be let in."""
    find(operator, owner)
    operator.page.locator("#ask-support [name=reason]").fill(reason)
    operator.send("Ask the company")
    assert "is asked" in operator.text()


def end_by_time(owner: Desk) -> None:
    """The hours that were granted are over: only the clock is moved, nobody ends anything."""
    from django.utils import timezone

    from app.access.models import User
    from tenants.context import use_tenant

    with planes.using(owner.live.pair), use_tenant(planes.ref_at(owner.host)):
        moved = User.everyone.filter(support_until__gt=timezone.now())
        assert moved.update(support_until=timezone.now()) == 1


def test_nothing_broke_in_any_page(owner: Desk, operator: Desk) -> None:
    assert (owner.errors, operator.errors) == ([], [])
