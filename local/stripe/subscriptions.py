"""The API of subscriptions and their items."""

from __future__ import annotations

from typing import Any

from local.stripe.changing import Change
from local.stripe.ending import cancel_now
from local.stripe.errors import invalid, missing
from local.stripe.renewals import begin
from local.stripe.routes import Call, merge_metadata, page_of, route
from local.stripe.schema import (
    AUTOMATIC_TAX,
    CREATED,
    PAGE,
    anything,
    either,
    metadata,
    natural,
    one_of,
    or_blank,
    stamp,
    text,
    yes,
)
from local.stripe.store import Body
from local.stripe.subscribing import build, start
from local.stripe.updating import carry_out, check_allowed, keep
from local.stripe.wire import listed, wire
from local.stripe.world import ENDED, World

BEHAVIOUR = one_of(
    "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
)
PRORATION = one_of("create_prorations", "always_invoice", "none")
FEEDBACK = one_of("", "customer_service", "low_quality", "missing_features", "other",
                  "switched_service", "too_complex", "too_expensive", "unused")  # fmt: skip
DETAILS = {"comment": text, "feedback": FEEDBACK}
NEW_ITEM = {"price": text, "quantity": natural, "metadata": metadata, "tax_rates": [text]}
ITEM = NEW_ITEM | {"id": text, "deleted": yes, "clear_usage": yes}
TRIAL_END = either(stamp, one_of("now"))
COMMON = {
    "automatic_tax": AUTOMATIC_TAX, "cancel_at": or_blank(stamp), "cancel_at_period_end": yes,
    "collection_method": one_of("charge_automatically", "send_invoice"),
    "days_until_due": natural, "default_payment_method": text, "default_tax_rates": [text],
    "description": text, "metadata": metadata, "off_session": yes, "payment_behavior": BEHAVIOUR,
    "payment_settings": {
        "payment_method_options": anything, "payment_method_types": [text],
        "save_default_payment_method": one_of("off", "on_subscription"),
    },
    "proration_behavior": PRORATION, "trial_end": TRIAL_END, "trial_from_plan": yes,
    "trial_settings": {"end_behavior": {
        "missing_payment_method": one_of("cancel", "create_invoice", "pause")}},
    "invoice_settings": anything,
}  # fmt: skip
CREATE = COMMON | {
    "customer": text, "currency": text, "items": [NEW_ITEM], "trial_period_days": natural,
    "billing_mode": {"type": one_of("flexible", "classic"), "flexible": anything},
}  # fmt: skip
UPDATE = COMMON | {
    "billing_cycle_anchor": {"type": one_of("now", "unchanged")}, "items": [ITEM],
    "cancellation_details": DETAILS, "proration_date": stamp,
}  # fmt: skip
#: Parameters of an update that become fields as they are.
FIELDS = ("description", "collection_method", "days_until_due", "default_payment_method",
          "default_tax_rates")  # fmt: skip


@route("POST /v1/subscriptions", CREATE, needs=("customer", "items"))
def create_subscription(call: Call) -> Body:
    """Subscribe a customer, and charge the first period."""
    _check_collection(call)
    given = dict(call.params)
    if call["default_payment_method"]:
        _own_method(call.world, call["default_payment_method"], call["customer"])
    subscription = build(call.world, given)
    _ending(subscription, call, now=call.world.now())
    behaviour = call["payment_behavior"] or "allow_incomplete"
    return start(call.world, subscription, behaviour=behaviour)


def _check_collection(call: Call) -> None:
    sends = call["collection_method"] == "send_invoice"
    if sends and call["days_until_due"] is None:
        raise invalid("If you send invoices you must give days_until_due.", "days_until_due")
    if call["days_until_due"] is not None and not sends:
        raise invalid("days_until_due is for send_invoice only.", "days_until_due")
    mode = (call["billing_mode"] or {}).get("type", "flexible")
    if mode != "flexible":
        raise invalid("The simulator knows the flexible mode only.", "billing_mode[type]")


def _own_method(world: World, key: str, customer: str) -> None:
    method = world.load("payment_method", key, param="default_payment_method")
    if method["customer"] != customer:
        message = f"The customer does not have a payment method with the ID {key}."
        raise invalid(message, "default_payment_method")


@route(
    "GET /v1/subscriptions",
    PAGE | {
        "customer": text, "price": text, "status": text, "created": CREATED,
        "collection_method": text, "test_clock": text, "current_period_end": CREATED,
        "current_period_start": CREATED, "automatic_tax": anything,
    },
)  # fmt: skip
def list_subscriptions(call: Call) -> Body:
    """Those that go on; with ``status=all`` those that ended as well."""
    status = call["status"]

    def keep(found: Body) -> bool:
        if call["price"] and call["price"] not in {i["price"] for i in found["items"]["data"]}:
            return False
        if status in {None, ""}:
            return found["status"] not in ENDED
        wanted = ENDED if status == "ended" else {status}
        return status == "all" or found["status"] in wanted

    return page_of(call, "subscription", keep=keep, customer=call["customer"])


@route("GET /v1/subscriptions/{id}")
def retrieve_subscription(call: Call, key: str) -> Body:
    """One subscription."""
    return call.world.load("subscription", key)


@route("POST /v1/subscriptions/{id}", UPDATE)
def update_subscription(call: Call, key: str) -> Body:
    """Change it: other items by way of an invoice, all else at once."""
    return update(call, call.world.load("subscription", key))


def update(call: Call, before: Body) -> Body:
    """Carry the parameters of an update out."""
    world, behaviour = call.world, call["payment_behavior"] or "allow_incomplete"
    if behaviour == "pending_if_incomplete":
        check_allowed(call.params)
    _check_changeable(call, before)
    if call["default_payment_method"]:
        _own_method(world, call["default_payment_method"], before["customer"])
    wanted = _wanted(call, before)
    if call["trial_end"] == "now" and before["status"] == "trialing":
        begin(world, before | wanted)
        return world.load("subscription", before["id"])
    if isinstance(call["trial_end"], int):
        return _prolong(call, before, before | wanted)
    asked = Change(
        call["items"] or [], call["proration_behavior"] or "create_prorations",
        call["proration_date"], (call["billing_cycle_anchor"] or {}).get("type") == "now",
    )  # fmt: skip
    return carry_out(world, before, asked, behaviour=behaviour, wanted=wanted)


def _prolong(call: Call, before: Body, after: Body) -> Body:
    """A trial ends at another moment."""
    end = call["trial_end"]
    if before["status"] != "trialing" or call["items"]:
        raise invalid("The simulator moves the end of a running trial only.", "trial_end")
    if end <= call.world.now():
        raise invalid("Invalid timestamp: can't be in the past.", "trial_end")
    items = [item | {"current_period_end": end} for item in before["items"]["data"]]
    after |= {"trial_end": end, "billing_cycle_anchor": end}
    after["items"] = before["items"] | {"data": items}
    call.world.plan(max(end - 3 * 86400, call.world.now()), "will_end", after)
    return keep(call.world, after)


def _check_changeable(call: Call, before: Body) -> None:
    harmless = {"metadata", "expand", "cancellation_details", "default_payment_method"}
    if before["status"] in ENDED and set(call.params) - harmless:
        message = f"A {before['status']} subscription can only update its metadata."
        raise invalid(message)
    if before["status"] == "incomplete" and set(call.params) & {"items", "trial_end"}:
        raise invalid("The first invoice of this subscription is not paid yet.", "items")
    if before["schedule"] and set(call.params) & {"items", "cancel_at", "cancel_at_period_end"}:
        message = (
            f"The subscription is managed by the subscription schedule `{before['schedule']}`,"
            " and updating it directly is not allowed. Update or release the schedule."
        )
        raise invalid(message)


def _wanted(call: Call, before: Body) -> dict[str, Any]:
    """The fields that change besides the items."""
    after = before | call.given(*FIELDS)
    merge_metadata(after, call)
    _ending(after, call, now=call.world.now())
    if call["cancellation_details"]:
        told = {name: value or None for name, value in call["cancellation_details"].items()}
        after["cancellation_details"] = before["cancellation_details"] | told
    if call["automatic_tax"] is not None:
        enabled = bool(call["automatic_tax"].get("enabled"))
        after["automatic_tax"] = before["automatic_tax"] | {"enabled": enabled}
    for name in ("payment_settings", "trial_settings"):
        after[name] = before[name] | (call[name] or {})
    return {name: value for name, value in after.items() if value != before[name]}


def _ending(after: Body, call: Call, *, now: int) -> None:
    """When it is going to end, or that it is not."""
    if call["cancel_at_period_end"] is not None:
        ends = call["cancel_at_period_end"]
        end = after["items"]["data"][0]["current_period_end"]
        after |= {
            "cancel_at_period_end": ends, "canceled_at": now if ends else None,
            "cancel_at": end if ends else None,
        }  # fmt: skip
        reason = "cancellation_requested" if ends else None
        after["cancellation_details"] = after["cancellation_details"] | {"reason": reason}
    if "cancel_at" in call.params:
        at = call["cancel_at"]
        if at is not None and at <= now:
            raise invalid("Invalid timestamp: must be in the future.", "cancel_at")
        after |= {"cancel_at": at, "canceled_at": now if at else None}
        after["cancel_at_period_end"] = False


@route(
    "DELETE /v1/subscriptions/{id}",
    {"prorate": yes, "invoice_now": yes, "cancellation_details": DETAILS},
)
def cancel_subscription(call: Call, key: str) -> Body:
    """End it now."""
    subscription = call.world.load("subscription", key)
    if subscription["status"] in ENDED:
        raise missing("subscription", key)
    return cancel_now(
        call.world, subscription, prorate=bool(call["prorate"]),
        invoice_now=bool(call["invoice_now"]), details=call["cancellation_details"],
    )  # fmt: skip


@route("POST /v1/subscriptions/{id}/resume", {"billing_cycle_anchor": text})
def resume_subscription(call: Call, key: str) -> Body:
    """A paused one goes on, with a new period from now on."""
    subscription = call.world.load("subscription", key)
    if subscription["status"] != "paused":
        raise invalid("The subscription is not paused.")
    begin(call.world, subscription)
    call.world.emit("customer.subscription.resumed", subscription)
    return call.world.load("subscription", key)


# --- items -------------------------------------------------------------------------------------
def _holder(world: World, item: str) -> Body:
    found = world.store.remembered(f"item:{item}")
    if found is None:
        raise missing("subscription_item", item)
    return world.load("subscription", found)


@route("GET /v1/subscription_items", PAGE | {"subscription": text}, needs=("subscription",))
def list_items(call: Call) -> Body:
    """Those of a subscription."""
    subscription = wire(call.world, call.world.load("subscription", call["subscription"]))
    return listed(subscription["items"]["data"], call.path)


@route("GET /v1/subscription_items/{id}")
def retrieve_item(call: Call, key: str) -> Body:
    """One item."""
    return _shown(call.world, _holder(call.world, key), key)


def _shown(world: World, subscription: Body, key: str) -> Body:
    items = wire(world, subscription)["items"]["data"]
    found = next((item for item in items if item["id"] == key), None)
    if found is None:
        raise missing("subscription_item", key)
    return dict(found)


@route(
    "POST /v1/subscription_items/{id}",
    NEW_ITEM | {
        "payment_behavior": BEHAVIOUR, "proration_behavior": PRORATION,
        "proration_date": stamp, "off_session": yes,
    },
)  # fmt: skip
def update_item(call: Call, key: str) -> Body:
    """The same as an update of its subscription with this one item."""
    subscription = _holder(call.world, key)
    names = ("price", "quantity", "metadata", "tax_rates")
    item = {"id": key} | {name: call[name] for name in names if call[name] is not None}
    more = ("payment_behavior", "proration_behavior", "proration_date")
    params = {name: call[name] for name in more if call[name] is not None}
    inner = Call(call.world, params | {"items": [item]}, call.path)
    return _shown(call.world, update(inner, subscription), key)
