"""The page of an invoice, on which an open one can be paid, and its PDF."""

from __future__ import annotations

from collections.abc import Mapping

from local.stripe.cards import FAILING, attach, new_card
from local.stripe.charging import collect
from local.stripe.checkout_pages import card_fields, card_help, confirmation
from local.stripe.completing import AsksWhoItIs, card_of
from local.stripe.errors import DECLINES, Refusal
from local.stripe.money import day_of, shown
from local.stripe.pages import Markup, Page, button, document, failure, form, redirect, table, tag
from local.stripe.pdf import make_pdf
from local.stripe.portal_pages import make_default
from local.stripe.store import Body
from local.stripe.updating import reason_of
from local.stripe.world import World

STATES = {
    "draft": "Draft",
    "open": "To be paid",
    "paid": "Paid",
    "void": "Void",
    "uncollectible": "Uncollectible",
}


def invoice_page(
    world: World, key: str, secret: str, given: Mapping[str, str] | None, *, pdf: bool
) -> Page:
    """Show it, print it, or take a card for it."""
    invoice = world.store.get(key)
    if invoice is None or invoice.get("_secret") != secret:
        return failure("Not found", "There is no such invoice.", status=404)
    if pdf:
        return _printed(invoice)
    with world.at(world.moment_of(invoice["customer"])):
        if given is None or invoice["status"] != "open":
            return _show(invoice) if given is None else redirect(f"/invoice/{key}/{secret}")
        return _pay(world, invoice, given)


def _pay(world: World, invoice: Body, given: Mapping[str, str]) -> Page:
    here = f"/invoice/{invoice['id']}/{invoice['_secret']}"
    try:
        with world.store.transaction():
            outcome = _charged(world, invoice, given)
    except AsksWhoItIs:
        return confirmation(given, back=here)
    except Refusal as refused:
        return _show(invoice, error=refused.body["error"]["message"])
    if outcome != "paid":
        return _show(invoice, error=DECLINES[reason_of(outcome)])
    return redirect(here)


def _charged(world: World, invoice: Body, given: Mapping[str, str]) -> str:
    """Charge the card; one that works is charged from now on."""
    method = new_card(world, card_of(given), details={"name": given.get("name")})
    confirmed = given.get("confirmed") == "yes"
    if method["_behaviour"].startswith("authenticate") and not confirmed:
        raise AsksWhoItIs
    outcome = collect(world, invoice, method=method, confirmed=confirmed)
    if outcome == "paid" and method["_behaviour"] not in FAILING:
        attach(world, method["id"], invoice["customer"])
        make_default(world, invoice["customer"], method["id"])
    return outcome


def _show(invoice: Body, *, error: str | None = None) -> Page:
    title = f"Invoice {invoice['number']}"
    state = tag("span", STATES[invoice["status"]], class_=f"state {invoice['status']}")
    parts: list[Markup] = [tag("h1", title, " ", state)]
    who = invoice["customer_name"] or invoice["customer_email"] or invoice["customer"]
    due = f", due {day_of(invoice['due_date'])}" if invoice["due_date"] else ""
    parts.append(tag("p", f"For {who}, {day_of(invoice['created'])}{due}"))
    parts.append(_lines(invoice))
    if error:
        parts.append(tag("p", error, class_="error", role="alert"))
    if invoice["status"] == "open":
        pay = button(f"Pay {shown(invoice['amount_remaining'], invoice['currency'])}")
        parts += [form(*card_fields({}), pay), card_help()]
    parts.append(tag("p", tag("a", "Download PDF", href=invoice["invoice_pdf"])))
    return document(title, *parts, status=402 if error else 200)


def _rows(invoice: Body) -> list[tuple[str, str]]:
    currency = invoice["currency"]
    rows = [
        (line["description"], shown(line["amount"], currency)) for line in invoice["lines"]["data"]
    ]
    tax = sum(t["amount"] for t in invoice["total_taxes"])
    credit = invoice["total"] - invoice["amount_due"] if invoice["total"] > 0 else 0
    if tax:
        rows.append(("Tax", shown(tax, currency)))
    if credit:
        rows.append(("Credit used", shown(-credit, currency)))
    rows.append(("Total", shown(invoice["total"], currency)))
    return rows


def _lines(invoice: Body) -> Markup:
    due = ("To pay", tag("strong", shown(invoice["amount_remaining"], invoice["currency"])))
    return table(("What", "Amount"), [*_rows(invoice), due])


def _printed(invoice: Body) -> Page:
    head = [
        f"Invoice {invoice['number']}",
        f"{invoice['customer_name'] or invoice['customer_email'] or ''}",
        f"Date: {day_of(invoice['created'])}   State: {STATES[invoice['status']]}",
        "",
    ]
    text = [f"{what:<62}{amount:>20}" for what, amount in _rows(invoice)]
    name = f'inline; filename="{invoice["number"]}.pdf"'
    headers = {"Content-Type": "application/pdf", "Content-Disposition": name}
    return Page(200, make_pdf([*head, *text]), headers)
