"""Making invoices: drafted, numbered and finalised, with the customer's credit taken off."""

from __future__ import annotations

from typing import Any

from local.stripe.customers import move_balance
from local.stripe.lines import tax_line
from local.stripe.money import days_on
from local.stripe.store import Body
from local.stripe.wire import included, listed, wire
from local.stripe.world import World, new_id, new_secret

HOUR = 3600
EMPTY = (
    "application", "account_tax_ids", "automatically_finalizes_at", "custom_fields",
    "customer_account", "customer_shipping", "default_payment_method", "default_source",
    "description", "due_date", "effective_at", "ending_balance", "footer", "from_invoice",
    "hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision",
    "next_payment_attempt", "number", "on_behalf_of", "receipt_number", "rendering",
    "shipping_cost", "shipping_details", "statement_descriptor", "webhooks_delivered_at",
)  # fmt: skip
NOUGHT = (
    "amount_overpaid", "amount_paid", "amount_paid_off_stripe", "amount_shipping",
    "attempt_count", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount",
)  # fmt: skip


def draft(
    world: World,
    subscription: Body,
    lines: list[Body],
    *,
    reason: str,
    period: tuple[int, int] | None = None,
) -> Body:
    """An invoice of a subscription, worked out but not kept."""
    customer = world.load("customer", subscription["customer"])
    now = world.now()
    tax = subscription["automatic_tax"]["enabled"]
    start, end = period or (now, now)
    invoice = bare_invoice(world, customer, subscription["currency"], reason=reason)
    details: Body = {
        "metadata": dict(subscription["metadata"]),
        "subscription": subscription["id"],
    }
    invoice |= {
        "collection_method": subscription["collection_method"], "period_start": start,
        "default_payment_method": None, "period_end": end,
        "automatic_tax": invoice["automatic_tax"] | {"enabled": tax},
        "parent": {"type": "subscription_details", "quote_details": None,
                   "subscription_details": details},
        "_days": subscription["days_until_due"],
    }  # fmt: skip
    return with_lines(world, invoice, lines)


def bare_invoice(world: World, customer: Body, currency: str, *, reason: str) -> Body:
    """A draft without lines."""
    fields: dict[str, Any] = dict.fromkeys(EMPTY) | dict.fromkeys(NOUGHT, 0)
    taxes = world.store.walk("tax_id", parent=customer["id"])
    return world.fresh(
        "in", "invoice", **fields, account_country="US", account_name="Clientele",
        attempted=False, auto_advance=True, billing_reason=reason, currency=currency,
        collection_method="charge_automatically", customer=customer["id"],
        automatic_tax={"enabled": False, "liability": None, "status": None,
                       "provider": None, "disabled_reason": None},
        customer_address=customer["address"], customer_email=customer["email"],
        customer_name=customer["name"], customer_phone=customer["phone"],
        customer_tax_exempt=customer["tax_exempt"], default_tax_rates=[], discounts=[],
        customer_tax_ids=[{"type": t["type"], "value": t["value"]} for t in taxes],
        issuer={"type": "self"}, metadata={}, parent=None, period_start=world.now(),
        period_end=world.now(), starting_balance=customer["balance"], status="draft",
        payment_settings={"default_mandate": None, "payment_method_options": None,
                          "payment_method_types": None},
        status_transitions=dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        test_clock=customer["test_clock"], total_discount_amounts=[],
        total_pretax_credit_amounts=[],
    )  # fmt: skip


def with_lines(world: World, invoice: Body, lines: list[Body]) -> Body:
    """The invoice with these lines and their sums."""
    if invoice["automatic_tax"]["enabled"]:
        lines = [_automatic(world, invoice, entry) for entry in lines]
        status = invoice["automatic_tax"] | {"status": "complete", "provider": "stripe"}
        invoice = invoice | {"automatic_tax": status | {"liability": {"type": "self"}}}
    lines = [entry | {"invoice": invoice["id"]} for entry in lines]
    subtotal = sum(entry["amount"] for entry in lines)
    taxes = [tax for entry in lines for tax in entry["taxes"]]
    added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    held = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    total = subtotal + added
    due = _due(total, invoice["starting_balance"])
    url = f"/v1/invoices/{invoice['id']}/lines"
    return invoice | {
        "lines": listed(lines, url) | {"total_count": len(lines)}, "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - held, "total": total, "total_taxes": taxes,
        "total_excluding_tax": total - added - held, "amount_due": due, "amount_remaining": due,
    }  # fmt: skip


def _due(total: int, balance: int) -> int:
    """Credit lowers what is due, debt raises it; what is owed to the customer is not paid out."""
    return max(0, total + balance) if total > 0 else 0


def _automatic(world: World, invoice: Body, entry: Body) -> Body:
    """Stripe Tax, as the settings of the simulator tell for a country; else nothing."""
    country = str((invoice["customer_address"] or {}).get("country"))
    percentage = world.setting("automatic_tax").get(country)
    if not percentage or invoice["customer_tax_exempt"] != "none":
        return entry
    rates = [r for r in world.store.all("tax_rate") if r["display_name"] == f"Tax {country}"]
    rate = rates[0] if rates else _rate(world, country, percentage)
    return tax_line(world, entry, rates=[rate["id"]])


def _rate(world: World, country: str, percentage: float) -> Body:
    rate = world.fresh(
        "txr", "tax_rate", active=True, display_name=f"Tax {country}", inclusive=False,
        percentage=percentage, effective_percentage=percentage, country=country, metadata={},
    )  # fmt: skip
    return world.save(rate)


def pending_items(world: World, subscription: str) -> list[Body]:
    """Lines of changes that wait for the next invoice."""
    found = world.store.all("invoiceitem", parent=subscription)
    return [item for item in found if item["invoice"] is None]


def take_pending(world: World, subscription: str, *, invoice: str) -> list[Body]:
    """Their lines; they wait no longer."""
    taken = []
    for item in pending_items(world, subscription):
        taken.append(item["_line"])
        world.save(item | {"invoice": invoice}, "invoiceitem.updated")
    return taken


def keep_pending(world: World, subscription: Body, lines: list[Body]) -> None:
    """Let them wait for the next invoice."""
    for entry in lines:
        item = world.fresh(
            "ii", "invoiceitem", amount=entry["amount"], currency=entry["currency"],
            customer=subscription["customer"], date=world.now(), invoice=None,
            description=entry["description"], discountable=False, discounts=[], metadata={},
            parent={"type": "subscription_details",
                    "subscription_details": {"subscription": subscription["id"]}},
            period=entry["period"], pricing=entry["pricing"], proration=True,
            quantity=entry["quantity"], quantity_decimal=entry["quantity_decimal"], tax_rates=[],
            test_clock=subscription["test_clock"],
        )  # fmt: skip
        details = entry["parent"]["subscription_item_details"] | {"invoice_item": item["id"]}
        entry["parent"] = entry["parent"] | {"subscription_item_details": details}
        item["_line"] = entry
        world.save(item, "invoiceitem.created", parent=subscription["id"])


def keep_draft(world: World, invoice: Body) -> Body:
    """Keep it; it finalises itself after an hour."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    if invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = world.now() + HOUR
        world.store.put(invoice)
        world.plan(world.now() + HOUR, "finalize", invoice)
    return world.save(invoice, "invoice.created", parent=details.get("subscription"))


def finalize(world: World, invoice: Body) -> Body:
    """Number it, take off the credit, ask for the money; nothing on it changes after that."""
    world.unplan("finalize", invoice)
    customer = world.load("customer", invoice["customer"])
    balance, total = customer["balance"], invoice["total"]
    due = _due(total, balance)
    customer["next_invoice_sequence"] += 1
    customer["currency"] = customer["currency"] or invoice["currency"]
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence'] - 1:04d}"
    world.store.put(customer)
    if due != total:
        move_balance(
            world, customer["id"], total - due, currency=invoice["currency"],
            kind="applied_to_invoice", invoice=invoice["id"],
        )  # fmt: skip
    now = world.now()
    days, secret = invoice.get("_days"), new_secret("x")[2:]
    page = f"{world.address}/invoice/{invoice['id']}/{secret}"
    invoice |= {
        "status": "open", "number": number, "amount_due": due, "amount_remaining": due,
        "starting_balance": balance, "ending_balance": balance + total - due,
        "effective_at": now, "hosted_invoice_url": page, "invoice_pdf": f"{page}/pdf",
        "automatically_finalizes_at": None, "_secret": secret,
        "status_transitions": invoice["status_transitions"] | {"finalized_at": now},
    }  # fmt: skip
    if invoice["collection_method"] == "send_invoice":
        invoice["due_date"] = days_on(now, days or 0)
    if due:
        _ask_for_payment(world, invoice)
    world.save(invoice, "invoice.finalized")
    return invoice


def _ask_for_payment(world: World, invoice: Body) -> None:
    """A payment intent for what is due, and the tie between it and the invoice."""
    empty = ("canceled_at", "cancellation_reason", "last_payment_error", "latest_charge")
    intent = world.fresh(
        "pi", "payment_intent", amount=invoice["amount_due"], amount_received=0,
        currency=invoice["currency"], customer=invoice["customer"], metadata={},
        client_secret=new_secret("pi_secret"), payment_method=None, next_action=None,
        payment_method_types=["card"], status="requires_payment_method", capture_method="automatic",
        **dict.fromkeys(empty),
    )  # fmt: skip
    world.save(intent, "payment_intent.created")
    tie = world.fresh(
        "inpay", "invoice_payment", invoice=invoice["id"], amount_paid=None, is_default=True,
        amount_requested=invoice["amount_due"], currency=invoice["currency"], status="open",
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status_transitions={"canceled_at": None, "paid_at": None},
    )  # fmt: skip
    world.save(tie, parent=invoice["id"])


@included("invoice", "payments")
def payments_of(world: World, invoice: Body) -> Body:
    """What was paid and is asked for."""
    ties = world.store.all("invoice_payment", parent=invoice["id"])
    return listed(
        [wire(world, tie) for tie in ties], f"/v1/invoice_payments?invoice={invoice['id']}"
    )


@included("invoice", "confirmation_secret")
def _secret_of(world: World, invoice: Body) -> Body | None:
    ties = world.store.all("invoice_payment", parent=invoice["id"])
    open_ties = [tie for tie in ties if tie["status"] == "open"]
    if not open_ties:
        return None
    intent = world.load("payment_intent", open_ties[-1]["payment"]["payment_intent"])
    return {"type": "payment_intent", "client_secret": intent["client_secret"]}


def preview_id() -> str:
    """An invoice that will never be kept."""
    return new_id("upcoming_in")
