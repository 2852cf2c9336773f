"""From the page of Checkout to more seats, against the simulator by the real client."""

from __future__ import annotations

import pytest

from billing import biller, buying
from billing.errors import Refused
from billing.gateway import reading
from billing.models import Command, Invoice, Subscription
from tests.billing.conftest import OLGA


def refused(code: str):
    """The block is refused for this reason."""
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_a_company_buys_five_seats_and_its_workspace_has_five(shop) -> None:
    """Failure 8: the first purchase says how many seats; failure 11: not a number of the plan."""
    row = shop.subscribe(seats=6)
    assert (row.status, row.plan, row.interval, row.currency) == ("active", "team", "month", "EUR")
    assert (row.seats, row.unit_amount) == (6, 1500)
    shop.push()
    limits = shop.limits()
    assert (limits.state, limits.plan, limits.seats) == ("active", "team", 6)
    paid = Invoice.objects.get(account=shop.account)
    assert (paid.status, paid.total, paid.amount_paid) == ("paid", 9000, 9000)
    assert shop.account.details["card"]["last4"] == "4242"


def test_what_is_previewed_is_invoiced_to_the_minor_unit(shop) -> None:
    """Failures 7 and 10: a later change of seats reaches the provider, as one invoice."""
    shop.subscribe(seats=6)
    shop.world.advance(days=11, seconds=4321)
    preview = shop.preview(seats=9)
    shop.world.advance(seconds=200)
    made = shop.work(buying.buy(shop.ref.id, signed=preview.signed, by=OLGA))
    assert (made.state, made.result) == ("done", {"applied": True})
    assert shop.live.seats == shop.subscription()["items"].data[0].quantity == 9
    invoices = shop.invoices()
    assert len(invoices) == 2
    assert (invoices[0].total, invoices[0].status) == (preview.due_now, "paid")
    assert 0 < preview.due_now < 3 * 1500
    assert preview.renewal == 9 * 1500
    assert [line.amount for line in invoices[0].lines.data] == [x.amount for x in preview.lines]


def test_an_upgrade_and_a_longer_period_are_charged_at_once(shop) -> None:
    shop.subscribe(seats=6)
    shop.world.advance(days=3)
    preview = shop.preview(plan="business", interval="year", seats=7)
    made = shop.work(buying.buy(shop.ref.id, signed=preview.signed, by=OLGA))
    assert made.state == "done"
    row = shop.live
    assert (row.plan, row.interval, row.seats) == ("business", "year", 7)
    assert shop.invoices()[0].total == preview.due_now
    assert preview.renewal == 7 * 33600


def test_the_same_preview_is_bought_once_in_two_tabs(shop) -> None:
    """Failure 16: a double click."""
    shop.subscribe(seats=6)
    signed = shop.preview(seats=8).signed
    first = buying.buy(shop.ref.id, signed=signed, by=OLGA)
    assert buying.buy(shop.ref.id, signed=signed, by=OLGA).pk == first.pk
    shop.work(first)
    assert buying.buy(shop.ref.id, signed=signed, by=OLGA).pk == first.pk
    assert Command.objects.filter(kind="buy").count() == 1
    assert len(shop.invoices()) == 2


def test_two_previews_of_two_tabs_do_not_add_up(shop) -> None:
    shop.subscribe(seats=6)
    one, other = shop.preview(seats=8), shop.preview(seats=7)
    first = buying.buy(shop.ref.id, signed=one.signed, by=OLGA)
    with refused("busy"):
        buying.buy(shop.ref.id, signed=other.signed, by=OLGA)
    shop.work(first)
    with refused("changed_meanwhile"):
        buying.buy(shop.ref.id, signed=other.signed, by=OLGA)
    assert shop.live.seats == 8


def test_a_preview_of_another_workspace_an_old_one_and_a_forged_one_are_refused(
    shop, other_shop, monkeypatch
) -> None:
    shop.subscribe(seats=6)
    other_shop.subscribe(seats=6)
    signed = shop.preview(seats=8).signed
    with refused("stale_preview"):
        buying.buy(other_shop.ref.id, signed=signed, by=OLGA)
    with refused("stale_preview"):
        buying.buy(shop.ref.id, signed=signed[:-1] + "x", by=OLGA)
    monkeypatch.setattr("billing.previews.LIFE", -1)
    with refused("stale_preview"):
        buying.buy(shop.ref.id, signed=signed, by=OLGA)
    assert not Command.objects.exists()


def test_a_decline_changes_nothing_and_says_where_to_pay(shop) -> None:
    shop.subscribe(seats=6)
    shop.world.card(shop.customer, "generic_decline")
    made = shop.buy(seats=9)
    assert made.state == "done"
    assert made.result["applied"] is False
    assert made.result["pay"].startswith("http")
    assert "Pay the invoice" in buying.why(made)
    row = shop.live
    assert (row.seats, row.pending_seats, row.status) == (6, 9, "active")
    assert row.pending_until is not None
    with refused("pending_first"):
        shop.preview(seats=10)
    shop.world.card(shop.customer, None)
    assert buying.pay_url(shop.ref.id) == made.result["pay"]
    shop.world.api.v1.invoices.pay(shop.invoices()[0].id)
    shop.sync()
    assert (shop.live.seats, shop.live.pending_until) == (9, None)


def test_there_is_one_open_checkout_and_none_beside_a_subscription(shop) -> None:
    """Failure 16: two tabs, and a second purchase after the first."""
    first, second = shop.open(seats=6), shop.open(seats=7)
    assert shop.world.pay_on_page(first)[0] >= 400
    listed = shop.world.api.v1.checkout.sessions.list({"customer": shop.customer}).data
    assert sorted(session.status for session in listed) == ["expired", "open"]
    assert shop.world.pay_on_page(second)[0] == 303
    assert not Subscription.objects.exists(), "nobody has told us yet"
    with refused("has_subscription"):
        shop.open(seats=6)
    assert shop.live.seats == 7


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"seats": 0}, "bad_seats"),
        ({"seats": 4}, "below_used"),
        ({"seats": 10_000_000}, "bad_seats"),
        ({"seats": 49, "plan": "enterprise"}, "bad_seats"),
        ({"plan": "free"}, "not_sold"),
        ({"plan": "nothing"}, "not_sold"),
        ({"currency": "XXX"}, "not_sold"),
        ({"interval": "week"}, "not_sold"),
    ],
)
def test_what_is_not_sold_so_is_refused_before_anybody_is_asked(shop, wanted, code) -> None:
    """Failures 6 and 12: five people work at acme."""
    with refused(code):
        shop.open(**{"seats": 6} | wanted)
    assert shop.account.customer is None


def test_the_currency_stays_after_the_first_payment(shop) -> None:
    shop.subscribe(seats=6)
    shop.world.api.v1.subscriptions.cancel(shop.live.stripe_id)
    shop.sync()
    with refused("other_currency"):
        shop.open(seats=6, currency="USD")
    assert shop.open(seats=6).startswith("http")


def test_nothing_is_sold_without_a_key(shop, settings) -> None:
    settings.STRIPE_API_KEY = ""
    with refused("not_set_up"):
        shop.open(seats=6)
    assert buying.overview(shop.ref.id).subscription is None


def test_a_command_of_another_workspace_is_not_shown(shop, other_shop) -> None:
    shop.subscribe(seats=6)
    made = shop.buy(seats=7)
    assert buying.command(shop.ref.id, made.pk) == made
    assert buying.command(other_shop.ref.id, made.pk) is None
    assert buying.command(shop.ref.id, "nonsense") is None
    assert buying.invoices(other_shop.ref.id) == []
    assert len(buying.invoices(shop.ref.id)) == 2


def test_two_tabs_make_one_customer(shop) -> None:
    """Failure 19: no orphans at the provider."""
    shop.open(seats=6)
    account = shop.account
    account.customer = None
    account.save()
    shop.open(seats=6)
    assert len(shop.world.api.v1.customers.list({}).data) == 1


def test_who_comes_and_goes_changes_nothing_at_the_provider(shop) -> None:
    """Failures 6, 7 and 10: seats are bought, people sit on them; neither overwrites the other."""
    from app.access.models import User
    from tenants.context import use_tenant

    shop.subscribe(seats=6)
    with use_tenant(shop.ref):
        User.objects.filter(email__startswith="rita@").update(is_active=False)
        User.objects.create_user("eve@acme.example", "x", name="Eve", role="sales")
    shop.sync()
    shop.push()
    biller.run_round()
    assert shop.subscription()["items"].data[0].quantity == 6
    assert len(shop.invoices()) == 1
    assert not Command.objects.exists()


def test_the_client_speaks_the_version_that_was_tried(shop) -> None:
    """Failure 22: a new version of the client is a decision, not an accident."""
    import stripe
    from stripe._api_version import _ApiVersion

    assert _ApiVersion.CURRENT == "2026-10-28.endive"
    assert stripe.VERSION.startswith("16.")
    body = reading.subscriptions_of(shop.subscribe(seats=6).account.customer)[0]
    assert "current_period_end" not in body
    assert body["items"]["data"][0]["current_period_end"] > body["created"]
    assert "subscription" not in reading.invoices_of(shop.customer)[0]


@pytest.mark.parametrize(
    ("currency", "interval", "plan", "seats", "more"),
    [
        ("CNY", "month", "team", 7, {"seats": 11}),
        ("USD", "year", "team", 6, {"seats": 7}),
        ("EUR", "year", "business", 13, {"plan": "enterprise", "seats": 61}),
        ("CNY", "month", "business", 9, {"interval": "year"}),
    ],
)
def test_a_preview_with_tax_equals_its_invoice(
    shop, settings, currency, interval, plan, seats, more
) -> None:
    """Failure 7: to the minor unit, in every currency, at an odd second of the period."""
    settings.STRIPE_TAX = True
    shop.world.simulator.control("POST", "settings", automatic_tax={"DE": 19})
    url = shop.open(currency=currency, interval=interval, plan=plan, seats=seats)
    address = {"country": "DE", "line1": "Ring 1", "city": "Bonn", "postal_code": "53111"}
    assert shop.world.pay_on_page(url, **address)[0] == 303
    shop.sync()
    shop.world.advance(days=17, seconds=12345)
    shop.sync()
    preview = shop.preview(**more)
    made = shop.work(buying.buy(shop.ref.id, signed=preview.signed, by=OLGA))
    assert made.state == "done"
    invoice = shop.invoices()[0]
    assert (invoice.amount_due, invoice.amount_paid) == (preview.due_now, preview.due_now)
    assert sum(tax.amount for tax in invoice.total_taxes) == preview.tax > 0
    assert preview.currency == currency
    kept = Invoice.objects.get(stripe_id=invoice.id)
    assert (kept.tax, kept.total) == (preview.tax, invoice.total)
