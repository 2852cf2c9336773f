"""Fifty companies, a whole year, moved by the simulator's clock: money and rights, step by step.

Everything goes through the product's own functions: buying, webhooks through the real view, the
biller's steps. The workspaces are light (see dealings.py): fifty real schemas would cost minutes
and prove nothing more about money. What must come out is worked out by ledger.py.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing import biller
from billing.accounts import account_of
from billing.models import BillingAccount, Command, DriftReport, Invoice
from tenants.context import use_control
from tests.billing.dealings import TOLD, USED, Cloud, Company
from tests.billing.ledger import DAY, HOUR, Ledger, Terms
from tests.payments import World

SEED = int(os.environ.get("YEAR_SEED", "4"))
COMPANIES = int(os.environ.get("YEAR_COMPANIES", "50"))
DAYS = int(os.environ.get("YEAR_DAYS", "365"))
CURRENCIES = ("EUR", "USD", "CNY")
#: Seconds that the machine may take between our look at the clock and the provider's.
SLACK = 10
#: The provider counts in seconds, we in parts of them.
MOMENT = 3


@dataclass
class Firm:
    """A company, what it does by chance, and what must follow."""

    company: Company
    ledger: Ledger
    currency: str
    #: When it does the next thing, and how its card will recover.
    next_at: int
    recovery: tuple[int, str] | None = None
    #: Its name at the provider, once it has one.
    customer: str = ""


class Year:
    """The clock, the firms, and their chances."""

    def __init__(self, cloud: Cloud, chance: random.Random) -> None:
        self.cloud, self.chance = cloud, chance
        self.firms: list[Firm] = []
        self.did = Counter[str]()
        #: What lives at the provider, by customer, as its events tell.
        self.live: dict[str, set[str]] = {}
        self.steps = 0

    # --- time ----------------------------------------------------------------------------------
    def now(self) -> int:
        """The provider's second."""
        return self.cloud.world.now()

    def go_to(self, moment: int) -> None:
        """Step by step: whatever falls due, we hear of it, do what is due, and look at all."""
        while True:
            clock = self.cloud.world.simulator.control("GET", "clock")
            due, now = clock["next"], clock["now"]
            if now >= moment:
                return
            edges = [edge for firm in self.firms for edge in self._edges(firm) if edge > now]
            step = min([moment, *edges, *([due] if due and due > now else [])])
            self.cloud.world.advance(to=step)
            self.settle()

    @staticmethod
    def _edges(firm: Firm) -> Iterator[int]:
        for edge in firm.ledger.edges():
            yield edge - 4 * SLACK
            yield edge + 2 * MOMENT

    def settle(self) -> None:
        """We hear of everything; then every company must stand as it should."""
        before = self.now()
        for event in self.hear():
            self.follow(event)
        self.cloud.work()
        self.steps += 1
        self.check(before, self.now())

    def hear(self) -> list[dict[str, Any]]:
        """Through the real view."""
        events = self.cloud.events()
        self.cloud.deliver(events)
        return events

    def follow(self, event: dict[str, Any]) -> None:
        """At no moment has anybody two live subscriptions."""
        about = event["data"]["object"]
        if about["object"] != "subscription":
            return
        live = self.live.setdefault(about["customer"], set())
        is_over = about["status"] in {"canceled", "incomplete_expired"}
        (live.discard if is_over else live.add)(about["id"])
        assert len(live) <= 1, f"{about['customer']} has two live subscriptions"

    def check(self, before: int, now: int) -> None:
        """Nobody is locked out who may come in, nor served who may not; seats are those paid."""
        for firm in self.firms:
            ledger = firm.ledger
            ledger.go_to(before)
            was = ledger.state(before)
            ledger.go_to(now)
            near = any(abs(edge - now) < MOMENT for edge in ledger.edges())
            # While it changes nothing can be said; the next step shows.
            if was == ledger.state(now) and not near:
                self.check_one(firm, now)

    def check_one(self, firm: Firm, now: int) -> None:
        """What the workspace was told is what the ledger says."""
        told, ledger = TOLD[firm.company.id], firm.ledger
        where = f"{firm.company.name} at {datetime.fromtimestamp(now, UTC)}: {told}, {ledger}"
        assert told.state == ledger.state(now), where
        assert ledger.is_live == bool(self.live.get(firm.customer)), where
        if told.state in {"active", "grace"} or ledger.is_live:
            assert told.seats == ledger.seats(), where
        if ledger.is_live:
            assert told.plan == ledger.running.terms.plan, where
        self.did[f"seen {told.state}"] += 1

    # --- what companies do ---------------------------------------------------------------------
    def sign_up(self, number: int) -> None:
        """A new company: a few small ones, a few that never buy."""
        small = number % 5 == 0
        used = self.chance.randint(1, 3) if small else self.chance.randint(4, 12)
        before = self.now()
        company = self.cloud.open(f"Company {number}", used=used)
        with use_control():
            ends = account_of(company.id).trial_ends_at.timestamp()
        assert before + 14 * DAY <= ends <= before + 14 * DAY + SLACK, "the trial is not 14 days"
        buys = not (number % 10 == 0 or number % 12 == 7)
        first = before + self.chance.randint(DAY, 20 * DAY) if buys else 1 << 40
        ledger = Ledger(int(ends), used)
        self.firms.append(Firm(company, ledger, self.chance.choice(CURRENCIES), first))
        self.settle()

    def act(self, firm: Firm) -> None:
        """What the company does now; when it does the next thing."""
        ledger, now = firm.ledger, self.now()
        ledger.go_to(now)
        firm.next_at = now + self.chance.randint(15 * DAY, 60 * DAY)
        what = self._choose(firm, now)
        self.did[what] += 1
        getattr(self, what)(firm)
        self.settle()

    def _choose(self, firm: Firm, now: int) -> str:
        ledger = firm.ledger
        if not ledger.is_live:
            return "nothing" if ledger.state(now) == "closed" else "buy"
        if ledger.bills[-1].reason == "subscription_cycle" and not ledger.bills[-1].is_paid:
            return "nothing"
        deal = ledger.running
        if not ledger.card_works or deal.end - now < 2 * HOUR:
            return "nothing"
        if deal.is_cancelled:
            return self.chance.choice(("resume", "nothing"))
        if deal.planned:
            return self.chance.choice(("keep", "nothing", "cancel"))
        ways = ["seats"] * 5 + ["fewer"] * 3 + ["upgrade"] * 2 + ["year", "downgrade", "month"]
        return self.chance.choice([*ways, "fail", "fail", "fail", "cancel", "cancel", "declined"])

    def nothing(self, _firm: Firm) -> None:
        """Time goes on."""

    def buy(self, firm: Firm) -> None:
        """On the provider's page."""
        plan = self.chance.choice(("team", "team", "business"))
        interval = self.chance.choice(("month", "month", "year"))
        terms = Terms(plan, interval, firm.ledger.used + self.chance.randint(0, 4))
        url = firm.company.checkout(
            plan=plan, interval=interval, seats=terms.seats, currency=firm.currency
        )
        firm.customer = firm.company.customer
        if firm.ledger.deal:
            self.cloud.world.card(firm.customer, None)
            self.did["come back"] += 1
        self.cloud.pay(url)
        firm.ledger.buy(self.made(firm, "subscription_create"), terms, firm.currency)

    def seats(self, firm: Firm) -> None:
        """More people come."""
        now = firm.ledger.running.terms
        more = Terms(now.plan, now.interval, now.seats + self.chance.randint(1, 5))
        self._more(firm, more, seats=more.seats)

    def upgrade(self, firm: Firm) -> None:
        """A larger plan, with more seats at once."""
        now = firm.ledger.running.terms
        if now.plan == "team":
            more = Terms("business", now.interval, now.seats + self.chance.randint(0, 2))
            self._more(firm, more, plan="business", seats=more.seats)

    def year(self, firm: Firm) -> None:
        """From months to years."""
        now = firm.ledger.running.terms
        if now.interval == "month":
            self._more(firm, Terms(now.plan, "year", now.seats), interval="year")

    def _more(self, firm: Firm, terms: Terms, **wanted: Any) -> None:
        """What is previewed is what is billed, and what the ledger says."""
        command = self._bought(firm, **wanted)
        assert command.result == {"applied": True}
        at, billed = command.args["proration_date"], self.made(firm, "subscription_update")
        expected = firm.ledger.price_of_change(at, terms)
        assert self.seen.due_now == expected == self.bill.total, f"{firm.company.name}: {self.seen}"
        firm.ledger.change(at, terms, billed=billed)
        assert self.seen.renewal == firm.ledger.running.share(terms, firm.ledger.running.start)
        assert abs(self.seen.renews_at.timestamp() - firm.ledger.running.end) <= SLACK
        USED[firm.company.id] = firm.ledger.used = self.chance.randint(1, terms.seats)

    def _bought(self, firm: Firm, **wanted: Any) -> Command:
        before = self.now()
        self.seen = firm.company.preview(**wanted)
        command = self.done(firm, firm.company.buy(self.seen.signed))
        assert before <= command.args["proration_date"] <= before + SLACK
        return command

    def done(self, firm: Firm, command: Command) -> Command:
        """The biller does it, and we hear what came of it."""
        with use_control():
            while biller.commands.run_next():
                pass
            command.refresh_from_db()
        assert command.state == Command.State.DONE, (
            f"{firm.company.name}: {command.kind} {command.error}"
        )
        return command

    def made(self, firm: Firm, reason: str) -> int:
        """When the newest invoice was made: a moment ago."""
        rows = self.cloud.ask(f"/v1/invoices?customer={firm.customer}&limit=1")["data"]
        assert rows[0]["billing_reason"] == reason
        assert 0 <= self.now() - rows[0]["created"] <= SLACK
        with use_control():
            self.bill = Invoice(stripe_id=rows[0]["id"], total=rows[0]["total"])
        return int(rows[0]["created"])

    def _plan(self, firm: Firm, then: Terms) -> None:
        now = firm.ledger.running.terms
        if then == now or then.seats < firm.ledger.used:
            self.did["nothing to plan"] += 1
            return
        wanted = {"plan": then.plan, "interval": then.interval, "seats": then.seats}
        self.done(firm, firm.company.plan(**wanted))
        firm.ledger.running.planned = then

    def fewer(self, firm: Firm) -> None:
        """Some people leave, their seats end at the renewal."""
        now = firm.ledger.running.terms
        used = max(1, min(firm.ledger.used, now.seats - 1))
        USED[firm.company.id] = firm.ledger.used = used
        self._plan(firm, Terms(now.plan, now.interval, self.chance.randint(used, now.seats)))

    def downgrade(self, firm: Firm) -> None:
        """A smaller plan from the renewal on."""
        now = firm.ledger.running.terms
        self._plan(firm, Terms("team", now.interval, now.seats))

    def month(self, firm: Firm) -> None:
        """From years to months, at the renewal."""
        now = firm.ledger.running.terms
        self._plan(firm, Terms(now.plan, "month", now.seats))

    def keep(self, firm: Firm) -> None:
        """What was planned is forgotten."""
        self.done(firm, firm.company.keep())
        firm.ledger.running.planned = None

    def cancel(self, firm: Firm) -> None:
        """It ends with what is paid; what was planned is forgotten."""
        self.done(firm, firm.company.cancel())
        firm.ledger.running.is_cancelled, firm.ledger.running.planned = True, None

    def resume(self, firm: Firm) -> None:
        """It goes on after all."""
        self.done(firm, firm.company.resume())
        firm.ledger.running.is_cancelled = False

    def declined(self, firm: Firm) -> None:
        """A purchase whose payment is refused: nothing changes, and a day later nothing is owed."""
        self.cloud.world.card(firm.customer, "insufficient_funds")
        seats = firm.ledger.running.terms.seats + 1
        if firm.ledger.running.end - self.now() > 2 * DAY:
            command = self._bought(firm, seats=seats)
            assert (command.result["applied"], command.result["code"]) == (False, "payment_open")
        self.cloud.world.card(firm.customer, "ok")
        firm.next_at = self.now() + 2 * DAY

    def fail(self, firm: Firm) -> None:
        """The card is refused from now on; some recover in grace, some late, some never."""
        if firm.ledger.running.terms.interval == "year":
            return  # it is not asked within this year
        self.cloud.world.card(firm.customer, "generic_decline")
        firm.ledger.card_works = False
        days = self.chance.choice((2, 5, 9, 12, 13, 16, 20, 99))
        firm.recovery = (days, self.chance.choice(("pay", "mend")))

    def recover(self, firm: Firm) -> None:
        """As it was drawn when the card failed."""
        assert firm.recovery
        how, firm.recovery = firm.recovery[1], None
        self.did[f"{how} in {firm.ledger.state(self.now())}"] += 1
        self.cloud.world.card(firm.customer, "ok")
        if how == "mend":
            firm.ledger.mend(self.now())
        else:
            path = f"/v1/invoices?customer={firm.customer}&status=open&limit=1"
            self.cloud.world.api.v1.invoices.pay(self.cloud.ask(path)["data"][0]["id"])
            firm.ledger.pay(self.now())
        self.settle()

    # --- the whole of it -----------------------------------------------------------------------
    def run(self) -> None:
        """All days, every company at its moments."""
        first = self.now()
        end = first + DAYS * DAY
        arrivals = sorted(
            first + self.chance.randint(0, 250 * DAYS // 365 * DAY) for _ in range(COMPANIES)
        )
        while True:
            moments = [(firm.next_at, "act", firm) for firm in self.firms]
            for firm in self.firms:
                since = firm.ledger.owed_since
                if firm.recovery and since is not None:
                    moments.append((since + firm.recovery[0] * DAY, "recover", firm))
            soonest = min(moments, key=lambda found: found[0], default=None)
            if arrivals and (soonest is None or arrivals[0] <= soonest[0]):
                self.go_to(arrivals.pop(0))
                self.sign_up(len(self.firms))
                continue
            if soonest is None or soonest[0] >= end:
                break
            known = soonest[2].ledger.owed_since
            self.go_to(soonest[0])
            if soonest[1] == "act":
                self.act(soonest[2])
            elif soonest[2].ledger.owed_since == known:
                self.recover(soonest[2])
        self.go_to(end + 2 * DAY)  # a purchase that nobody paid lapses

    def settle_accounts(self) -> Counter[str]:
        """Every invoice of every company, here, there and in the ledger; the sums by currency."""
        sums = Counter[str]()
        for firm in self.firms:
            bills = [
                (bill.at, bill.reason, bill.amount, bill.is_paid) for bill in firm.ledger.bills
            ]
            assert self.theirs(firm) == bills, firm.company.name
            assert self.ours(firm) == bills, firm.company.name
            for what, amount in firm.ledger.sums().items():
                sums[f"{firm.currency} {what}"] += amount
        return sums

    def theirs(self, firm: Firm) -> list[tuple[int, str, int, bool]]:
        """The invoices as the provider has them."""
        if not firm.customer:
            return []
        page = self.cloud.ask(f"/v1/invoices?customer={firm.customer}&limit=100")
        assert not page["has_more"]
        assert {row["currency"].upper() for row in page["data"]} <= {firm.currency}
        return [
            (row["created"], row["billing_reason"], row["total"], row["status"] == "paid")
            for row in page["data"][::-1]
            if row["status"] != "void"
        ]

    def ours(self, firm: Firm) -> list[tuple[int, str, int, bool]]:
        """The invoices as they are mirrored."""
        with use_control():
            rows = Invoice.objects.filter(account__tenant_id=firm.company.id).exclude(status="void")
            return [
                (int(row.created_at.timestamp()), row.reason, row.total, row.status == "paid")
                for row in rows.order_by("created_at", "pk")
            ]


def begin_on_new_years_day(world: World) -> None:
    """So that the calendar of a run does not depend on the day on which it runs."""
    year = datetime.now(UTC).year + 1
    world.advance(to=int(datetime(year, 1, 1, 8, tzinfo=UTC).timestamp()))


def test_a_year_of_fifty_companies_adds_up_to_the_cent(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_on_new_years_day(cloud.world)
    # Once a week instead of every night: the comparison asks for everything there is.
    monkeypatch.setattr(biller, "NIGHT", timedelta(days=7))
    year = Year(cloud, random.Random(SEED))
    year.run()
    sums = year.settle_accounts()
    with capsys.disabled():
        print(f"\nseed {SEED}: {year.steps} steps, {dict(year.did)}, {dict(sums)}")
    with use_control():
        assert not [row.differences for row in DriftReport.objects.all() if row.differences]
        assert not BillingAccount.objects.exclude(needs_attention="").exists()
