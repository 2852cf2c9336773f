"""Companies that deal with the simulator through the product's own functions.

Their workspaces are light: rows of the control plane, and a counter of people and a writer of
limits behind the settings' dotted paths, so that fifty of them cost no schemas. Everything about
money is real: buying, the webhook's view, the biller's steps, two databases that commit.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.test import Client

from billing import biller, buying, offering
from billing.accounts import account_of, open_account
from billing.buying import Person
from billing.models import (
    BillingAccount,
    Command,
    DriftReport,
    Entry,
    Event,
    Invoice,
    Mark,
    Subscription,
)
from billing.standing import Standing
from local.stripe.webhooks import sign
from tenants.context import current, use_control
from tenants.models import Cell, Tenant
from tests import planes
from tests.payments import GOOD, KEY, SECRET, World

#: How many seats each workspace uses, and what it was told last, by its number.
USED: dict[int, int] = {}
TOLD: dict[int, Standing] = {}
#: Whoever wants to know of every limit that is written.
WATCHERS: list[Callable[[int, Standing], None]] = []
BACK = "http://acme.localhost:8000/plan/"
_numbers = count(1)


def receive(standing: Standing) -> None:
    """The workspace is told how it stands."""
    key = current().id
    TOLD[key] = standing
    for watch in WATCHERS:
        watch(key, standing)


def used_seats() -> int:
    """The workspace tells how many seats it uses."""
    return USED.get(current().id, 1)


@dataclass
class Company:
    """One company and its owner."""

    id: int
    name: str
    owner: Person

    @property
    def account(self) -> BillingAccount:
        """Its row, read now."""
        with use_control():
            return account_of(self.id)

    @property
    def customer(self) -> str:
        """Its name at the provider; empty before it first wants to pay."""
        return self.account.customer or ""

    @property
    def told(self) -> Standing:
        """What its workspace was told last."""
        return TOLD[self.id]

    def live(self) -> Subscription | None:
        """The subscription that counts, as it is mirrored."""
        with use_control():
            return Subscription.objects.filter(account__tenant_id=self.id, is_current=True).first()

    def checkout(self, **wanted: Any) -> str:
        """The address of a page on which it buys."""
        given = {"plan": "team", "interval": "month", "currency": "EUR", "seats": 5} | wanted
        return buying.start_checkout(self.id, by=self.owner, back=BACK, **given)

    def preview(self, **wanted: Any) -> buying.Preview:
        """What more would cost."""
        return buying.preview(self.id, **wanted)

    def buy(self, signed: str) -> Command:
        """Want what was looked at."""
        return buying.buy(self.id, signed=signed, by=self.owner)

    def plan(self, **wanted: Any) -> Command:
        """Want something from the renewal on."""
        return buying.plan_change(self.id, by=self.owner, **wanted)

    def keep(self) -> Command:
        """Forget what was planned."""
        return buying.keep(self.id, by=self.owner)

    def cancel(self) -> Command:
        """End with what is paid."""
        return buying.cancel(self.id, reason="too dear", by=self.owner)

    def resume(self) -> Command:
        """Take that back."""
        return buying.resume(self.id, by=self.owner)


@dataclass
class Cloud:
    """The simulator, both databases, and the hands of the biller."""

    world: World
    public: Client
    #: The provider's events as far as they were taken, the oldest first.
    seen: list[dict[str, Any]] = field(default_factory=list)

    def open(self, name: str = "", *, used: int = 1) -> Company:
        """A company that has just signed up: its trial begins."""
        number = next(_numbers)
        name = name or f"Company {number}"
        with use_control():
            tenant = Tenant.objects.create(
                company=name,
                subdomain=f"light-{number}",
                schema_name=f"light_{number}",
                status=Tenant.Status.ACTIVE,
                cell=Cell.objects.get(pk="default"),
            )
            open_account(tenant)
        USED[tenant.pk] = used
        owner = Person(number, f"Owner {number}", f"owner@light-{number}.example")
        return Company(tenant.pk, name, owner)

    def pay(self, url: str, card: str = GOOD) -> None:
        """Type a card into a page of the provider."""
        status, _page = self.world.pay_on_page(url, card=card)
        assert status == 303, "the page did not take the card"

    def events(self) -> list[dict[str, Any]]:
        """What happened at the provider since the last time, the oldest first."""
        since = f"&ending_before={self.seen[-1]['id']}" if self.seen else ""
        fresh = list[dict[str, Any]]()
        while True:
            page = self.ask(f"/v1/events?limit=100{since}")
            fresh = page["data"][::-1] + fresh if not self.seen else fresh + page["data"][::-1]
            if not page["has_more"]:
                break
            last = fresh[0] if not self.seen else fresh[-1]
            since = f"&{'ending_before' if self.seen else 'starting_after'}={last['id']}"
        self.seen += fresh
        return fresh

    def ask(self, path: str) -> dict[str, Any]:
        """What the provider answers, as it comes over the wire."""
        connection = http.client.HTTPConnection("127.0.0.1", self.world.simulator.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {KEY}"})
            answer = connection.getresponse()
            told: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, told
        return told

    def deliver(self, events: Sequence[dict[str, Any]]) -> None:
        """Signed bodies through the real view."""
        for event in events:
            assert self.post(json.dumps(event)) == 200

    def post(self, body: str, *, signature: str | None = None) -> int:
        """One request to the webhook; the status it answers."""
        headers = {"Stripe-Signature": sign(body, SECRET) if signature is None else signature}
        answer = self.public.post(
            "/billing/webhook/", body, content_type="application/json", headers=headers
        )
        return int(answer.status_code)

    def work(self) -> None:
        """One round of the biller, in which nothing may fail."""
        with use_control():
            for step in biller.STEPS:
                step(lambda: True)

    def look(self) -> None:
        """Only what the events that arrived make it look at."""
        with use_control():
            while biller.inbox.look_at_next():
                pass

    def reconcile(self) -> None:
        """The nightly comparison, and what it makes due."""
        with use_control():
            biller.nightly()
        self.work()

    def catch_up(self) -> None:
        """Hear of everything in its order, and do what is due."""
        self.deliver(self.events())
        self.work()

    def do(self, command: Command) -> Command:
        """Let the biller carry it out, and hear what came of it."""
        self.catch_up()
        with use_control():
            command.refresh_from_db()
        assert command.state == Command.State.DONE, (command.kind, command.error)
        return command

    def subscribe(self, company: Company, *, card: str = GOOD, **wanted: Any) -> None:
        """Buy for the first time, on the provider's page."""
        self.pay(company.checkout(**wanted), card=card)


@contextmanager
def open_cloud(world: World, settings: Any) -> Iterator[Cloud]:
    """Databases of one's own and the catalogue on sale."""
    settings.LIMITS_WRITER = f"{__name__}.receive"
    settings.SEATS_COUNTER = f"{__name__}.used_seats"
    number = next(_numbers)
    pair = planes.copy(planes.templates(), f"money{number}")
    try:
        with planes.using(pair):
            with use_control():
                Tenant.objects.update(status=Tenant.Status.PROVISIONING)
                list(offering.sync_prices())
            yield Cloud(world, Client(headers={"host": "localhost:8000"}))
    finally:
        planes.drop(pair)
        for kept in (USED, TOLD, WATCHERS):
            kept.clear()


#: Columns that say when we looked, not what there is.
OURS = {"id", "account", "synced_at"}


def mirrored(company: Company) -> dict[str, Any]:
    """Row by row what is mirrored of a company, without when it was looked at."""
    with use_control():
        account = account_of(company.id)
        rows: dict[str, Any] = {
            model.__name__: sorted(
                (_row(row) for row in model._default_manager.filter(account=account)),
                key=lambda row: str(row["stripe_id"]),
            )
            for model in (Subscription, Invoice)
        }
    names = ("customer", "details", "needs_attention")
    return rows | {name: getattr(account, name) for name in names}


def _row(row: Any) -> dict[str, Any]:
    names = (found.name for found in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in names if name not in OURS}


def whole(company: Company) -> list[Any]:
    """Every column of every row of a company, as they are."""
    with use_control():
        account = BillingAccount.objects.filter(tenant_id=company.id)
        found = [list(account.values())]
        for model in (Subscription, Invoice, Command, Entry):
            rows = model._default_manager.filter(account__tenant_id=company.id)
            found.append(list(rows.order_by("pk").values()))
    return found


def forget(company: Company) -> None:
    """As if we had never heard of what the company bought."""
    with use_control():
        for model in (Subscription, Invoice):
            model._default_manager.filter(account__tenant_id=company.id).delete()
        Event.objects.all().delete()
        DriftReport.objects.all().delete()
        Mark.objects.all().delete()
        BillingAccount.objects.filter(tenant_id=company.id).update(
            details={}, needs_attention="", synced_at=None, pushed={}
        )
