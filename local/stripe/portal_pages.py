"""The portal's page: card, address, tax ids, invoices, and what else the configuration allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from local.stripe.cards import attach, new_card, try_reachable
from local.stripe.checkout_pages import address_fields, card_fields, card_help, confirmation
from local.stripe.completing import AsksWhoItIs, card_of
from local.stripe.customers import add_tax_id, full_address
from local.stripe.errors import Refusal, invalid
from local.stripe.money import day_of, shown
from local.stripe.pages import (
    COUNTRIES,
    TAX_KINDS,
    Markup,
    Page,
    button,
    choice,
    document,
    entry,
    failure,
    form,
    redirect,
    table,
    tag,
)
from local.stripe.store import Body
from local.stripe.world import ENDED, World

Given = Mapping[str, str]


def portal_page(world: World, key: str, secret: str, given: Given | None) -> Page:
    """Show it, or do what was asked for on it."""
    session = world.store.get(key)
    if session is None or session.get("_secret") != secret:
        return failure("Not found", "There is no such page.", status=404)
    with world.at(world.moment_of(session["customer"])):
        if session["_until"] < world.now():
            return failure("This page has expired", "Open it anew.", status=410)
        here = f"/portal/{key}/{secret}"
        if given is None:
            return _show(world, session)
        try:
            with world.store.transaction():
                _do(world, session, given)
        except AsksWhoItIs:
            return confirmation(given, back=here)
        except Refusal as refused:
            return _show(world, session, error=refused.body["error"]["message"])
        flow = session["flow"] is not None and session["return_url"]
        return redirect(session["return_url"] if flow else here)


def _do(world: World, session: Body, given: Given) -> None:
    features = _features(world, session)
    needed, action = ACTIONS.get(given.get("do", ""), ("", _nothing))
    if not needed or not features[needed]["enabled"]:
        raise invalid("This is not offered here.")
    action(world, session["customer"], given)


def _features(world: World, session: Body) -> Body:
    found = world.load("billing_portal.configuration", session["configuration"])
    features: Body = found["features"]
    return features


def _nothing(world: World, customer: str, given: Given) -> None:
    raise invalid("This is not offered here.")


def _card(world: World, customer: str, given: Given) -> None:
    details = {"name": given.get("name")}
    method = new_card(world, card_of(given), details=details)
    if try_reachable(world, method, confirmed=given.get("confirmed") == "yes"):
        raise AsksWhoItIs
    attach(world, method["id"], customer)
    make_default(world, customer, method["id"])


def make_default(world: World, key: str, method: str) -> None:
    """The card is charged from now on, by every subscription that goes on."""
    customer = world.load("customer", key)
    settings = customer["invoice_settings"] | {"default_payment_method": method}
    world.save(customer | {"invoice_settings": settings}, "customer.updated")
    for found in world.store.all("subscription", customer=key):
        if found["status"] not in ENDED:
            changes = {"default_payment_method": method}
            world.save(found | changes, "customer.subscription.updated")


def _details(world: World, key: str, given: Given) -> None:
    customer = world.load("customer", key)
    parts = ("line1", "postal_code", "city", "country")
    customer["address"] = full_address({name: given.get(name, "") for name in parts})
    customer["name"] = given.get("company") or customer["name"]
    customer["email"] = given.get("email") or customer["email"]
    world.save(customer, "customer.updated")


def _add_tax(world: World, customer: str, given: Given) -> None:
    tax = {"type": given.get("tax_kind", ""), "value": given.get("tax_id", "").strip()}
    add_tax_id(world, customer, tax)


def _drop_tax(world: World, customer: str, given: Given) -> None:
    found = world.load("tax_id", given.get("tax", ""))
    if found["customer"] == customer:
        world.emit("customer.tax_id.deleted", found)
        world.store.drop(found["id"])


def _end(world: World, customer: str, given: Given) -> None:
    from local.stripe.updating import keep

    found = world.load("subscription", given.get("subscription", ""))
    if found["customer"] != customer or found["schedule"]:
        raise invalid("This subscription cannot be changed here.")
    ends = given["do"] == "cancel"
    end = found["items"]["data"][0]["current_period_end"]
    found |= {"cancel_at_period_end": ends, "cancel_at": end if ends else None}
    keep(world, found | {"canceled_at": world.now() if ends else None})


ACTIONS: dict[str, tuple[str, Callable[[World, str, Given], None]]] = {
    "card": ("payment_method_update", _card),
    "details": ("customer_update", _details),
    "add_tax": ("customer_update", _add_tax),
    "drop_tax": ("customer_update", _drop_tax),
    "cancel": ("subscription_cancel", _end),
    "resume": ("subscription_cancel", _end),
}


def _show(world: World, session: Body, *, error: str | None = None) -> Page:
    customer = world.load("customer", session["customer"])
    features = _features(world, session)
    only = (session["flow"] or {}).get("type")
    parts: list[Markup] = []
    if session["return_url"]:
        parts.append(tag("a", "← Back", href=session["return_url"], class_="back"))
    parts.append(tag("h1", f"Billing of {customer['name'] or customer['email'] or 'you'}"))
    if error:
        parts.append(tag("p", error, class_="error", role="alert"))
    for name, section in SECTIONS.items():
        if features[name]["enabled"] and only in {None, name}:
            parts += section(world, customer, features[name])
    return document("Billing", *parts, status=402 if error else 200)


def _card_section(world: World, customer: Body, feature: Body) -> list[Markup]:
    key = customer["invoice_settings"]["default_payment_method"]
    live = world.store.walk("subscription", customer=customer["id"])
    own = next((s["default_payment_method"] for s in live if s["status"] != "canceled"), None)
    method = world.store.get(own or key or "")
    told = "No card yet."
    if method:
        card = method["card"]
        ends = f"{card['exp_month']:02d} / {card['exp_year']}"
        told = f"{card['brand'].title()} ending in {card['last4']}, valid until {ends}"
    fields = form(_hidden("card"), *card_fields({}), button("Save card"))
    another = tag("details", tag("summary", "Use another card"), fields, card_help())
    return [tag("section", tag("h2", "Card"), tag("p", told), another)]


def _details_section(world: World, customer: Body, feature: Body) -> list[Markup]:
    allowed, sections = feature["allowed_updates"], []
    address = customer["address"] or {}
    held = {name: value or "" for name, value in address.items()}
    fields = [_hidden("details")]
    if "name" in allowed:
        fields.append(entry("Company", "company", customer["name"] or ""))
    if "email" in allowed:
        fields.append(entry("Email", "email", customer["email"] or "", type="email"))
    if "address" in allowed:
        fields += address_fields(held)
        fields.append(choice("Country", "country", COUNTRIES, held.get("country", "")))
    if len(fields) > 1:
        sections.append(tag("section", tag("h2", "Address"), form(*fields, button("Save"))))
    if "tax_id" in allowed:
        sections.append(_tax_section(world, customer))
    return sections


def _tax_section(world: World, customer: Body) -> Markup:
    rows = [
        (
            TAX_KINDS.get(found["type"], found["type"]),
            found["value"],
            form(_hidden("drop_tax"), _field("tax", found["id"]), button("Remove", quiet=True)),
        )
        for found in world.store.walk("tax_id", parent=customer["id"])
    ]
    listed = table(("Kind", "Number", ""), rows) if rows else tag("p", "No tax id.")
    kind = choice("Kind", "tax_kind", TAX_KINDS, "")
    add = form(_hidden("add_tax"), kind, entry("Number", "tax_id"), button("Add", quiet=True))
    return tag("section", tag("h2", "Tax ids"), listed, add)


def _invoices(world: World, customer: Body, feature: Body) -> list[Markup]:
    rows = [
        (
            tag("a", found["number"], href=found["hosted_invoice_url"]),
            day_of(found["created"]),
            shown(found["total"], found["currency"]),
            found["status"],
        )
        for found in world.store.walk("invoice", customer=customer["id"])
        if found["number"]
    ]
    listed = table(("Number", "Date", "Total", "State"), rows)
    told = listed if rows else tag("p", "No invoices yet.")
    return [tag("section", tag("h2", "Invoices"), told)]


def _subscriptions(world: World, customer: Body, feature: Body) -> list[Markup]:
    sections = []
    for found in world.store.walk("subscription", customer=customer["id"]):
        if found["status"] in ENDED:
            continue
        ends = found["cancel_at_period_end"]
        day = day_of(found["items"]["data"][0]["current_period_end"])
        told = f"Ends on {day}." if ends else f"Renews on {day}."
        verb = ("resume", "Do not cancel") if ends else ("cancel", "Cancel at the end")
        asked = form(
            _hidden(verb[0]), _field("subscription", found["id"]), button(verb[1], quiet=True)
        )
        sections.append(tag("section", tag("h2", "Subscription"), tag("p", told), asked))
    return sections


def _hidden(do: str) -> Markup:
    return _field("do", do)


def _field(name: str, value: str) -> Markup:
    return tag("input", type="hidden", name=name, value=value)


SECTIONS: dict[str, Callable[[World, Body, Body], list[Markup]]] = {
    "payment_method_update": _card_section,
    "customer_update": _details_section,
    "invoice_history": _invoices,
    "subscription_cancel": _subscriptions,
}
