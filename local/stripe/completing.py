"""What happens when somebody pays on a Checkout page."""

from __future__ import annotations

from collections.abc import Mapping

from local.stripe.cards import FAILING, attach, confirm_intent, new_card
from local.stripe.charging import try_card
from local.stripe.customers import add_tax_id, full_address, new_customer
from local.stripe.errors import declined
from local.stripe.store import Body
from local.stripe.subscribing import build, start
from local.stripe.updating import reason_of
from local.stripe.world import World


class AsksWhoItIs(Exception):
    """The bank wants the holder of the card to confirm."""


def complete(world: World, session: Body, form: Mapping[str, str]) -> Body:
    """Everything of a purchase at once; a refusal leaves nothing behind."""
    customer = _customer(world, session, form)
    method = _card(world, form, customer)
    confirmed = form.get("confirmed") == "yes"
    if session["mode"] == "setup":
        _set_up(world, session, method, confirmed=confirmed)
    else:
        _subscribe(world, session, customer, method, confirmed=confirmed)
    world.unplan("checkout", session)
    kept = world.load("customer", customer["id"])
    session |= {
        "status": "complete", "customer": customer["id"], "url": None,
        "payment_status": "no_payment_required" if session["mode"] == "setup" else "paid",
        "customer_details": {
            "address": kept["address"], "email": kept["email"], "name": form.get("name"),
            "phone": None, "tax_exempt": "none", "business_name": None, "individual_name": None,
            "tax_ids": [{"type": found["type"], "value": found["value"]}
                        for found in world.store.walk("tax_id", parent=kept["id"])],
        },
    }  # fmt: skip
    return world.save(session, "checkout.session.completed")


def _customer(world: World, session: Body, form: Mapping[str, str]) -> Body:
    """The customer of the session, or a new one, with the address that was typed."""
    known = session["customer"]
    if known:
        customer = world.load("customer", known)
    else:
        email = form.get("email") or session["customer_email"]
        customer = new_customer(world, email=email, name=form.get("name"))
        world.save(customer, "customer.created")
    given = {name: form.get(name, "") for name in ("line1", "postal_code", "city", "country")}
    may = session["_update"].get("address") == "auto" or not known
    if may and any(given.values()):
        customer["address"] = full_address(given)
    if form.get("name") and (session["_update"].get("name") == "auto" or not customer["name"]):
        customer["name"] = form["name"]
    world.save(customer, "customer.updated")
    if session["tax_id_collection"]["enabled"] and form.get("tax_kind") and form.get("tax_id"):
        tax = {"type": form["tax_kind"], "value": form["tax_id"].strip()}
        known_ids = world.store.walk("tax_id", parent=customer["id"])
        if tax not in [{"type": t["type"], "value": t["value"]} for t in known_ids]:
            add_tax_id(world, customer["id"], tax)
    return customer


def _card(world: World, form: Mapping[str, str], customer: Body) -> Body:
    address = {name: form.get(name) for name in ("line1", "postal_code", "city", "country")}
    details = {"name": form.get("name"), "email": customer["email"], "address": address}
    return new_card(world, card_of(form), details=details)


def card_of(form: Mapping[str, str]) -> dict[str, object]:
    """The card of a form: number, `12 / 34`, code."""
    month, _, year = form.get("expiry", "").replace(" ", "").partition("/")
    whole = {"exp_month": month, "exp_year": year}
    numbers = {name: int(v) if v.isdigit() else None for name, v in whole.items()}
    return {"number": form.get("number", ""), "cvc": form.get("cvc", ""), **numbers}


def _set_up(world: World, session: Body, method: Body, *, confirmed: bool) -> None:
    intent = world.load("setup_intent", session["setup_intent"])
    intent["payment_method"] = method["id"]
    if confirm_intent(world, intent, confirmed=confirmed)["status"] == "requires_action":
        raise AsksWhoItIs


def _subscribe(
    world: World, session: Body, customer: Body, method: Body, *, confirmed: bool
) -> None:
    outcome = try_card(world, method, customer["id"], confirmed=confirmed)
    if outcome == "requires_action":
        raise AsksWhoItIs
    if outcome != "paid" or method["_behaviour"] in FAILING:
        raise declined(reason_of(outcome if outcome != "paid" else method["_behaviour"]))
    if method["_behaviour"].startswith("authenticate"):
        method["_authenticated"] = True
        world.store.put(method)
    attach(world, method["id"], customer["id"])
    items = [
        {"price": entry["price"], "quantity": entry["quantity"], "tax_rates": entry["_tax_rates"]}
        for entry in session["_lines"]
    ]
    given = session["_data"] | {"items": items, "customer": customer["id"]}
    given |= {"default_payment_method": method["id"], "automatic_tax": session["automatic_tax"]}
    method = world.load("payment_method", method["id"])
    made = start(world, build(world, given), behaviour="error_if_incomplete", method=method)
    invoice = world.load("invoice", made["latest_invoice"])
    details = session["total_details"] | {"amount_tax": invoice["total"] - invoice["subtotal"]}
    session |= {
        "subscription": made["id"], "invoice": invoice["id"], "total_details": details,
        "amount_subtotal": invoice["subtotal"], "amount_total": invoice["total"],
    }  # fmt: skip
