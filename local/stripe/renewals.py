"""What time does: periods end, trials end, invoices finalise, cards are tried again."""

from __future__ import annotations

from collections.abc import Callable

from local.stripe.changing import next_period, roll, step_of
from local.stripe.charging import after_failure, collect, method_for, subscription_of
from local.stripe.ending import cancel_now, expire_incomplete
from local.stripe.invoicing import draft, finalize, keep_draft, take_pending
from local.stripe.money import period_after
from local.stripe.store import Body
from local.stripe.updating import expire_pending, keep
from local.stripe.world import ENDED, World


def renew(world: World, key: str) -> None:
    """The period is over: the subscription ends, or pauses, or enters the next one."""
    subscription = world.load("subscription", key)
    if subscription["status"] in {"canceled", "incomplete", "incomplete_expired", "paused"}:
        return
    if subscription["cancel_at_period_end"]:
        cancel_now(world, subscription)
    elif subscription["status"] == "trialing":
        end_trial(world, subscription)
    else:
        _enter(world, subscription, next_period(world, subscription))


def _enter(world: World, subscription: Body, period: tuple[int, int]) -> None:
    """The next period and its invoice, which stays a draft for an hour."""
    owed = subscription["status"] == "unpaid"
    lines = roll(world, subscription, period)
    start = period[0]
    invoice = draft(world, subscription, lines, reason="subscription_cycle", period=(start, start))
    invoice = _with_waiting(world, subscription, invoice, lines)
    invoice["auto_advance"] = not owed
    subscription["latest_invoice"] = invoice["id"]
    keep_draft(world, invoice)
    keep(world, subscription)


def _with_waiting(world: World, subscription: Body, invoice: Body, lines: list[Body]) -> Body:
    from local.stripe.invoicing import with_lines

    waiting = take_pending(world, subscription["id"], invoice=invoice["id"])
    return with_lines(world, invoice, [*waiting, *lines]) if waiting else invoice


def end_trial(world: World, subscription: Body) -> None:
    """The first paid period begins, or without a card what was agreed on happens."""
    settings = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    probe = {"customer": subscription["customer"], "parent": None}
    link = {"subscription_details": {"subscription": subscription["id"]}}
    if method_for(world, probe | {"parent": link}) is None and settings != "create_invoice":
        if settings == "cancel":
            cancel_now(world, subscription, reason=None)
            return
        world.unplan("renew", subscription)
        world.save(subscription | {"status": "paused"}, "customer.subscription.updated")
        world.emit("customer.subscription.paused", subscription | {"status": "paused"})
        return
    begin(world, subscription)


def begin(world: World, subscription: Body) -> None:
    """From now on it is paid for."""
    now = world.now()
    subscription |= {"status": "active", "billing_cycle_anchor": now}
    subscription["trial_end"] = min(subscription["trial_end"] or now, now)
    world.unplan("will_end", subscription)
    step = step_of(world, subscription["items"]["data"])
    _enter(world, subscription, (now, period_after(now, now, step)))


def finalize_due(world: World, key: str) -> None:
    """The hour of a draft is over."""
    invoice = world.load("invoice", key)
    if invoice["status"] != "draft":
        return
    finalize(world, invoice)
    if invoice["collection_method"] == "send_invoice":
        _sent(world, invoice)
    elif collect(world, invoice) != "paid":
        after_failure(world, invoice)


def _sent(world: World, invoice: Body) -> None:
    if invoice["amount_due"]:
        world.emit("invoice.sent", invoice)
        world.plan(invoice["due_date"], "overdue", invoice)
    else:
        collect(world, invoice)


def overdue(world: World, key: str) -> None:
    """The day by which it was to be transferred is over."""
    invoice = world.load("invoice", key)
    subscription = subscription_of(world, invoice)
    if invoice["status"] != "open":
        return
    world.emit("invoice.overdue", invoice)
    if subscription and subscription["status"] == "active":
        world.save(subscription | {"status": "past_due"}, "customer.subscription.updated")


def retry(world: World, key: str) -> None:
    """Try the card again."""
    invoice = world.load("invoice", key)
    if invoice["status"] == "open" and collect(world, invoice) != "paid":
        after_failure(world, invoice)


def cancel_due(world: World, key: str) -> None:
    """The moment of `cancel_at`."""
    subscription = world.load("subscription", key)
    if subscription["status"] not in ENDED:
        cancel_now(world, subscription)


def will_end(world: World, key: str) -> None:
    """Three days before the end of a trial."""
    subscription = world.load("subscription", key)
    if subscription["status"] == "trialing":
        world.emit("customer.subscription.trial_will_end", subscription)


def _checkout(world: World, key: str) -> None:
    from local.stripe.checkout import expire_session

    session = world.load("checkout.session", key)
    if session["status"] == "open":
        expire_session(world, session)


def _phase(world: World, key: str) -> None:
    from local.stripe.phases import next_phase

    next_phase(world, key)


HAPPENS: dict[str, Callable[[World, str], None]] = {
    "pending_update": expire_pending,
    "phase": _phase,
    "cancel": cancel_due,
    "renew": renew,
    "finalize": finalize_due,
    "retry": retry,
    "incomplete": expire_incomplete,
    "will_end": will_end,
    "overdue": overdue,
    "checkout": _checkout,
}
