"""The API of invoices, previews and payments of invoices."""

from __future__ import annotations

from local.stripe.cards import find_method
from local.stripe.changing import Change, change, next_period, roll
from local.stripe.charging import after_failure, collect, settle
from local.stripe.errors import declined, invalid, missing
from local.stripe.invoicing import draft, finalize, pending_items, preview_id
from local.stripe.routes import Call, merge_metadata, page_of, route
from local.stripe.schema import (
    AUTOMATIC_TAX,
    CREATED,
    PAGE,
    anything,
    metadata,
    one_of,
    or_blank,
    stamp,
    text,
    yes,
)
from local.stripe.store import Body
from local.stripe.subscriptions import ITEM, PRORATION, TRIAL_END
from local.stripe.updating import bill, reason_of, void
from local.stripe.wire import listed
from local.stripe.world import ENDED, World

STATUS = one_of("draft", "open", "paid", "uncollectible", "void")


@route(
    "GET /v1/invoices",
    PAGE | {
        "customer": text, "subscription": text, "status": STATUS, "created": CREATED,
        "collection_method": text, "due_date": CREATED,
    },
)  # fmt: skip
def list_invoices(call: Call) -> Body:
    """Those of a customer or a subscription, by status."""
    exact = call.given("status", "collection_method")
    return page_of(
        call, "invoice", keep=lambda found: all(found[k] == v for k, v in exact.items()),
        customer=call["customer"], parent=call["subscription"],
    )  # fmt: skip


@route("GET /v1/invoices/{id}")
def retrieve_invoice(call: Call, key: str) -> Body:
    """One invoice."""
    return call.world.load("invoice", key)


@route("GET /v1/invoices/{id}/lines", PAGE)
def list_lines(call: Call, key: str) -> Body:
    """Its lines, page by page."""
    lines = call.world.load("invoice", key)["lines"]["data"]
    limit, after = call["limit"] or 10, call["starting_after"]
    ids = [entry["id"] for entry in lines]
    if after and after not in ids:
        raise missing("line_item", after, param="starting_after")
    start = ids.index(after) + 1 if after else 0
    return listed(lines[start : start + limit], call.path, more=len(lines) > start + limit)


@route(
    "POST /v1/invoices/{id}",
    {
        "metadata": metadata, "description": text, "footer": text, "auto_advance": yes,
        "default_payment_method": text,
    },
)  # fmt: skip
def update_invoice(call: Call, key: str) -> Body:
    """Notes and metadata; a finalised one keeps its lines."""
    invoice = call.world.load("invoice", key)
    invoice |= call.given("description", "footer", "auto_advance", "default_payment_method")
    merge_metadata(invoice, call)
    return call.world.save(invoice, "invoice.updated")


def _in(world: World, key: str, *statuses: str, verb: str) -> Body:
    invoice = world.load("invoice", key)
    if invoice["status"] not in statuses:
        message = f"This invoice is {invoice['status']} and can't be {verb}."
        code = "invoice_already_paid" if invoice["status"] == "paid" else None
        raise invalid(message, code=code)
    return invoice


@route("POST /v1/invoices/{id}/finalize", {"auto_advance": yes})
def finalize_invoice(call: Call, key: str) -> Body:
    """Number a draft; with auto_advance its card is tried at once."""
    invoice = _in(call.world, key, "draft", verb="finalized")
    if call["auto_advance"] is not None:
        invoice["auto_advance"] = call["auto_advance"]
    finalize(call.world, invoice)
    if not invoice["amount_due"]:
        settle(call.world, invoice)
    elif invoice["collection_method"] == "send_invoice":
        call.world.plan(invoice["due_date"], "overdue", invoice)
    elif invoice["auto_advance"] and collect(call.world, invoice) != "paid":
        after_failure(call.world, invoice)
    return call.world.load("invoice", key)


@route(
    "POST /v1/invoices/{id}/pay",
    {"payment_method": text, "paid_out_of_band": yes, "off_session": yes, "forgive": yes},
)
def pay_invoice(call: Call, key: str) -> Body:
    """Try a card now, or note that the money came by another way."""
    world = call.world
    invoice = _in(world, key, "open", "draft", "uncollectible", verb="paid")
    if invoice["status"] == "draft":
        finalize(world, invoice)
    if call["paid_out_of_band"]:
        settle(world, invoice, elsewhere=True)
        return world.load("invoice", key)
    method = find_method(world, call["payment_method"]) if call["payment_method"] else None
    if method and method["customer"] not in {None, invoice["customer"]}:
        raise invalid("The payment method belongs to another customer.", "payment_method")
    outcome = collect(world, invoice, method=method)
    if outcome == "no_card":
        raise invalid("There is no default_payment_method set on this Customer or Invoice.")
    if outcome != "paid":
        raise declined(reason_of(outcome), keep=True)
    return world.load("invoice", key)


@route("POST /v1/invoices/{id}/void")
def void_invoice(call: Call, key: str) -> Body:
    """It is owed no longer."""
    return void(call.world, _in(call.world, key, "open", "uncollectible", verb="voided"))


@route("POST /v1/invoices/{id}/mark_uncollectible")
def mark_uncollectible(call: Call, key: str) -> Body:
    """It is owed, and nobody expects the money."""
    invoice = _in(call.world, key, "open", verb="marked uncollectible")
    call.world.unplan("retry", invoice)
    moments = invoice["status_transitions"] | {"marked_uncollectible_at": call.world.now()}
    invoice |= {"status": "uncollectible", "status_transitions": moments}
    return call.world.save(invoice, "invoice.marked_uncollectible")


@route("POST /v1/invoices/{id}/send")
def send_invoice(call: Call, key: str) -> Body:
    """Mail it; here that is an event."""
    invoice = _in(call.world, key, "open", "draft", verb="sent")
    if invoice["status"] == "draft":
        finalize(call.world, invoice)
    call.world.emit("invoice.sent", invoice)
    return invoice


# --- previews ----------------------------------------------------------------------------------
DETAILS = {
    "items": [ITEM], "proration_behavior": PRORATION, "proration_date": stamp,
    "cancel_at_period_end": yes, "cancel_at": or_blank(stamp), "cancel_now": yes,
    "billing_cycle_anchor": {"type": one_of("now", "unchanged")}, "trial_end": TRIAL_END,
    "billing_mode": anything, "default_tax_rates": [text], "metadata": metadata,
}  # fmt: skip
PREVIEW = {
    "customer": text, "subscription": text, "subscription_details": DETAILS, "schedule": text,
    "schedule_details": anything, "automatic_tax": AUTOMATIC_TAX, "currency": text,
    "preview_mode": one_of("next", "recurring"),
}  # fmt: skip


@route("POST /v1/invoices/create_preview", PREVIEW)
def create_preview(call: Call) -> Body:
    """What the change would be charged as, or the next renewal; nothing is kept."""
    world, details = call.world, call["subscription_details"] or {}
    before = _previewed(call)
    asked = Change(
        details.get("items") or [], details.get("proration_behavior") or "create_prorations",
        details.get("proration_date"),
        (details.get("billing_cycle_anchor") or {}).get("type") == "now",
    )  # fmt: skip
    done, invoice = bill(world, before, asked)
    if invoice is None or call["preview_mode"] == "recurring":
        invoice = _upcoming(world, before, asked, recurring=call["preview_mode"] == "recurring")
    date = details.get("proration_date") or (world.now() if done.prorations else None)
    if date is not None:
        invoice["parent"]["subscription_details"]["subscription_proration_date"] = date
    return _as_preview(invoice)


def _previewed(call: Call) -> Body:
    if call["subscription"]:
        found = call.world.load("subscription", call["subscription"], param="subscription")
        if found["status"] in ENDED:
            raise invalid("No upcoming invoices for customer", code="invoice_upcoming_none")
        return found
    from local.stripe.subscribing import build

    if not call["customer"]:
        raise invalid("You must give a customer, a subscription or a schedule.", "customer")
    return build(call.world, (call["subscription_details"] or {}) | {"customer": call["customer"]})


def _upcoming(world: World, before: Body, asked: Change, *, recurring: bool) -> Body:
    """The invoice of the next renewal, with what waits for it."""
    if before["cancel_at_period_end"]:
        raise invalid("No upcoming invoices for customer", code="invoice_upcoming_none")
    done = change(world, before, asked)
    after, waiting = done.subscription, []
    if not recurring:
        waiting = [item["_line"] for item in pending_items(world, before["id"])]
        waiting += done.prorations if asked.behaviour == "create_prorations" else []
    start, end = next_period(world, after)
    with world.at(start):
        lines = [*waiting, *roll(world, after, (start, end))]
        return draft(world, after, lines, reason="upcoming", period=(start, end))


def _as_preview(invoice: Body) -> Body:
    key = preview_id()
    lines = [entry | {"invoice": key} for entry in invoice["lines"]["data"]]
    balance = invoice["starting_balance"] + invoice["total"] - invoice["amount_due"]
    invoice["lines"] = invoice["lines"] | {"data": lines, "url": f"/v1/invoices/{key}/lines"}
    return invoice | {"id": key, "ending_balance": balance}


# --- payments ----------------------------------------------------------------------------------
@route(
    "GET /v1/invoice_payments",
    PAGE | {"invoice": text, "payment": anything, "status": text, "created": CREATED},
)
def list_payments(call: Call) -> Body:
    """Those of an invoice."""
    exact = call.given("status")
    return page_of(
        call, "invoice_payment", parent=call["invoice"],
        keep=lambda found: all(found[k] == v for k, v in exact.items()),
    )  # fmt: skip


@route("GET /v1/invoice_payments/{id}")
def retrieve_payment(call: Call, key: str) -> Body:
    """One of them."""
    return call.world.load("invoice_payment", key)


@route("GET /v1/payment_intents/{id}")
def retrieve_intent(call: Call, key: str) -> Body:
    """How a payment went."""
    return call.world.load("payment_intent", key)


@route("GET /v1/payment_intents", PAGE | {"customer": text, "created": CREATED})
def list_intents(call: Call) -> Body:
    """Those of a customer."""
    return page_of(call, "payment_intent", customer=call["customer"])


@route("GET /v1/charges/{id}")
def retrieve_charge(call: Call, key: str) -> Body:
    """Money that was taken."""
    return call.world.load("charge", key)


@route("GET /v1/charges", PAGE | {"customer": text, "payment_intent": text, "created": CREATED})
def list_charges(call: Call) -> Body:
    """Those of a customer."""
    exact = call.given("payment_intent")
    return page_of(
        call, "charge", customer=call["customer"],
        keep=lambda found: all(found[k] == v for k, v in exact.items()),
    )  # fmt: skip
