"""What must hold before something is wanted of the provider. From the mirror; no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.catalogue import BY_SLUG, CURRENCIES, Interval
from billing.errors import Refused
from billing.kinds import CHANGES, Terms
from billing.models import BillingAccount, Command, Invoice, Subscription
from billing.reading import NEVER_PAID, NOT_LIVE


def live_row(account: BillingAccount) -> Subscription:
    """The subscription that counts; Refused when there is none."""
    row = Subscription.objects.filter(account=account, is_current=True).first()
    if row is None or row.status in NOT_LIVE:
        raise Refused("no_subscription")
    return row


def check_sold(plan: str, interval: str, currency: str) -> None:
    """Refuse what no price is made for."""
    known = plan in BY_SLUG and interval in Interval.values and currency in CURRENCIES
    if not known or (Interval(interval), currency) not in BY_SLUG[plan].prices:
        raise Refused("not_sold")


def check_seats(plan: str, seats: int) -> None:
    """Refuse fewer or more seats than the plan has."""
    found = BY_SLUG.get(plan)
    if found is None:
        raise Refused("not_sold")
    if type(seats) is not int or not found.min_seats <= seats < 1_000_000:
        raise Refused("bad_seats", low=found.min_seats)
    if found.max_seats is not None and seats > found.max_seats:
        raise Refused("too_many_seats", high=found.max_seats)


def check_used(seats: int, used: int) -> None:
    """Refuse fewer seats than people sit on."""
    if seats < used:
        raise Refused("below_used", used=used)


def currency_of(account: BillingAccount) -> str | None:
    """In what the company pays, once it has paid."""
    rows = Subscription.objects.filter(account=account).exclude(status__in=NEVER_PAID)
    found = rows.values_list("currency", flat=True).first()
    paid = Invoice.objects.filter(account=account, amount_paid__gt=0)
    return found or paid.values_list("currency", flat=True).first()


def check_currency(account: BillingAccount, currency: str) -> None:
    """Refuse another currency than that of the first payment."""
    fixed = currency_of(account)
    if fixed and fixed != currency:
        raise Refused("other_currency", currency=fixed)


def check_idle(account: BillingAccount) -> None:
    """Refuse a change while another one is under way, or while nobody knows how one ended."""
    rows = Command.objects.filter(account=account, kind__in=CHANGES)
    if rows.filter(state__in=(Command.State.WAITING, Command.State.SENT)).exists():
        raise Refused("busy")
    if rows.filter(state=Command.State.LOST).exists():
        raise Refused("being_checked")


def check_finished(row: Subscription) -> None:
    """Refuse a change while an invoice, a purchase, a plan or a farewell is open."""
    if row.status not in ("active", "trialing"):
        raise Refused("unpaid_first")
    if row.pending_until is not None:
        raise Refused("pending_first")
    if row.then_at is not None:
        raise Refused("planned_first")
    if row.cancel_at is not None:
        raise Refused("ending_first")


def check_more(now: Terms, then: Terms) -> None:
    """Refuse what is not at least as much of everything; that begins at the renewal."""
    if now == then:
        raise Refused("no_change")
    larger_plan = BY_SLUG[then[0]].rank >= BY_SLUG[now[0]].rank if now[0] in BY_SLUG else False
    longer = not (now[1] == Interval.YEAR and then[1] == Interval.MONTH)
    if not (larger_plan and longer and then[2] >= now[2]):
        raise Refused("not_more")


def terms_of_row(row: Subscription) -> Terms:
    """Plan, interval and seats as they are mirrored."""
    return row.plan, row.interval, row.seats


def base_of_row(row: Subscription) -> Mapping[str, Any]:
    """What holds while somebody decides, as the provider is asked for it later."""
    return {
        "subscription": row.stripe_id,
        "plan": row.plan,
        "interval": row.interval,
        "seats": row.seats,
        "period_end": int(row.period_end.timestamp()),
    }


def wished(now: Terms, *, plan: str | None, interval: str | None, seats: int | None) -> Terms:
    """What should hold; what was not named stays."""
    return plan or now[0], interval or now[1], now[2] if seats is None else seats
