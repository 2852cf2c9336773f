"""Monthly recurring revenue is a pure function, exact to half a minor unit for each currency."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.revenue import monthly


@dataclass(frozen=True)
class Sold:
    status: str = "active"
    interval: str = "month"
    currency: str = "EUR"
    unit_amount: int = 1500
    seats: int = 5


def test_months_count_as_they_are_and_years_a_twelfth():
    assert monthly([Sold(), Sold(interval="year", unit_amount=14400, seats=1)]) == {"EUR": 8700}


def test_currencies_stay_apart():
    assert monthly([Sold(), Sold(currency="CNY", unit_amount=9800, seats=1)]) == {
        "CNY": 9800,
        "EUR": 7500,
    }


def test_what_is_not_owed_does_not_count():
    for status in ("trialing", "canceled", "unpaid", "incomplete", "incomplete_expired", "paused"):
        assert monthly([Sold(status=status)]) == {}
    assert monthly([Sold(status="past_due")]) == {"EUR": 7500}


def test_halves_are_rounded_up_once_for_all():
    year = Sold(interval="year", unit_amount=6, seats=1)
    assert monthly([year]) == {"EUR": 1}
    assert monthly([year] * 4) == {"EUR": 2}


@given(
    st.lists(
        st.builds(
            Sold,
            interval=st.sampled_from(["month", "year"]),
            unit_amount=st.integers(1, 10**7),
            seats=st.integers(1, 10**4),
        ),
        max_size=50,
    )
)
def test_the_sum_is_never_off_by_more_than_half_a_minor_unit(rows):
    exact = sum(
        (Fraction(one.unit_amount * one.seats, 1 if one.interval == "month" else 12))
        for one in rows
    )
    told = monthly(rows).get("EUR", 0)
    assert isinstance(told, int)
    assert abs(told - exact) <= Fraction(1, 2)
