"""The page on which a card is typed in."""

from __future__ import annotations

from collections.abc import Mapping

from local.stripe.completing import AsksWhoItIs, complete
from local.stripe.errors import Refusal
from local.stripe.money import shown
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
    join,
    redirect,
    table,
    tag,
)
from local.stripe.store import Body
from local.stripe.world import World

KEPT = ("number", "expiry", "cvc", "name", "email", "line1", "postal_code", "city", "country",
        "tax_kind", "tax_id", "do")  # fmt: skip
CARDS = (
    ("4242 4242 4242 4242", "works"),
    ("4000 0000 0000 0341", "is taken, then fails"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has no funds"),
    ("4000 0025 0000 3155", "asks who you are"),
)


def checkout_page(world: World, key: str, given: Mapping[str, str] | None) -> Page:
    """Show it, or take what was typed; a second submit leads where the first one did."""
    session = world.store.get(key)
    if session is None or session["object"] != "checkout.session":
        return failure("Not found", "There is no such Checkout page.", status=404)
    with world.at(world.moment_of(session["customer"])):
        if session["status"] == "complete":
            return redirect(_back(session, session["success_url"]))
        if session["status"] != "open" or session["expires_at"] <= world.now():
            return failure("This page has expired", "Go back and begin anew.", status=410)
        if given is None:
            return _show(world, session, {})
        return _take(world, session, given)


def _take(world: World, session: Body, given: Mapping[str, str]) -> Page:
    try:
        with world.store.transaction():
            done = complete(world, session, given)
    except AsksWhoItIs:
        return confirmation(given, back=f"/checkout/{session['id']}")
    except Refusal as refused:
        return _show(world, session, given, error=refused.body["error"]["message"])
    return redirect(_back(done, done["success_url"]))


def _back(session: Body, url: str) -> str:
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _show(
    world: World, session: Body, given: Mapping[str, str], *, error: str | None = None
) -> Page:
    title = "Save a card" if session["mode"] == "setup" else "Subscribe"
    told = tag("p", error, class_="error", role="alert") if error else ""
    cancel = session["cancel_url"]
    back = tag("a", "← Back", href=_back(session, cancel), class_="back") if cancel else ""
    fields = [*card_fields(given), *_address(session, given)]
    if not session["customer"]:
        email = given.get("email") or session["customer_email"] or ""
        fields.insert(0, entry("Email", "email", email, type="email", required="required"))
    pay = "Save card" if session["mode"] == "setup" else f"Pay {_total(session)}"
    body = form(*fields, button(pay))
    return document(
        title, back, tag("h1", title), _lines(session), told, body, card_help(),
        status=402 if error else 200,
    )  # fmt: skip


def card_fields(given: Mapping[str, str]) -> list[Markup]:
    """Number, month, code, name."""

    def held(name: str) -> str:
        return given.get(name, "")

    number = entry("Card number", "number", held("number"), inputmode="numeric",
                   autocomplete="cc-number", required="required", autofocus="autofocus",
                   placeholder="4242 4242 4242 4242")  # fmt: skip
    expiry = entry("Expires", "expiry", held("expiry"), placeholder="12 / 34",
                   autocomplete="cc-exp", required="required")  # fmt: skip
    cvc = entry("Security code", "cvc", held("cvc"), placeholder="123", required="required",
                autocomplete="cc-csc", inputmode="numeric")  # fmt: skip
    name = entry("Name on the card", "name", held("name"), autocomplete="cc-name",
                 required="required")  # fmt: skip
    return [number, tag("div", expiry, cvc, class_="pair"), name]


def _address(session: Body, given: Mapping[str, str]) -> list[Markup]:
    fields = [choice("Country", "country", COUNTRIES, given.get("country", ""))]
    if session["billing_address_collection"] == "required":
        fields += address_fields(given)
    if session["tax_id_collection"]["enabled"]:
        fields += [
            choice("Tax id", "tax_kind", TAX_KINDS, given.get("tax_kind", "")),
            entry("Tax number", "tax_id", given.get("tax_id", "")),
        ]
    return fields


def address_fields(given: Mapping[str, str]) -> list[Markup]:
    """Street, code and town."""
    town = tag(
        "div",
        entry("Postal code", "postal_code", given.get("postal_code", "")),
        entry("City", "city", given.get("city", "")),
        class_="pair",
    )
    return [entry("Street", "line1", given.get("line1", "")), town]


def _lines(session: Body) -> Markup:
    if not session["_lines"]:
        return Markup("")
    rows = [
        (
            f"{line['quantity']} × {line['description']}",
            shown(line["amount_total"], line["currency"]),
        )
        for line in session["_lines"]
    ]
    total = ("Due today", tag("strong", _total(session)))
    taxed = session["automatic_tax"]["enabled"] or any(x["_tax_rates"] for x in session["_lines"])
    tax = [("Tax", "by your address")] if taxed else []
    return table(("What", "Amount"), [*rows, *tax, total])


def _total(session: Body) -> str:
    trial = session["_data"].get("trial_period_days") or session["_data"].get("trial_end")
    return shown(0 if trial else session["amount_total"], session["currency"])


def card_help() -> Markup:
    """Which numbers do what."""
    rows = [tag("li", tag("code", number), f" {what}") for number, what in CARDS]
    told = "Any month to come, any code."
    return tag(
        "details", tag("summary", "Test cards"), tag("ul", *rows), tag("p", told), class_="help"
    )


def confirmation(given: Mapping[str, str], *, back: str) -> Page:
    """The bank's page, with what was typed kept in hidden fields."""
    hidden = [
        tag("input", type="hidden", name=name, value=given[name]) for name in KEPT if name in given
    ]
    yes = tag("input", type="hidden", name="confirmed", value="yes")
    text = "Your bank wants to know whether it is you who pays."
    return document(
        "Confirm", tag("h1", "Confirm with your bank"), tag("p", text),
        form(join(hidden), yes, button("It is me")),
        tag("p", tag("a", "Use another card", href=back)),
    )  # fmt: skip
