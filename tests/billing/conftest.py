"""A shop over the simulator: the catalogue is on sale, acme is a customer to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from billing import buying, commands, inbox, push
from billing.accounts import account_of
from billing.buying import Person
from billing.models import BillingAccount, Command, Event, Subscription
from billing.offering import sync_prices
from billing.sync import sync_account
from tenants.context import Ref, use_control, use_tenant
from tests.billing.dealings import Cloud, open_cloud
from tests.payments import GOOD, Receiver, World

OLGA = Person(1, "Olga Owner", "olga@acme.example")
BACK = "http://acme.localhost:8000/plan/"


@dataclass
class Shop:
    """One company's dealings, and hands for the biller's work."""

    world: World
    ref: Ref

    @property
    def account(self) -> BillingAccount:
        """Its row, read now."""
        return account_of(self.ref.id)

    @property
    def customer(self) -> str:
        """Its name at the provider."""
        return str(self.account.customer)

    @property
    def live(self) -> Subscription:
        """The subscription that counts, as it is mirrored."""
        return Subscription.objects.get(account=self.account, is_current=True)

    def open(self, *, seats: int = 5, plan: str = "team", **more: Any) -> str:
        """The address of a page of Checkout."""
        given = {"interval": "month", "currency": "EUR", "by": OLGA, "back": BACK} | more
        return buying.start_checkout(self.ref.id, plan=plan, seats=seats, **given)

    def subscribe(self, *, card: str = GOOD, **more: Any) -> Subscription:
        """Buy on the page, and hear of it."""
        status, _page = self.world.pay_on_page(self.open(**more), card=card)
        assert status == 303
        self.sync()
        return self.live

    def sync(self) -> bool:
        """Look at the provider."""
        return sync_account(self.account, by="a test")

    def preview(self, **wanted: Any) -> buying.Preview:
        """What it would cost."""
        return buying.preview(self.ref.id, **wanted)

    def buy(self, **wanted: Any) -> Command:
        """Look at the price, buy, and let the biller do it."""
        made = buying.buy(self.ref.id, signed=self.preview(**wanted).signed, by=OLGA)
        return self.work(made)

    def work(self, command: Command) -> Command:
        """Let the biller do all that is due; the command as it then is."""
        while commands.run_next():
            pass
        command.refresh_from_db()
        return command

    def again(self, command: Command) -> Command:
        """Let it be due now, although it was put off."""
        Command.objects.filter(pk=command.pk).update(next_at="2000-01-01T00:00Z")
        return self.work(command)

    def push(self) -> None:
        """Tell the workspaces that are due."""
        push.push_due()

    def limits(self) -> Any:
        """What the workspace was told."""
        from app.access.models import Limits

        with use_tenant(self.ref):
            return Limits.objects.get()

    def subscription(self) -> Any:
        """The live one, as the provider has it."""
        return self.world.api.v1.subscriptions.retrieve(self.live.stripe_id)

    def invoices(self) -> list[Any]:
        """The provider's invoices, newest first."""
        return list(self.world.api.v1.invoices.list({"customer": self.customer}).data)


def read_inbox() -> None:
    """Let the biller look at everything that arrived."""
    while inbox.look_at_next():
        pass


def post(public: Any, body: bytes, signature: str) -> int:
    """One delivery to the product; the status it answers."""
    headers = {"Stripe-Signature": signature}
    answer = public.post(
        "/billing/webhook/", body, content_type="application/json", headers=headers
    )
    return int(answer.status_code)


def counts() -> tuple[int, int, int]:
    """Rows of events, subscriptions and accounts."""
    models = (Event, Subscription, BillingAccount)
    return tuple(model.objects.count() for model in models)  # type: ignore[return-value]


def id_in(body: bytes) -> str:
    """The event's id."""
    return str(json.loads(body)["id"])


@pytest.fixture
def shop(two: tuple[Ref, Ref], stripe_world: World) -> Iterator[Shop]:
    """Acme, which has paid nothing yet; the test runs in the control plane."""
    with use_control():
        list(sync_prices())
        for ref in two:
            account_of(ref.id)  # the trial begins
        yield Shop(stripe_world, two[0])


@pytest.fixture
def other_shop(shop: Shop, two: tuple[Ref, Ref]) -> Shop:
    """Globex, at the same provider."""
    return Shop(shop.world, two[1])


@pytest.fixture
def told(shop: Shop, receiver: Receiver) -> Receiver:
    """Where the provider's messages arrive, not yet handed to the product."""
    shop.world.send_to(receiver.url)
    list(sync_prices())
    return receiver


@pytest.fixture
def cloud(
    stripe_world: World, settings: Any, django_db_setup: Any, django_db_blocker: Any
) -> Iterator[Cloud]:
    """Databases of one's own, in which everything commits, and companies of light workspaces."""
    with django_db_blocker.unblock(), open_cloud(stripe_world, settings) as cloud:
        yield cloud
