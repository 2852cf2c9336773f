"""Taking the money of an invoice, and what follows for its subscription."""

from __future__ import annotations

from local.stripe.cards import FAILING
from local.stripe.errors import DECLINES
from local.stripe.money import days_on
from local.stripe.store import Body
from local.stripe.world import ENDED, World, new_id

Outcome = str  # "paid", "requires_action" or the reason of the decline


def subscription_of(world: World, invoice: Body) -> Body | None:
    """The subscription that an invoice is of."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    key = details.get("subscription")
    return world.store.get(key) if key else None


def method_for(world: World, invoice: Body) -> Body | None:
    """The card that is charged: of the subscription, else of the customer."""
    subscription = subscription_of(world, invoice) or {}
    customer = world.load("customer", invoice["customer"])
    settings = customer["invoice_settings"]
    key = subscription.get("default_payment_method") or settings["default_payment_method"]
    return world.store.get(key) if key else None


def try_card(world: World, method: Body | None, customer: str, *, confirmed: bool) -> Outcome:
    """What the bank says; the controls of the simulator may have spoilt or mended the card."""
    if method is None:
        return "no_card"
    behaviour = world.store.remembered("cards", {}).get(customer, method["_behaviour"])
    if behaviour in FAILING:
        return FAILING[behaviour]
    if behaviour == "ok" or confirmed:
        return "paid"
    if behaviour == "authenticate_once" and method["_authenticated"]:
        return "paid"
    return "requires_action"


def collect(
    world: World, invoice: Body, *, method: Body | None = None, confirmed: bool = False
) -> Outcome:
    """One attempt on an open invoice; the invoice says how it went."""
    if not invoice["amount_due"]:
        settle(world, invoice)
        return "paid"
    method = method or method_for(world, invoice)
    outcome = try_card(world, method, invoice["customer"], confirmed=confirmed)
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if outcome == "paid":
        assert method is not None
        if confirmed and method["_behaviour"] == "authenticate_once":
            world.store.put(method | {"_authenticated": True})
        settle(world, invoice, method=method)
    else:
        _fail(world, invoice, method, outcome)
    return outcome


def _fail(world: World, invoice: Body, method: Body | None, outcome: Outcome) -> None:
    tie = _open_tie(world, invoice)
    if tie is not None:
        intent = world.load("payment_intent", tie["payment"]["payment_intent"])
        reason = "generic_decline" if outcome == "no_card" else outcome
        asks = outcome == "requires_action"
        error = None if asks else {
            "type": "card_error", "code": "card_declined", "decline_code": reason,
            "message": DECLINES[reason],
        }  # fmt: skip
        intent |= {
            "status": "requires_action" if asks else "requires_payment_method",
            "last_payment_error": error, "payment_method": method["id"] if method else None,
        }  # fmt: skip
        event = "payment_intent.requires_action" if asks else "payment_intent.payment_failed"
        world.save(intent, event)
    world.store.put(invoice)
    world.emit("invoice.payment_failed", invoice)
    if outcome == "requires_action":
        world.emit("invoice.payment_action_required", invoice)
    _mark_delinquent(world, invoice["customer"], True)


def _mark_delinquent(world: World, key: str, delinquent: bool) -> None:
    customer = world.load("customer", key)
    if customer["delinquent"] != delinquent:
        world.save(customer | {"delinquent": delinquent}, "customer.updated")


def _open_tie(world: World, invoice: Body) -> Body | None:
    ties = world.store.all("invoice_payment", parent=invoice["id"])
    return next((tie for tie in ties if tie["status"] == "open"), None)


def settle(
    world: World, invoice: Body, *, method: Body | None = None, elsewhere: bool = False
) -> None:
    """The invoice is paid: by a card, by credit, or outside of Stripe."""
    now, amount = world.now(), invoice["amount_due"]
    tie = _open_tie(world, invoice)
    if tie is not None:
        _settle_tie(world, tie, method, amount)
    world.unplan("retry", invoice)
    invoice |= {
        "status": "paid", "amount_paid": amount, "amount_remaining": 0, "attempted": True,
        "next_payment_attempt": None, "amount_paid_off_stripe": amount if elsewhere else 0,
        "status_transitions": invoice["status_transitions"] | {"paid_at": now},
    }  # fmt: skip
    world.save(invoice, "invoice.paid")
    world.emit("invoice.payment_succeeded", invoice)
    _mark_delinquent(world, invoice["customer"], False)
    after_payment(world, invoice)


def _settle_tie(world: World, tie: Body, method: Body | None, amount: int) -> None:
    now = world.now()
    intent = world.load("payment_intent", tie["payment"]["payment_intent"])
    if method is None:
        world.save(intent | {"status": "canceled", "canceled_at": now}, "payment_intent.canceled")
        changes: Body = {"status": "canceled"}
        moments = {"canceled_at": now, "paid_at": None}
    else:
        charge = _charge(world, intent, method)
        done = {"status": "succeeded", "amount_received": amount, "latest_charge": charge["id"]}
        done |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
        world.save(intent | done, "payment_intent.succeeded")
        changes = {"status": "paid", "amount_paid": amount}
        moments = {"canceled_at": None, "paid_at": now}
    tie = world.save(tie | changes | {"status_transitions": moments})
    if changes["status"] == "paid":
        world.emit("invoice_payment.paid", tie)


def _charge(world: World, intent: Body, method: Body) -> Body:
    charge = world.fresh(
        "ch", "charge", amount=intent["amount"], amount_captured=intent["amount"],
        amount_refunded=0, captured=True, currency=intent["currency"], paid=True,
        customer=intent["customer"], payment_intent=intent["id"], metadata={}, refunded=False,
        payment_method=method["id"], status="succeeded", billing_details=method["billing_details"],
        payment_method_details={"type": "card", "card": method["card"]}, disputed=False,
        receipt_url=f"{world.address}/receipt/{new_id('rc')}", description=None,
    )  # fmt: skip
    return world.save(charge, "charge.succeeded")


def after_payment(world: World, invoice: Body) -> None:
    """What a paid invoice means for its subscription."""
    from local.stripe.updating import apply_pending

    subscription = subscription_of(world, invoice)
    if subscription is None:
        return
    status = subscription["status"]
    if (subscription["pending_update"] or {}).get("_invoice") == invoice["id"]:
        subscription = apply_pending(world, subscription)
    first = status == "incomplete" and invoice["billing_reason"] == "subscription_create"
    owed = status in {"past_due", "unpaid"} and subscription["latest_invoice"] == invoice["id"]
    if first or owed:
        world.unplan("incomplete", subscription)
        world.save(subscription | {"status": "active"}, "customer.subscription.updated")


def after_failure(world: World, invoice: Body) -> None:
    """The subscription is past due, and the next attempt is planned."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] in ENDED:
        return
    waits = world.setting("retries")
    done = invoice["attempt_count"] - 1
    if done < len(waits):
        invoice["next_payment_attempt"] = days_on(world.now(), waits[done])
        world.save(invoice, "invoice.updated")
        world.plan(invoice["next_payment_attempt"], "retry", invoice)
    if subscription["status"] in {"active", "trialing"}:
        world.save(subscription | {"status": "past_due"}, "customer.subscription.updated")
    if done >= len(waits):
        give_up(world, invoice)


def give_up(world: World, invoice: Body) -> None:
    """No attempt is left: the subscription ends, or stays unpaid, by a setting."""
    from local.stripe.ending import cancel_now

    invoice["next_payment_attempt"] = None
    world.save(invoice, "invoice.updated")
    subscription = subscription_of(world, invoice)
    assert subscription is not None
    follows = world.setting("after_retries")
    if follows == "cancel":
        cancel_now(world, subscription, reason="payment_failed")
    elif follows == "unpaid":
        world.save(subscription | {"status": "unpaid"}, "customer.subscription.updated")
