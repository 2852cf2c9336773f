"""What begins at the renewal, and what ends there."""

from __future__ import annotations

import pytest

from billing import buying
from billing.models import Entry
from billing.push import tell
from billing.standing import AFTER_END
from tenants.context import use_tenant
from tests.billing.conftest import OLGA
from tests.billing.test_buying import refused


def renew(shop) -> None:
    """Let the running period end, and hear of it."""
    shop.world.advance(to=int(shop.live.period_end.timestamp()) + 7200)
    shop.sync()


def lower(shop, **wanted):
    """Plan less for the renewal."""
    return shop.work(buying.plan_change(shop.ref.id, by=OLGA, **wanted))


def test_fewer_seats_bind_invitations_at_once_and_the_bill_at_the_renewal(shop) -> None:
    """Failure 26: nobody sits on a seat that ends."""
    shop.subscribe(seats=9)
    made = buying.plan_change(shop.ref.id, seats=6, by=OLGA)
    assert shop.limits().seats == 6, "before the provider has heard of it"
    shop.push()
    assert shop.limits().seats == 6
    assert shop.work(made).state == "done"
    row = shop.live
    assert (row.seats, row.then_seats, row.then_plan) == (9, 6, "team")
    assert row.then_at == row.period_end
    shop.push()
    assert shop.limits().seats == 6
    renew(shop)
    row = shop.live
    assert (row.seats, row.then_seats, row.then_at) == (6, None, None)
    assert shop.invoices()[0].total == 6 * 1500
    assert len(shop.invoices()) == 2, "nothing was divided"


def test_seats_are_never_planned_below_who_sits_on_them(shop) -> None:
    """Failure 12: five people work at acme."""
    shop.subscribe(seats=9)
    shop.push()
    with refused("below_used"):
        buying.plan_change(shop.ref.id, seats=4, by=OLGA)
    assert shop.limits().seats == 9, "nothing is half done"
    assert buying.overview(shop.ref.id).commands == []


def test_nobody_is_invited_into_a_seat_that_ends(shop, alice) -> None:
    """Failure 26: the limit counts from the moment of planning."""
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from app.access.seats import take_seats

    shop.subscribe(seats=9)
    lower(shop, seats=5)
    with use_tenant(shop.ref), pytest.raises(ValidationError), transaction.atomic("default"):
        take_seats()


def test_a_refused_plan_gives_the_seats_back(shop) -> None:
    shop.subscribe(seats=9)
    shop.push()
    made = buying.plan_change(shop.ref.id, seats=6, by=OLGA)
    item = shop.subscription()["items"].data[0].id
    changed = {"items": [{"id": item, "quantity": 8}], "proration_behavior": "none"}
    shop.world.api.v1.subscriptions.update(shop.live.stripe_id, changed)
    assert shop.limits().seats == 6
    assert shop.work(made).state == "refused"
    assert "changed" in buying.why(made)
    shop.sync()
    shop.push()
    assert shop.limits().seats == 8


def test_a_smaller_plan_and_a_shorter_period_begin_at_the_renewal(shop) -> None:
    shop.subscribe(seats=6, plan="business", interval="year")
    with refused("not_more"):
        shop.preview(plan="team", interval="month")
    assert lower(shop, plan="team", interval="month").state == "done"
    row = shop.live
    assert (row.plan, row.interval) == ("business", "year")
    assert (row.then_plan, row.then_interval, row.then_seats) == ("team", "month", 6)
    renew(shop)
    row = shop.live
    assert (row.plan, row.interval, row.seats) == ("team", "month", 6)
    assert shop.invoices()[0].total == 6 * 1500


def test_while_something_is_planned_nothing_is_bought_until_it_is_dropped(shop) -> None:
    shop.subscribe(seats=9)
    lower(shop, seats=6)
    with refused("planned_first"):
        shop.preview(seats=10)
    with refused("planned_first"):
        buying.plan_change(shop.ref.id, seats=7, by=OLGA)
    assert shop.work(buying.keep(shop.ref.id, by=OLGA)).state == "done"
    row = shop.live
    assert (row.seats, row.then_seats, row.schedule) == (9, None, "")
    shop.push()
    assert shop.limits().seats == 9
    with refused("no_plan_change"):
        buying.keep(shop.ref.id, by=OLGA)
    assert shop.buy(seats=10).state == "done"


def test_after_a_planned_change_has_begun_more_is_bought_as_ever(shop) -> None:
    """The schedule still holds the subscription in its second phase; it is let go first."""
    shop.subscribe(seats=9)
    lower(shop, seats=6)
    renew(shop)
    assert shop.buy(seats=7).state == "done"
    assert lower(shop, seats=6).state == "done"
    assert shop.work(buying.cancel(shop.ref.id, reason="", by=OLGA)).state == "done"


def test_who_cancels_stays_until_the_end_and_may_come_back(shop) -> None:
    shop.subscribe(seats=6)
    end = shop.live.period_end
    assert shop.work(buying.cancel(shop.ref.id, reason="too dear", by=OLGA)).state == "done"
    assert (shop.live.cancel_at, shop.live.status) == (end, "active")
    with refused("already_ending"):
        buying.cancel(shop.ref.id, reason="", by=OLGA)
    with refused("ending_first"):
        shop.preview(seats=7)
    assert shop.work(buying.resume(shop.ref.id, by=OLGA)).state == "done"
    assert shop.live.cancel_at is None
    with refused("not_ending"):
        buying.resume(shop.ref.id, by=OLGA)
    assert shop.subscription().cancellation_details.comment in (None, "too dear")


def test_a_cancellation_drops_what_was_planned(shop) -> None:
    shop.subscribe(seats=9)
    lower(shop, seats=6)
    assert shop.work(buying.cancel(shop.ref.id, reason="", by=OLGA)).state == "done"
    assert (shop.live.then_seats, shop.live.cancel_at) == (None, shop.live.period_end)


def test_who_has_left_comes_back_by_a_new_purchase_and_keeps_his_history(shop) -> None:
    """Failures 17 and 18: the old subscription's end takes nothing from the new one."""
    old = shop.subscribe(seats=6)
    shop.work(buying.cancel(shop.ref.id, reason="", by=OLGA))
    shop.world.advance(to=int(old.period_end.timestamp()) + 60)
    shop.sync()
    now = buying.overview(shop.ref.id)
    assert (now.subscription.status, now.standing.state) == ("canceled", "restricted")
    assert now.standing.until - now.subscription.ended_at == AFTER_END
    with refused("no_subscription"):
        buying.resume(shop.ref.id, by=OLGA)
    new = shop.subscribe(seats=7)
    assert new.stripe_id != old.stripe_id
    assert shop.account.subscriptions.count() == 2
    shop.sync()
    assert (shop.live.stripe_id, buying.overview(shop.ref.id).standing.seats) == (new.stripe_id, 7)
    assert len(buying.invoices(shop.ref.id)) == 2


def test_free_is_chosen_only_by_few_and_only_without_a_subscription(shop) -> None:
    with refused("still_trial"):
        buying.choose_free(shop.ref.id, used=2, by=OLGA)
    shop.subscribe(seats=6)
    with refused("has_subscription"):
        buying.choose_free(shop.ref.id, used=2, by=OLGA)
    shop.world.advance(days=15)
    shop.work(buying.cancel(shop.ref.id, reason="", by=OLGA))
    shop.world.advance(to=int(shop.live.period_end.timestamp()) + 60)
    shop.sync()
    with refused("not_free"):
        buying.choose_free(shop.ref.id, used=2, by=OLGA)  # it counts itself: there are five
    let_go(shop, keep=3)
    buying.choose_free(shop.ref.id, used=3, by=OLGA)
    limits = shop.limits()
    assert (limits.state, limits.plan, limits.seats) == ("active", "free", 3)
    assert Entry.objects.filter(what="free.began", by="Olga Owner").count() == 1


def let_go(shop, *, keep: int) -> None:
    """Deactivate people until so many are left."""
    from app.access.models import User

    with use_tenant(shop.ref):
        leaving = list(User.objects.order_by("pk").values_list("pk", flat=True))[keep:]
        User.objects.filter(pk__in=leaving).update(is_active=False)


def test_who_pays_again_is_not_free_any_more(shop) -> None:
    let_go(shop, keep=3)
    shop.world.advance(days=15)
    tell(shop.account, shop.ref)
    assert shop.account.free_since is not None
    shop.subscribe(seats=6)
    assert shop.account.free_since is None
    assert Entry.objects.filter(what="free.ended").count() == 1
