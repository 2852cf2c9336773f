"""Whatever becomes of the messages, and whenever they come, we end with the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import commands, sync
from billing.errors import Refused
from billing.models import Entry, Event
from billing.reading import Fetched
from tenants.context import use_control
from tests.billing.dealings import (
    USED,
    Cloud,
    Company,
    forget,
    mirrored,
    whole,
)

Told = dict[str, Any]


def few(number: int) -> settings:
    """So many examples, the same in every run."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def open_invoices(cloud: Cloud, company: Company) -> list[str]:
    """What the company owes, the oldest first."""
    path = f"/v1/invoices?customer={company.customer}&status=open&limit=100"
    return [row["id"] for row in cloud.ask(path)["data"]][::-1]


def pay_all(cloud: Cloud, company: Company) -> None:
    """The card works again, and what is owed is paid."""
    cloud.world.card(company.customer, "ok")
    for key in open_invoices(cloud, company):
        cloud.world.api.v1.invoices.pay(key)


def a_long_life(cloud: Cloud, company: Company) -> None:
    """Bought, grown, shrunk at the renewal, owed and paid, cancelled, come back."""
    cloud.subscribe(company, seats=5)
    cloud.catch_up()
    cloud.world.advance(days=10)
    cloud.do(company.buy(company.preview(seats=8).signed))
    cloud.do(company.plan(seats=6))
    cloud.world.advance(days=25)
    cloud.catch_up()
    cloud.do(company.buy(company.preview(plan="business").signed))
    cloud.world.card(company.customer, "generic_decline")
    cloud.world.advance(days=33)
    cloud.catch_up()
    pay_all(cloud, company)
    cloud.catch_up()
    cloud.do(company.cancel())
    cloud.world.advance(days=32)
    cloud.catch_up()
    cloud.subscribe(company, seats=7, interval="year")


def about(company: Company, events: list[Told]) -> list[Told]:
    """Those that name the company."""
    return [event for event in events if company.customer in str(event["data"]["object"])]


@dataclass
class Post:
    """How the messages arrive: in this order, some twice, some never, with looks in between."""

    order: Sequence[int]
    twice: frozenset[int]
    lost: frozenset[int]
    looks: frozenset[int]

    def bring(self, cloud: Cloud, events: Sequence[Told]) -> None:
        """Deliver them so."""
        for place, index in enumerate(self.order):
            if index not in self.lost:
                cloud.deliver([events[index]] * (2 if index in self.twice else 1))
            if place in self.looks:
                cloud.look()


@st.composite
def posts(draw: Any, size: int) -> Post:
    """Any fate of so many messages."""
    some = st.frozensets(st.integers(0, max(size - 1, 0)), max_size=size)
    looks = st.frozensets(st.integers(0, max(size - 1, 0)), max_size=4)
    return Post(draw(st.permutations(range(size))), draw(some), draw(some), draw(looks))


def test_events_in_any_order_twice_or_never_end_in_the_same_rows(cloud: Cloud) -> None:
    company = cloud.open(used=4)
    a_long_life(cloud, company)
    cloud.catch_up()
    events = about(company, cloud.seen)
    forget(company)
    cloud.deliver(events)
    cloud.work()
    expected, standing = mirrored(company), company.told
    assert len(expected["Subscription"]) == 2, "the history is shorter than it should be"
    assert len(events) > 50

    @few(12)
    @given(post=posts(len(events)))
    def in_any_order(post: Post) -> None:
        forget(company)
        post.bring(cloud, events)
        cloud.reconcile()
        assert mirrored(company) == expected
        assert company.told == standing
        with use_control():
            assert not Event.objects.filter(state=Event.State.NEW).exists()

    in_any_order()


def test_the_events_of_one_company_move_nothing_of_another(cloud: Cloud) -> None:
    ours, theirs = cloud.open(used=4), cloud.open(used=2)
    cloud.subscribe(theirs, seats=3, plan="business", currency="USD")
    cloud.catch_up()
    a_long_life(cloud, ours)
    cloud.catch_up()
    events = about(ours, cloud.seen)
    assert 50 < len(events) < len(cloud.seen)
    # The other company changes meanwhile, and we have not heard of it: any look would show.
    live = theirs.live()
    assert live
    cloud.world.api.v1.subscriptions.update(live.stripe_id, {"metadata": {"note": "x"}})
    cloud.world.card(theirs.customer, "generic_decline")
    cloud.world.advance(days=40)
    before = whole(theirs)

    @few(8)
    @given(post=posts(len(events)))
    def in_any_order(post: Post) -> None:
        forget(ours)
        post.bring(cloud, events)
        cloud.look()
        assert whole(theirs) == before

    in_any_order()
    cloud.reconcile()
    assert whole(theirs) != before, "there was nothing that a look could have shown"


def test_an_answer_that_comes_late_never_replaces_a_later_one(cloud: Cloud) -> None:
    company = cloud.open(used=4)
    answers: list[Fetched] = []
    look = cloud.work

    def ask() -> None:
        look()
        with use_control():
            answers.append(sync.fetch(company.customer))

    cloud.work = ask  # type: ignore[method-assign]
    a_long_life(cloud, company)
    ask()
    forget(company)
    with use_control():
        assert sync.mirror(company.account.pk, answers[-1], by="a test")
    expected = mirrored(company)

    @few(25)
    @given(order=st.lists(st.integers(0, len(answers) - 1), max_size=12))
    def in_any_order(order: list[int]) -> None:
        forget(company)
        newest = -1
        for index in [*order, len(answers) - 1, *order]:
            with use_control():
                taken = sync.mirror(company.account.pk, answers[index], by="a test")
            assert taken == (index >= newest), "an older answer was taken, or a newer one refused"
            newest = max(newest, index)
        assert mirrored(company) == expected

    in_any_order()


# --- a history with messages between its steps ---------------------------------------------------
FATES = ("told", "told", "mixed", "late", "lost")


@dataclass
class Life:
    """A company to which things happen; whoever does not fit its state is refused, as on a page."""

    cloud: Cloud
    company: Company
    late: list[Told] = field(default_factory=list)

    def step(self, what: str, number: int) -> None:
        """One thing happens."""
        try:
            getattr(self, what)(number)
        except Refused:
            return
        with use_control():
            while commands.run_next():
                pass

    def buys(self, number: int) -> None:
        """On the provider's page."""
        self.cloud.subscribe(self.company, seats=4 + number, interval=("month", "year")[number % 2])

    def grows(self, number: int) -> None:
        """More seats, at once."""
        live = self.company.live()
        more = (live.seats if live else 4) + number
        self.company.buy(self.company.preview(seats=more).signed)

    def shrinks(self, number: int) -> None:
        """Fewer seats from the renewal on."""
        self.company.plan(seats=4 + number)

    def keeps(self, _number: int) -> None:
        """It thinks better of it."""
        self.company.keep()

    def cancels(self, _number: int) -> None:
        """It ends with what is paid."""
        self.company.cancel()

    def resumes(self, _number: int) -> None:
        """It goes on after all."""
        self.company.resume()

    def owes(self, _number: int) -> None:
        """Its card is refused from now on."""
        if self.company.customer:
            self.cloud.world.card(self.company.customer, "generic_decline")

    def pays(self, _number: int) -> None:
        """Its card works, and what is owed is paid."""
        if self.company.customer:
            pay_all(self.cloud, self.company)

    def waits(self, number: int) -> None:
        """Time goes on."""
        self.cloud.world.advance(days=(3, 15, 32)[number % 3])

    def hears(self, fate: str, chance: Any) -> None:
        """What becomes of the messages of that step."""
        fresh = self.cloud.events()
        if fate == "late":
            self.late += fresh
        elif fate == "mixed":
            mixed = [*fresh, *self.late, *fresh]
            chance.shuffle(mixed)
            self.cloud.deliver(mixed)
            self.late = []
        elif fate == "told":
            self.cloud.deliver(fresh)


WHATS = ("buys", "grows", "shrinks", "keeps", "cancels", "resumes", "owes", "pays", "waits")
STEPS = st.lists(
    st.tuples(
        st.sampled_from((*WHATS, "waits", "grows")),
        st.integers(1, 3),
        st.sampled_from(FATES),
        st.booleans(),
    ),
    min_size=4,
    max_size=10,
)


@few(12)
@given(steps=STEPS, chance=st.randoms(use_true_random=False))
def live_through(life_of: Any, steps: Any, chance: Any) -> None:
    """One life, however it is told; at the end the same as told in order."""
    life = life_of()
    cloud, company = life.cloud, life.company
    life.step("buys", 1)
    for what, number, fate, works in steps:
        life.step(what, number)
        life.hears(fate, chance)
        if works:
            cloud.work()
    cloud.deliver(life.late)
    cloud.reconcile()
    found, told = mirrored(company), company.told
    assert found["Subscription"], "nothing was ever bought"
    _check_trail(company)
    forget(company)
    cloud.deliver(about(company, cloud.seen))
    cloud.work()
    assert (mirrored(company), company.told) == (found, told)
    _rest(cloud, company)


def _check_trail(company: Company) -> None:
    """Each entry of the audit begins where the one before it ended."""
    with use_control():
        rows = Entry.objects.filter(account__tenant_id=company.id, what__startswith="subscription.")
        trail = list(rows.order_by("pk"))
    last: dict[str, Any] = {}
    for entry in trail:
        assert entry.what not in last or last[entry.what] == entry.before
        last[entry.what] = entry.after


def _rest(cloud: Cloud, company: Company) -> None:
    """Its subscription ends, so that the next example has the time for itself."""
    live = company.live()
    if live:
        cloud.world.api.v1.subscriptions.cancel(live.stripe_id)
    cloud.catch_up()


def test_a_life_told_badly_ends_as_one_told_in_order(cloud: Cloud) -> None:
    def life_of() -> Life:
        company = cloud.open(used=4)
        USED[company.id] = 4
        return Life(cloud, company)

    live_through(life_of)
