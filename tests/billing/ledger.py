"""What companies owe by Stripe's rules, worked out once more: fractions and a calendar of its own.

Written from docs/billing-simulator.md and Stripe's documentation; nothing of the simulator and
nothing of the product is imported, prices included, so that neither can hide behind itself.

The rule: a period is paid in advance. A change in the middle of one gives back the unused part of
what was paid and charges the remaining part of what is new, second by second, each rounded half
up to the minor unit. Another interval gives back the unused part and begins a whole new period.
What is planned holds from the renewal on. The invoice of a renewal is a draft for one hour; then
the card is asked, and when it is refused, again after 3, 5, 7 and 7 days. After the last refusal
the subscription ends.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

MINUTE, HOUR, DAY = 60, 3600, 86400
TRIAL, GRACE, KEPT = 14 * DAY, 14 * DAY, 30 * DAY
#: Days after the first refusal at which the card is asked again.
RETRIES = (3, 8, 15, 22)
FREE_SEATS = 3
#: Whole units of EUR, USD, CNY for one seat.
PRICES = {
    ("team", "month"): (15, 16, 98),
    ("team", "year"): (144, 156, 948),
    ("business", "month"): (35, 38, 238),
    ("business", "year"): (336, 360, 2280),
}
PLACE = {"EUR": 0, "USD": 1, "CNY": 2}
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Terms:
    """What is bought."""

    plan: str
    interval: str
    seats: int


def cost(terms: Terms, currency: str) -> int:
    """Minor units of one whole period."""
    return PRICES[terms.plan, terms.interval][PLACE[currency]] * 100 * terms.seats


def rounded(value: Fraction) -> int:
    """Half up."""
    return (value + Fraction(1, 2)).__floor__()


def months_on(moment: int, months: int) -> int:
    """So many months later; of the 31st, the last day of a shorter month."""
    at = datetime.fromtimestamp(moment, UTC)
    year, month = at.year + (at.month - 1 + months) // 12, (at.month - 1 + months) % 12 + 1
    leap = month == 2 and ((year % 4 == 0 and year % 100 != 0) or year % 400 == 0)
    day = min(at.day, LENGTHS[month - 1] + leap)
    return int(at.replace(year=year, month=month, day=day).timestamp())


@dataclass
class Bill:
    """One invoice."""

    at: int
    reason: str
    amount: int
    is_paid: bool = True


@dataclass
class Deal:
    """One subscription from its first second on."""

    currency: str
    terms: Terms
    anchor: int
    periods: int = 1
    start: int = 0
    planned: Terms | None = None
    is_cancelled: bool = False
    ended: int | None = None

    @property
    def end(self) -> int:
        """When the running period ends."""
        months = 12 if self.terms.interval == "year" else 1
        return months_on(self.anchor, months * self.periods)

    def share(self, terms: Terms, at: int) -> int:
        """What the rest of the running period costs."""
        part = Fraction(self.end - at, self.end - self.start)
        return rounded(cost(terms, self.currency) * part)


@dataclass
class Ledger:
    """All that one company decides, and what follows for its money and its rights."""

    trial_end: int
    used: int
    deal: Deal | None = None
    bills: list[Bill] = field(default_factory=list)
    card_works: bool = True
    #: When the card was refused first for the open invoice, and when it will be paid.
    owed_since: int | None = None
    paid_at: int | None = None
    is_free: bool = False

    # --- what is decided -----------------------------------------------------------------------
    def buy(self, at: int, terms: Terms, currency: str) -> None:
        """A first subscription, or another after the end of one."""
        self.deal = Deal(currency, terms, at, start=at)
        self.is_free, self.card_works = False, True
        self._bill(at, "subscription_create", cost(terms, currency))

    def price_of_change(self, at: int, terms: Terms) -> int:
        """What changing now costs."""
        deal = self.running
        back = deal.share(deal.terms, at)
        if terms.interval != deal.terms.interval:
            return cost(terms, deal.currency) - back
        return deal.share(terms, at) - back

    def change(self, at: int, terms: Terms, *, billed: int) -> None:
        """Change now; the invoice was made at ``billed``."""
        deal = self.running
        self._bill(billed, "subscription_update", self.price_of_change(at, terms))
        if terms.interval != deal.terms.interval:
            deal.anchor = deal.start = billed
            deal.periods = 1
        deal.terms = terms

    def pay(self, at: int) -> None:
        """The open invoice is paid by hand."""
        self.card_works, self.paid_at = True, at

    def mend(self, at: int) -> None:
        """The card works again; the next attempt finds it so."""
        self.card_works = True
        if self.owed_since is not None:
            tries = [self.owed_since + days * DAY for days in RETRIES]
            self.paid_at = min(moment for moment in tries if moment > at)

    # --- what follows --------------------------------------------------------------------------
    @property
    def running(self) -> Deal:
        """The subscription that goes on."""
        assert self.deal is not None
        assert self.deal.ended is None
        return self.deal

    @property
    def is_live(self) -> bool:
        """Whether there is one."""
        return self.deal is not None and self.deal.ended is None

    def go_to(self, now: int) -> None:
        """Everything that falls due by then happens in its order."""
        while (moment := self._next()) is not None and moment <= now:
            self._happen(moment)
        if not self.is_live and self.deal is None and now >= self.trial_end:
            self.is_free = self.used <= FREE_SEATS

    def _next(self) -> int | None:
        if not self.is_live:
            return None
        moments = [self.running.end, self._asks(), self.paid_at, self._gives_up()]
        return min(moment for moment in moments if moment is not None)

    def _asks(self) -> int | None:
        """When the draft of a renewal is asked for with a card that is refused."""
        last = self.bills[-1]
        is_waiting = last.reason == "subscription_cycle" and not last.is_paid
        return last.at + HOUR if is_waiting and self.owed_since is None else None

    def _gives_up(self) -> int | None:
        return None if self.owed_since is None else self.owed_since + RETRIES[-1] * DAY

    def _happen(self, moment: int) -> None:
        if moment == self.paid_at:
            self.bills[-1].is_paid, self.owed_since, self.paid_at = True, None, None
        elif moment == self._gives_up():
            self.running.ended, self.owed_since = moment, None
        elif moment == self._asks():
            self.bills[-1].is_paid = self.card_works
            self.owed_since = None if self.card_works else moment
        else:
            self._renew()

    def _renew(self) -> None:
        deal = self.running
        end = deal.end
        if deal.is_cancelled:
            deal.ended = end
            return
        then = deal.planned or deal.terms
        if then.interval != deal.terms.interval:
            deal.anchor, deal.periods = end, 0
        deal.terms, deal.planned, deal.start = then, None, end
        deal.periods += 1
        self._bill(end, "subscription_cycle", cost(then, deal.currency), is_paid=False)

    def _bill(self, at: int, reason: str, amount: int, *, is_paid: bool = True) -> None:
        self.bills.append(Bill(at, reason, amount, is_paid))

    # --- how it stands -------------------------------------------------------------------------
    def state(self, now: int) -> str:
        """What the company may do at that moment."""
        if self.is_live:
            if self.owed_since is None:
                return "active"
            return "grace" if now < self.owed_since + GRACE else "restricted"
        if now < self.trial_end:
            return "trial"
        if self.is_free:
            return "active"
        ended = self.deal.ended if self.deal else None
        return "restricted" if now < max(self.trial_end, ended or 0) + KEPT else "closed"

    def seats(self) -> int | None:
        """For how many people; what is planned binds already. None is no limit."""
        if not self.is_live:
            return FREE_SEATS if self.is_free else None
        deal = self.running
        return min(deal.terms.seats, deal.planned.seats if deal.planned else deal.terms.seats)

    def edges(self) -> list[int]:
        """Moments at which the company's standing changes without anybody acting."""
        found = [self.trial_end]
        if self.owed_since is not None:
            found.append(self.owed_since + GRACE)
        if not self.is_live:
            ended = self.deal.ended if self.deal else None
            found.append(max(self.trial_end, ended or 0) + KEPT)
        return found

    def sums(self) -> Counter[str]:
        """What was asked for and what was paid."""
        found = Counter[str]()
        for bill in self.bills:
            found["asked"] += bill.amount
            found["paid"] += bill.amount if bill.is_paid else 0
        return found
