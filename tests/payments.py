"""The Stripe simulator for the tests: one process a session, an empty account for each test."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from local.ports import free_port
from tests.server import ROOT

KEY = "sk_test_simulator"
SECRET = "whsec_" + hashlib.sha256(b"simulator").hexdigest()
GOOD, FAILS_LATER, DECLINED, NO_FUNDS, ASKS = (
    "4242424242424242",
    "4000000000000341",
    "4000000000000002",
    "4000000000009995",
    "4000002500003155",
)
DAY = 86400


class Simulator:
    """`python -m local.stripe` on a free port, with what it had when it is started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.clock_file = folder / "clock"
        self.start()

    @property
    def address(self) -> str:
        """Where it speaks."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "local.stripe", "--port", str(self.port)]
        command += ["--dir", str(self.folder), "--clock-file", str(self.clock_file)]
        command += ["--key", KEY, "--backoff", "0.05"]
        guarded = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                guarded, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _attempt in range(400):
            try:
                self.control("GET", "health")
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text()[-3000:])

    def kill(self) -> None:
        """End it without a chance to clean up."""
        self.process.kill()
        self.process.wait(10)

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, method: str, name: str, /, **asked: Any) -> Any:
        """One command of the controls."""
        body = json.dumps(asked) if asked else ""
        status, content = self.visit(method, f"/_sim/{name}", body)
        assert status == 200, content
        return json.loads(content)

    def visit(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """A request as a browser makes it; a redirect is followed no further than its address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["Host"] = f"localhost:{self.port}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read().decode("utf-8", "replace")
            return answer.status, answer.headers.get("Location") or content
        finally:
            connection.close()

    def client(self, **options: Any) -> stripe.StripeClient:
        """The real client, pointed here."""
        given = {"max_network_retries": 0} | options
        return stripe.StripeClient(KEY, base_addresses={"api": self.address}, **given)


@dataclass
class World:
    """An empty account with one product in two intervals, and hands to move it."""

    simulator: Simulator
    api: stripe.StripeClient
    month: str
    year: str

    # --- the controls --------------------------------------------------------------------------
    def advance(self, **how: Any) -> dict[str, Any]:
        """``days=3``, ``seconds=60``, ``to=stamp`` or ``to="next"``."""
        told: dict[str, Any] = self.simulator.control("POST", "advance", **how)
        return told

    def now(self) -> int:
        """The second it is there."""
        return int(self.simulator.control("GET", "clock")["now"])

    def fault(self, kind: str, **more: Any) -> None:
        """Let the next request fail so."""
        self.simulator.control("POST", "faults", kind=kind, **more)

    def card(self, customer: str, behaviour: str | None) -> None:
        """From now on every charge of the customer goes so; None: as the card's number says."""
        self.simulator.control("POST", "cards", customer=customer, behaviour=behaviour)

    def webhooks(self, **how: Any) -> None:
        """``held``, ``drop``, ``drop_type``, ``duplicate``, ``shuffle``, ``delay``, ``backoff``."""
        self.simulator.control("POST", "webhooks", **how)

    def deliveries(self) -> list[dict[str, Any]]:
        """What was and is to be delivered."""
        found: list[dict[str, Any]] = self.simulator.control("GET", "deliveries")["deliveries"]
        return found

    def settle(self, seconds: float = 10) -> None:
        """Wait until no webhook is to be delivered now."""
        assert self.simulator.control("POST", "settle", seconds=seconds)["settled"]

    def send_to(self, url: str, secret: str = SECRET) -> None:
        """Empty the account and send its webhooks there."""
        self.simulator.control("POST", "reset", webhook=url, secret=secret)

    # --- people --------------------------------------------------------------------------------
    def customer(self, *, card: str | None = GOOD, **more: Any) -> str:
        """A customer, with a card unless there is to be none."""
        customer = self.api.v1.customers.create({"email": "owner@example.com", **more})
        if card:
            method = self.api.v1.payment_methods.create(
                {"type": "card", "card": {"number": card, "exp_month": 12, "exp_year": 2040}}
            )
            self.api.v1.payment_methods.attach(method.id, {"customer": customer.id})
            chosen = {"default_payment_method": method.id}
            self.api.v1.customers.update(customer.id, {"invoice_settings": chosen})
        return str(customer.id)

    def subscribe(self, customer: str, seats: int, price: str | None = None, **more: Any) -> Any:
        """A subscription of the product by the seat, monthly unless said otherwise."""
        items = [{"price": price or self.month, "quantity": seats}]
        mode = {"type": "flexible"}
        return self.api.v1.subscriptions.create(
            {"customer": customer, "items": items, "billing_mode": mode, **more}
        )

    def pay_on_page(self, url: str, *, card: str = GOOD, **more: str) -> tuple[int, str]:
        """Type a card into a hosted page; the status and where it leads, or the page."""
        typed = {"number": card, "expiry": "12 / 40", "cvc": "123", "name": "Olga Owner"}
        path = url.removeprefix(self.simulator.address)
        return self.simulator.visit("POST", path, urllib.parse.urlencode(typed | more))


class Receiver:
    """An endpoint for webhooks that remembers what it was sent."""

    def __init__(self) -> None:
        self.status, self.got = 200, list[tuple[bytes, str]]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((body, self.headers["Stripe-Signature"]))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.server.server_port}/billing/webhook/"

    def types(self) -> list[str]:
        """The types of the events in the order in which they came."""
        return [json.loads(body)["type"] for body, _signature in self.got]

    def close(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The simulator of this session. A test that kills it must start it again."""
    running = Simulator(Path(tempfile.mkdtemp(prefix="clientele-stripe-")))
    yield running
    running.remove()


@pytest.fixture
def stripe_world(simulator: Simulator, settings: Any) -> World:
    """An empty account, and the settings of this process point at it."""
    simulator.control("POST", "reset", webhook="", secret="")
    settings.STRIPE_API_KEY = KEY
    settings.STRIPE_API_BASE = simulator.address
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.BILLING_CLOCK_FILE = str(simulator.clock_file)
    settings.PAYMENT_ORIGINS = [simulator.address]
    client = simulator.client()
    product = client.v1.products.create({"name": "Team"})
    month, year = (
        client.v1.prices.create(
            {
                "currency": "eur",
                "product": product.id,
                "unit_amount": amount,
                "recurring": {"interval": interval},
                "lookup_key": f"test_{interval}",
            }
        ).id
        for interval, amount in (("month", 1200), ("year", 12000))
    )
    return World(simulator, client, month, year)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint for webhooks."""
    listening = Receiver()
    yield listening
    listening.close()
