"""Schedules: fewer seats, another plan, another interval, at the second at which a period ends."""

from __future__ import annotations

import pytest
import stripe


def planned(world, subscription, *, price, seats, **more):
    """The current phase and one after it, as the product plans a change at renewal."""
    v1 = world.api.v1
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    current = schedule.phases[0]
    first = {
        "items": [{"price": i.price, "quantity": i.quantity} for i in current["items"]],
        "start_date": current.start_date,
        "end_date": current.end_date,
    }
    second = {"items": [{"price": price, "quantity": seats}], "proration_behavior": "none"}
    return v1.subscription_schedules.update(
        schedule.id, {"phases": [first, second | more], "end_behavior": "release"}
    )


def invoices(world, customer):
    found = world.api.v1.invoices.list({"customer": customer, "limit": 100}).data
    return [(i.billing_reason, i.amount_due, i.status) for i in reversed(found)]


def test_fewer_seats_begin_with_the_next_period_and_give_nothing_back(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 5)
    end = made["items"].data[0].current_period_end
    schedule = planned(stripe_world, made, price=stripe_world.month, seats=3)
    read = stripe_world.api.v1.subscriptions.retrieve
    assert read(made.id).schedule == schedule.id
    assert schedule.phases[1].start_date == end
    stripe_world.advance(to=end - 1)
    assert read(made.id)["items"].data[0].quantity == 5
    stripe_world.advance(seconds=4000)
    now = read(made.id)
    assert now["items"].data[0].quantity == 3
    assert now["items"].data[0].id == made["items"].data[0].id
    assert invoices(stripe_world, customer) == [
        ("subscription_create", 6000, "paid"),
        ("subscription_cycle", 3600, "paid"),
    ]
    stripe_world.advance(to=schedule.phases[1].end_date)
    ended = stripe_world.api.v1.subscription_schedules.retrieve(schedule.id)
    assert (ended.status, ended.released_subscription) == ("released", made.id)
    assert read(made.id).schedule is None
    assert read(made.id)["items"].data[0].quantity == 3


def test_a_year_becomes_months_when_it_is_over(stripe_world):
    customer = stripe_world.customer()
    made = stripe_world.subscribe(customer, 2, stripe_world.year)
    end = made["items"].data[0].current_period_end
    planned(stripe_world, made, price=stripe_world.month, seats=2)
    stripe_world.advance(to=end + 4000)
    item = stripe_world.api.v1.subscriptions.retrieve(made.id)["items"].data[0]
    assert (item.price.id, item.current_period_start) == (stripe_world.month, end)
    assert 28 * 86400 <= item.current_period_end - end <= 31 * 86400
    assert invoices(stripe_world, customer)[1] == ("subscription_cycle", 2400, "paid")


def test_a_released_schedule_changes_nothing(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 5)
    schedule = planned(stripe_world, made, price=stripe_world.month, seats=3)
    item = {"items": [{"id": made["items"].data[0].id, "quantity": 9}]}
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        stripe_world.api.v1.subscriptions.update(made.id, item)
    stripe_world.api.v1.subscription_schedules.release(schedule.id)
    stripe_world.advance(days=32)
    after = stripe_world.api.v1.subscriptions.retrieve(made.id)
    assert (after.schedule, after["items"].data[0].quantity) == (None, 5)
    with pytest.raises(stripe.InvalidRequestError, match="released"):
        stripe_world.api.v1.subscription_schedules.release(schedule.id)


def test_a_schedule_is_of_one_currency_and_its_phases_follow_each_other(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 5)
    product = stripe_world.api.v1.prices.retrieve(stripe_world.month).product
    dollars = stripe_world.api.v1.prices.create(
        {
            "currency": "usd",
            "product": product,
            "unit_amount": 900,
            "recurring": {"interval": "month"},
        }
    )
    with pytest.raises(stripe.InvalidRequestError, match="currency"):
        planned(stripe_world, made, price=dollars.id, seats=1)
    schedule = stripe_world.api.v1.subscriptions.retrieve(made.id).schedule
    late = {"items": [{"price": stripe_world.month, "quantity": 1}], "start_date": made.created + 9}
    with pytest.raises(stripe.InvalidRequestError, match="follow each other"):
        stripe_world.api.v1.subscription_schedules.update(schedule, {"phases": [late]})
    with pytest.raises(stripe.InvalidRequestError, match="already has a schedule"):
        stripe_world.api.v1.subscription_schedules.create({"from_subscription": made.id})


def test_a_cancelled_subscription_takes_its_schedule_along(stripe_world):
    made = stripe_world.subscribe(stripe_world.customer(), 5)
    schedule = planned(stripe_world, made, price=stripe_world.month, seats=3)
    stripe_world.api.v1.subscriptions.cancel(made.id)
    found = stripe_world.api.v1.subscription_schedules.retrieve(schedule.id)
    assert found.status == "canceled"
