"""The page at /: who pays for what, what happened, and buttons that move time and cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice

from local.stripe import clock
from local.stripe.money import shown
from local.stripe.pages import Markup, Page, button, document, form, join, redirect, table, tag
from local.stripe.store import Body
from local.stripe.webhooks import Messenger
from local.stripe.world import World

MOST = 30


def desk_page(world: World, messenger: Messenger, given: Mapping[str, str] | None) -> Page:
    """Show it, or press one of its buttons."""
    if given is None:
        return _show(world)
    asked = given.get("do")
    if asked == "day":
        clock.advance(world, world.today() + 86400, between=messenger.wake)
    elif asked == "next":
        at = clock.next_moment(world)
        clock.advance(world, max(at or 0, world.today()), between=messenger.wake)
    elif asked in {"fail", "mend"}:
        _spoil(world, given.get("customer", ""), fail=asked == "fail")
    messenger.wake()
    return redirect("/")


def _spoil(world: World, customer: str, *, fail: bool) -> None:
    with world.store.transaction():
        cards = world.store.remembered("cards", {})
        cards.pop(customer, None)
        world.store.remember("cards", cards | ({customer: "generic_decline"} if fail else {}))


def _show(world: World) -> Page:
    with world.store.transaction():
        now = datetime.fromtimestamp(world.today(), UTC)
        following = clock.next_moment(world)
        told = f"next: {_moment(following)}" if following else "nothing is due"
        bar = tag(
            "div", tag("strong", f"{now:%d %b %Y %H:%M} UTC"), _press("day", "Advance 1 day"),
            _press("next", "To what is due next"), tag("span", told, class_="soft"), class_="bar",
        )  # fmt: skip
        return document(
            "Stripe, simulated", tag("h1", "Stripe, simulated"), bar, _customers(world),
            _subscriptions(world), _invoices(world), _events(world), wide=True,
        )  # fmt: skip


def _press(do: str, text: str, **more: str) -> Markup:
    fields = [
        tag("input", type="hidden", name=name, value=value)
        for name, value in {"do": do, **more}.items()
    ]
    return form(join(fields), button(text, quiet=True), action="/")


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %b %Y %H:%M}"


def _state(word: str) -> Markup:
    return tag("span", word.replace("_", " "), class_=f"state {word}")


def _section(title: str, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> Markup:
    listed = table(head, rows) if rows else tag("p", "None yet.", class_="soft")
    return tag("section", tag("h2", title), listed)


def _latest(world: World, kind: str) -> list[Body]:
    return list(islice(world.store.walk(kind), MOST))


def _customers(world: World) -> Markup:
    cards = world.store.remembered("cards", {})
    rows: list[tuple[object, ...]] = []
    for found in _latest(world, "customer"):
        key = found["id"]
        spoilt = key in cards
        press = _press("mend", "Mend the card", customer=key)
        if not spoilt:
            press = _press("fail", "Let the card fail", customer=key)
        balance = shown(found["balance"], found["currency"] or "")
        card = "fails" if spoilt else "as its number says"
        rows.append((tag("code", key), found["name"] or found["email"], balance, card, press))
    return _section("Customers", ("Id", "Name", "Balance", "Card", ""), rows)


def _subscriptions(world: World) -> Markup:
    rows: list[tuple[object, ...]] = []
    for found in _latest(world, "subscription"):
        item = found["items"]["data"][0]
        price = world.load("price", item["price"])
        product = world.load("product", price["product"])["name"]
        what = f"{item['quantity']} × {product}, {shown(price['unit_amount'], price['currency'])}"
        until = _moment(item["current_period_end"])
        ends = " (ends then)" if found["cancel_at_period_end"] else ""
        rows.append((tag("code", found["id"]), _state(found["status"]), what,
                     f"a {price['recurring']['interval']}", f"{until}{ends}"))  # fmt: skip
    return _section("Subscriptions", ("Id", "State", "What", "Every", "Period until"), rows)


def _invoices(world: World) -> Markup:
    rows: list[tuple[object, ...]] = []
    for found in _latest(world, "invoice"):
        number = found["number"] or found["id"]
        link: object = number
        if found["hosted_invoice_url"]:
            link = tag("a", number, href=found["hosted_invoice_url"])
        due = shown(found["amount_due"], found["currency"])
        rows.append((link, _state(found["status"]), _moment(found["created"]), due,
                     found["billing_reason"].replace("_", " ")))  # fmt: skip
    return _section("Invoices", ("Number", "State", "Made", "Due", "Why"), rows)


def _events(world: World) -> Markup:
    sql = "SELECT event, state, attempts, status FROM deliveries ORDER BY seq DESC LIMIT 500"
    sent = {row[0]: row for row in reversed(world.store.run(sql))}
    rows: list[tuple[object, ...]] = []
    for found in _latest(world, "event"):
        row = sent.get(found["id"])
        told = f"{row[1]}, {row[2]} tries, {row[3] or 'no answer'}" if row else "not sent"
        rows.append((_moment(found["created"]), found["type"], tag("code", found["id"]), told))
    return _section("Events", ("When", "What", "Id", "Webhook"), rows)
