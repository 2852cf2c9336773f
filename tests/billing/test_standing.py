"""How a company stands, at every boundary of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing.standing import (
    AFTER_END,
    GRACE,
    Cause,
    Given,
    Mirror,
    Paid,
    State,
    changes_at,
    standing,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
OVER = Mirror(trial_ends_at=NOW - DAY)
PAID = Paid(status="active", plan="team", seats=5, period_end=NOW + 20 * DAY)


def told(mirror: Mirror, at: datetime = NOW) -> tuple[str, str, int | None, str]:
    """What the workspace is told, in short."""
    now = standing(mirror, at)
    return now.state.value, now.plan, now.seats, now.cause.value


def test_a_trial_has_everything_and_no_limit_of_seats_until_its_last_second() -> None:
    mirror = Mirror(trial_ends_at=NOW)
    assert told(mirror, NOW - SECOND) == ("trial", "business", None, "trial")
    assert changes_at(mirror, NOW - SECOND) == NOW
    assert told(mirror, NOW) == ("restricted", "business", None, "trial_over")


def test_a_trial_that_became_free_goes_on_with_three_seats() -> None:
    assert told(replace(OVER, is_free=True)) == ("active", "free", 3, "free")


def test_who_lets_the_trial_lapse_is_closed_a_month_later() -> None:
    end = OVER.trial_ends_at + AFTER_END
    assert told(OVER, end - SECOND)[0] == "restricted"
    assert told(OVER, end)[0] == "closed"


def test_paid_seats_count() -> None:
    assert told(replace(OVER, paid=PAID)) == ("active", "team", 5, "paid")


def test_nobody_is_invited_into_a_seat_that_ends_at_the_renewal() -> None:
    assert told(replace(OVER, paid=replace(PAID, seats_then=3)))[2] == 3
    assert told(replace(OVER, paid=replace(PAID, seats_then=9)))[2] == 5


def test_a_failed_payment_gives_fourteen_days_from_the_first_failure() -> None:
    late = replace(PAID, status="past_due", past_due_since=NOW)
    mirror = replace(OVER, paid=late)
    assert told(mirror, NOW + GRACE - SECOND) == ("grace", "team", 5, "payment_failed")
    assert changes_at(mirror, NOW) == NOW + GRACE
    assert told(mirror, NOW + GRACE) == ("restricted", "team", 5, "unpaid")


def test_nobody_is_locked_out_while_nobody_knows_since_when_it_is_due() -> None:
    late = replace(PAID, status="past_due")
    assert told(replace(OVER, paid=late), NOW + 99 * DAY)[0] == "grace"


@pytest.mark.parametrize("status", ["unpaid", "paused"])
def test_unpaid_and_paused_may_read(status: str) -> None:
    assert told(replace(OVER, paid=replace(PAID, status=status)))[0] == "restricted"


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired"])
def test_a_first_payment_that_never_came_is_no_subscription(status: str) -> None:
    never = replace(PAID, status=status)
    assert told(Mirror(trial_ends_at=NOW + DAY, paid=never))[0] == "trial"
    assert told(replace(OVER, is_free=True, paid=never))[:2] == ("active", "free")


def test_what_was_cancelled_ends_at_its_moment_even_when_nobody_tells_us() -> None:
    mirror = replace(OVER, paid=replace(PAID, cancel_at=NOW))
    assert told(mirror, NOW - SECOND)[0] == "active"
    assert changes_at(mirror, NOW - SECOND) == NOW
    assert told(mirror, NOW) == ("restricted", "team", None, "ended")
    assert told(mirror, NOW + AFTER_END)[0] == "closed"


def test_what_ended_during_the_trial_leaves_the_trial() -> None:
    ended = replace(PAID, status="canceled", ended_at=NOW - SECOND)
    assert told(Mirror(trial_ends_at=NOW + DAY, paid=ended))[0] == "trial"


def test_a_gift_holds_until_its_day() -> None:
    mirror = replace(OVER, given=Given("enterprise", 1000, NOW))
    assert told(mirror, NOW - SECOND) == ("active", "enterprise", 1000, "comp")
    assert told(mirror, NOW)[0] == "restricted"
    assert told(replace(OVER, given=Given("team", None, None)), NOW + 999 * DAY)[0] == "active"


@pytest.mark.parametrize(
    ("suspension", "state", "cause"),
    [("abuse", State.SUSPENDED, Cause.ABUSE), ("debt", State.RESTRICTED, Cause.DEBT)],
)
def test_an_operators_stop_wins_over_money(suspension: str, state: State, cause: Cause) -> None:
    mirror = replace(OVER, paid=PAID, given=Given("team", 9, None), suspension=suspension)
    assert told(mirror)[0] == state.value
    assert told(mirror)[3] == cause.value


def test_the_operators_stand_outside_of_money_and_the_removed_outside_of_all() -> None:
    assert told(replace(OVER, is_operator=True))[:3] == ("active", "enterprise", None)
    assert told(replace(OVER, is_operator=True, is_removed=True))[0] == "closed"
