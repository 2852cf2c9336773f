"""Money that goes back: refunds, and credit notes that correct an invoice."""

from __future__ import annotations

from local.stripe.charging import settle
from local.stripe.customers import move_balance
from local.stripe.errors import invalid
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import CREATED, PAGE, metadata, natural, one_of, text
from local.stripe.store import Body
from local.stripe.wire import listed
from local.stripe.world import World, new_id

REASON = one_of("duplicate", "fraudulent", "requested_by_customer")
REFUND = {
    "amount": natural, "charge": text, "payment_intent": text, "reason": REASON,
    "metadata": metadata,
}  # fmt: skip


@route("POST /v1/refunds", REFUND)
def create_refund(call: Call) -> Body:
    """Give back a charge, or a part of it."""
    world = call.world
    key = call["charge"]
    if call["payment_intent"]:
        intent = world.load("payment_intent", call["payment_intent"], param="payment_intent")
        key = intent["latest_charge"]
    if not key:
        raise invalid("There is no charge to refund.", "charge")
    charge = world.load("charge", key, param="charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = left if call["amount"] is None else call["amount"]
    refund = give_back(world, charge, amount, reason=call["reason"])
    refund["metadata"] = clean_metadata(call["metadata"])
    return world.save(refund)


def give_back(world: World, charge: Body, amount: int, *, reason: str | None) -> Body:
    """Not more than was taken."""
    left = charge["amount"] - charge["amount_refunded"]
    if not left:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded")
    if not 0 < amount <= left:
        raise invalid(f"Refund amount ({amount}) must be from 1 to {left}.", "amount")
    empty = ("balance_transaction", "receipt_number", "source_transfer_reversal",
             "transfer_reversal")  # fmt: skip
    refund = world.fresh(
        "re", "refund", amount=amount, charge=charge["id"], currency=charge["currency"],
        customer=charge["customer"], metadata={}, payment_intent=charge["payment_intent"],
        reason=reason, status="succeeded", **dict.fromkeys(empty),
    )  # fmt: skip
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.save(refund, "refund.created", parent=charge["id"])
    world.store.put(charge)
    world.emit("charge.refunded", charge)
    return refund


@route("GET /v1/refunds/{id}")
def retrieve_refund(call: Call, key: str) -> Body:
    """One refund."""
    return call.world.load("refund", key)


@route("GET /v1/refunds", PAGE | {"charge": text, "payment_intent": text, "created": CREATED})
def list_refunds(call: Call) -> Body:
    """Those of a charge."""
    exact = call.given("charge", "payment_intent")
    return page_of(
        call, "refund", keep=lambda found: all(found[k] == v for k, v in exact.items())
    )  # fmt: skip


# --- credit notes ------------------------------------------------------------------------------
WHY = one_of("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
NOTE = {
    "invoice": text, "amount": natural, "credit_amount": natural, "refund_amount": natural,
    "out_of_band_amount": natural, "reason": WHY, "memo": text, "metadata": metadata,
    "email_type": text,
    "lines": [{
        "type": one_of("invoice_line_item", "custom_line_item"), "invoice_line_item": text,
        "amount": natural, "quantity": natural, "unit_amount": natural, "description": text,
        "metadata": metadata,
    }],
}  # fmt: skip


@route("POST /v1/credit_notes", NOTE, needs=("invoice",))
def create_credit_note(call: Call) -> Body:
    """Lower what is owed, or give back what was paid: to the card, as credit, or elsewhere."""
    world = call.world
    invoice = world.load("invoice", call["invoice"], param="invoice")
    if invoice["status"] not in {"open", "paid"}:
        raise invalid("You can only credit open and paid invoices.", "invoice")
    amount = _amount(call)
    already = invoice["pre_payment_credit_notes_amount"]
    already += invoice["post_payment_credit_notes_amount"]
    if not 0 < amount <= invoice["total"] - already:
        raise invalid("The credit exceeds what is left of the invoice.", "amount")
    note = _note(call, invoice, amount)
    if invoice["status"] == "open":
        _before_payment(world, invoice, note)
    else:
        _after_payment(call, invoice, note)
    return world.save(note, "credit_note.created", parent=invoice["id"])


def _amount(call: Call) -> int:
    if call["amount"] is not None:
        return int(call["amount"])
    amounts = [
        line.get("amount") or line.get("unit_amount", 0) * line.get("quantity", 1)
        for line in call["lines"] or []
    ]
    if amounts:
        return sum(amounts)
    parts = ("credit_amount", "refund_amount", "out_of_band_amount")
    return sum(call[name] or 0 for name in parts)


def _note(call: Call, invoice: Body, amount: int) -> Body:
    world, key = call.world, new_id("cn")
    count = len(world.store.all("credit_note", parent=invoice["id"]))
    line: Body = {
        "id": new_id("cnli"), "object": "credit_note_line_item", "amount": amount,
        "description": call["memo"] or "Credit", "discount_amount": 0, "discount_amounts": [],
        "livemode": False, "quantity": 1, "tax_rates": [], "taxes": [], "metadata": {},
        "type": "custom_line_item", "unit_amount": amount, "unit_amount_decimal": str(amount),
        "pretax_credit_amounts": [],
    }  # fmt: skip
    return world.fresh(
        "cn", "credit_note", amount=amount, amount_shipping=0, currency=invoice["currency"],
        customer=invoice["customer"], customer_balance_transaction=None, discount_amount=0,
        discount_amounts=[], effective_at=world.now(), invoice=invoice["id"], memo=call["memo"],
        lines=listed([line], f"/v1/credit_notes/{key}/lines"), post_payment_amount=0,
        metadata=clean_metadata(call["metadata"]), number=f"{invoice['number']}-CN-{count + 1:02d}",
        out_of_band_amount=call["out_of_band_amount"], pdf=invoice["invoice_pdf"],
        pre_payment_amount=0, pretax_credit_amounts=[], reason=call["reason"], refunds=[],
        shipping_cost=None, status="issued", subtotal=amount, subtotal_excluding_tax=amount,
        total=amount, total_excluding_tax=amount, total_taxes=[], type="pre_payment",
        voided_at=None,
    ) | {"id": key}  # fmt: skip


def _before_payment(world: World, invoice: Body, note: Body) -> None:
    note["pre_payment_amount"] = note["amount"]
    invoice["pre_payment_credit_notes_amount"] += note["amount"]
    due = max(0, invoice["amount_due"] - note["amount"])
    invoice |= {"amount_due": due, "amount_remaining": due}
    world.save(invoice, "invoice.updated")
    if not due:
        settle(world, invoice)


def _after_payment(call: Call, invoice: Body, note: Body) -> None:
    world, refunded = call.world, call["refund_amount"] or 0
    credited, elsewhere = call["credit_amount"] or 0, call["out_of_band_amount"] or 0
    if refunded + credited + elsewhere != note["amount"]:
        message = "The refund, the credit and what is paid elsewhere must make up the amount."
        raise invalid(message, "amount")
    note |= {"type": "post_payment", "post_payment_amount": note["amount"]}
    invoice["post_payment_credit_notes_amount"] += note["amount"]
    world.save(invoice, "invoice.updated")
    if refunded:
        refund = give_back(world, _charge_of(world, invoice), refunded, reason=None)
        note["refunds"] = [{"type": "refund", "refund": refund["id"], "amount_refunded": refunded}]
    if credited:
        moved = move_balance(
            world, invoice["customer"], -credited, currency=invoice["currency"],
            kind="credit_note", credit_note=note["id"],
        )  # fmt: skip
        note["customer_balance_transaction"] = moved["id"]


def _charge_of(world: World, invoice: Body) -> Body:
    for tie in world.store.all("invoice_payment", parent=invoice["id"]):
        intent = world.load("payment_intent", tie["payment"]["payment_intent"])
        if intent["latest_charge"]:
            return world.load("charge", intent["latest_charge"])
    raise invalid("The invoice was not paid by a card.", "refund_amount")


@route("GET /v1/credit_notes/{id}")
def retrieve_credit_note(call: Call, key: str) -> Body:
    """One of them."""
    return call.world.load("credit_note", key)


@route("GET /v1/credit_notes", PAGE | {"invoice": text, "customer": text, "created": CREATED})
def list_credit_notes(call: Call) -> Body:
    """Those of an invoice or a customer."""
    return page_of(call, "credit_note", customer=call["customer"], parent=call["invoice"])


@route("POST /v1/credit_notes/{id}", {"memo": text, "metadata": metadata})
def update_credit_note(call: Call, key: str) -> Body:
    """Its memo."""
    note = call.world.load("credit_note", key)
    note |= call.given("memo")
    merge_metadata(note, call)
    return call.world.save(note, "credit_note.updated")


@route("POST /v1/credit_notes/{id}/void")
def void_credit_note(call: Call, key: str) -> Body:
    """Only what lowered an open invoice can be taken back."""
    world = call.world
    note = world.load("credit_note", key)
    invoice = world.load("invoice", note["invoice"])
    if note["type"] != "pre_payment" or invoice["status"] != "open" or note["status"] == "void":
        raise invalid("This credit note cannot be voided.")
    due = invoice["amount_due"] + note["amount"]
    invoice["pre_payment_credit_notes_amount"] -= note["amount"]
    world.save(invoice | {"amount_due": due, "amount_remaining": due}, "invoice.updated")
    changes = {"status": "void", "voided_at": world.now()}
    return world.save(note | changes, "credit_note.voided")
