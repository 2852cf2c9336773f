"""The owner's pages of the plan, against the simulator by the real client."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from app.access.inviting import Guest, invite
from app.access.models import ApiToken, Branch, Limits, Role, User, Workspace
from billing import clock
from billing.models import BillingAccount, Command, Subscription
from tenants.context import use_control, use_tenant
from tests.billing.conftest import Shop
from tests.payments import GOOD
from tests.records.helpers import actor

PLAN = "/settings/plan/"
PAGES = ("", "buy/", "seats/", "change/", "cancel/", "invoices/", "details/")
POSTS = (
    *("portal/", "pay/", "free/", "seats/", "change/", "confirm/", "later/", "keep/"),
    *("cancel/", "resume/", "details/", "buy/"),
)


@pytest.fixture
def owner(shop: Shop, browser: Any, alice: Any) -> Any:
    return browser(alice)


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", answer.content.decode()))


def pages(client: Any, path: str = "", **more: Any) -> str:
    answer = client.get(PLAN + path, **more)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer)


def buy_in(client: Any, shop: Shop, *, seats: int = 6, card: str = GOOD, **more: Any) -> None:
    """Choose on our page, pay on the provider's, come back."""
    form = {"plan": "team", "interval": "month", "currency": "EUR", "seats": seats, **more}
    answer = client.post(f"{PLAN}buy/", form)
    assert answer.status_code == 302, text_of(answer)
    status, _page = shop.world.pay_on_page(answer.headers["Location"], card=card)
    assert status == 303
    assert client.get(f"{PLAN}back/?bought=1").status_code == 302
    shop.push()


def work(shop: Shop) -> Command:
    """Let the biller do what was asked last; the command as it ended."""
    with use_control():
        return shop.work(Command.objects.order_by("-created_at").first())


def preview(client: Any, path: str, **form: Any) -> str:
    answer = client.post(PLAN + path, form, headers={"hx-request": "true"})
    assert answer.status_code == 200, text_of(answer)
    return text_of(answer)


def signed_in(text: str) -> str:
    return re.search(r'name="signed" value="([^"]+)"', text)[1]


# --- who -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
def test_only_owners_open_the_plan(browser, request, name):
    client = browser(request.getfixturevalue(name))
    assert {client.get(PLAN + path).status_code for path in PAGES} == {403}
    assert {client.post(PLAN + path).status_code for path in POSTS} == {403}


def test_administrators_read_whom_to_ask(browser, bob, two):
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(role=Role.ADMINISTRATOR)
    client = browser(bob)
    for path in PAGES:
        assert "Alice Alder" in pages(client, path)
        assert '<form method="post" action="/settings/plan/' not in pages(client, path)
    assert {client.post(PLAN + path).status_code for path in POSTS} == {403}


def test_the_account_is_always_the_own_one(owner, shop, other_shop, mallory, browser):
    """A command of another workspace is not there, whatever its number."""
    buy_in(owner, shop)
    text = preview(owner, "seats/", seats=8)
    owner.post(f"{PLAN}confirm/", {"signed": signed_in(text)})
    with use_control():
        made = Command.objects.get(kind="buy")
    assert owner.get(f"{PLAN}asked/{made.pk}/").status_code == 200
    stranger = browser(mallory, ref=other_shop.ref)
    assert stranger.get(f"{PLAN}asked/{made.pk}/").status_code == 404
    stranger.post(f"{PLAN}confirm/", {"signed": signed_in(text)})
    with use_control():
        assert Command.objects.filter(kind="buy").count() == 1
        assert not Subscription.objects.filter(account__tenant_id=other_shop.ref.id).exists()


# --- before paying -------------------------------------------------------------------------------
def test_in_the_trial_everything_is_there_and_nothing_is_paid(owner):
    text = pages(owner)
    assert "The trial lasts until" in text
    assert "Choose a plan" in text
    assert "No invoices yet" in text


def test_without_the_provider_the_page_says_that_paying_is_not_set_up(owner, settings):
    settings.STRIPE_API_KEY = ""
    text = pages(owner)
    assert "Paying is not set up" in text
    assert 'href="/settings/plan/buy/"' not in text
    form = {"plan": "team", "interval": "month", "currency": "EUR", "seats": 6}
    answer = owner.post(f"{PLAN}buy/", form)
    assert answer.status_code == 422
    assert "Paying is not set up" in text_of(answer)


def test_what_was_wished_at_the_sign_up_is_offered_first(owner, shop):
    with use_control():
        BillingAccount.objects.filter(pk=shop.account.pk).update(wish="business")
    text = pages(owner, "buy/")
    assert re.search(r'value="business" checked', text)
    assert re.search(r'name="seats"[^>]*value="5"', text), "as many as are in use"


def test_the_price_follows_what_is_chosen(owner):
    text = pages(owner, "buy/?plan=team&interval=year&currency=EUR&seats=10")
    assert "€1,440" in text
    assert "each year" in text


def test_the_pages_that_lead_to_the_provider_may(owner, stripe_world):
    for path in ("", "buy/", "invoices/"):
        policy = owner.get(PLAN + path).headers["Content-Security-Policy"]
        [forms] = [part for part in policy.split(";") if "form-action" in part]
        assert len(forms.split()) >= 3, "self and the provider"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seats": "4"}, "5 seats are used"),
        ({"seats": "many"}, "whole number of seats"),
        ({"seats": "-3"}, "whole number of seats"),
        ({"plan": "enterprise", "seats": "10"}, "from 50 on"),
    ],
)
def test_what_cannot_be_bought_is_refused_with_the_reason(owner, wrong, words):
    form = {"plan": "team", "interval": "month", "currency": "EUR", "seats": 6, **wrong}
    answer = owner.post(f"{PLAN}buy/", form)
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_from_the_trial_to_a_paid_plan(owner, shop):
    buy_in(owner, shop, seats=6)
    text = pages(owner)
    assert "6 seats, monthly: €15 each. The next invoice of €90" in text
    assert "Visa ···· 4242" in text
    assert shop.limits().seats == 6
    assert "The trial lasts" not in text


def test_a_second_checkout_is_no_way_to_a_second_subscription(owner, shop):
    """Failure 16: whoever has a subscription is led to change it."""
    buy_in(owner, shop)
    assert owner.get(f"{PLAN}buy/").headers["Location"] == f"{PLAN}change/"
    form = {"plan": "team", "interval": "month", "currency": "EUR", "seats": 6}
    assert owner.post(f"{PLAN}buy/", form).headers["Location"] == f"{PLAN}change/"
    with use_control():
        assert Subscription.objects.count() == 1


# --- changing ------------------------------------------------------------------------------------
def test_what_is_shown_is_what_is_invoiced(owner, shop):
    buy_in(owner, shop)
    shop.world.advance(days=10)
    text = preview(owner, "seats/", seats=9)
    shown = re.search(r"Buy for €([\d.,]+)", text)[1]
    assert owner.post(f"{PLAN}confirm/", {"signed": signed_in(text)}).status_code == 302
    assert "waiting for the payment service" in pages(owner)
    assert work(shop).state == "done"
    assert shop.invoices()[0].total == round(float(shown) * 100)
    assert "9 seats, monthly" in pages(owner)


def test_two_tabs_and_a_reload_buy_once(owner, shop):
    """Failure 16: the command is made once for each signed price."""
    buy_in(owner, shop)
    signed = signed_in(preview(owner, "seats/", seats=8))
    for _again in range(3):
        owner.post(f"{PLAN}confirm/", {"signed": signed})
    work(shop)
    owner.post(f"{PLAN}confirm/", {"signed": signed})
    with use_control():
        assert Command.objects.filter(kind="buy").count() == 1
    assert len(shop.invoices()) == 2


def test_a_price_that_was_overtaken_is_not_bought_and_says_so(owner, shop):
    buy_in(owner, shop)
    first = signed_in(preview(owner, "seats/", seats=8))
    second = signed_in(preview(owner, "seats/", seats=7))
    owner.post(f"{PLAN}confirm/", {"signed": first})
    work(shop)
    answer = owner.post(f"{PLAN}confirm/", {"signed": second}, follow=True)
    assert "Your plan has changed meanwhile" in text_of(answer)
    assert shop.subscription()["items"].data[0].quantity == 8


def test_fewer_seats_are_planned_and_can_be_kept(owner, shop, two):
    buy_in(owner, shop, seats=8)
    text = preview(owner, "seats/", seats=6)
    assert "From the renewal on" in text
    assert "signed" not in text
    owner.post(f"{PLAN}later/", {"seats": "6"})
    assert work(shop).state == "done"
    assert "6 seats. Until then nobody is invited" in pages(owner)
    assert shop.limits().seats == 6, "nobody is invited into a seat that ends"
    owner.post(f"{PLAN}keep/")
    assert work(shop).state == "done"
    shop.push()
    assert shop.limits().seats == 8
    assert "Keep what I have" not in pages(owner)


def test_never_fewer_than_are_used_and_it_says_by_whom(owner, shop):
    """Failures 12 and 26."""
    buy_in(owner, shop, seats=8)
    text = preview(owner, "seats/", seats=3)
    assert "2 seats too many are in use" in text
    assert "Bob Birch" in text
    assert "Plan the change" not in text
    answer = owner.post(f"{PLAN}later/", {"seats": "3"}, follow=True)
    assert "5 seats are used" in text_of(answer)
    with use_control():
        assert not Command.objects.filter(kind="plan_change").exists()
    assert shop.limits().seats == 8


def test_an_upgrade_is_shown_and_begins_at_once(owner, shop):
    buy_in(owner, shop)
    text = preview(owner, "change/", plan="business", interval="year")
    owner.post(f"{PLAN}confirm/", {"signed": signed_in(text)})
    assert work(shop).state == "done"
    shop.push()
    assert shop.limits().plan == "business"


def test_a_downgrade_tells_what_would_be_too_much_and_waits_for_the_renewal(
    owner, shop, two, alice
):
    buy_in(owner, shop, plan="business")
    with use_tenant(two[0]):
        Branch.objects.create(name="Bern")
    text = preview(owner, "change/", plan="team", interval="month")
    assert "1 branch stays, no new ones come" in text
    owner.post(f"{PLAN}later/", {"plan": "team", "interval": "month"})
    assert work(shop).state == "done"
    shop.push()
    assert shop.limits().plan == "business"
    assert "Team, monthly, 6 seats" in pages(owner)


def test_a_refused_card_says_where_to_pay(owner, shop):
    buy_in(owner, shop)
    text = preview(owner, "seats/", seats=9)
    shop.world.card(shop.customer, "generic_decline")
    owner.post(f"{PLAN}confirm/", {"signed": signed_in(text)})
    work(shop)
    page = pages(owner)
    assert "Pay the invoice to finish the purchase" in page
    assert owner.post(f"{PLAN}pay/").headers["Location"].startswith("http")
    assert shop.limits().seats == 6


def test_a_provider_that_is_down_is_told_and_nothing_is_lost(owner, shop):
    buy_in(owner, shop)
    signed = signed_in(preview(owner, "seats/", seats=8))
    shop.world.simulator.kill()
    try:
        assert "6 seats, monthly" in pages(owner), "the page keeps working"
        answer = owner.post(f"{PLAN}seats/", {"seats": 9})
        assert answer.status_code == 503
        assert "Nothing has changed" in text_of(answer)
        assert "does not answer" in text_of(owner.post(f"{PLAN}portal/", follow=True))
        owner.post(f"{PLAN}confirm/", {"signed": signed})
        assert "waiting for the payment service" in pages(owner)
    finally:
        shop.world.simulator.start()
    assert work(shop).state == "done"
    assert "8 seats, monthly" in pages(owner)


# --- paying, cancelling, coming back ---------------------------------------------------------
def test_a_failed_payment_gives_grace_then_read_only_then_everything_again(owner, shop, two):
    buy_in(owner, shop)
    shop.world.card(shop.customer, "generic_decline")
    shop.world.advance(days=32)
    look(shop)
    assert shop.limits().state == "grace"
    assert "The last payment failed" in pages(owner)
    assert owner.get("/accounts/new/").status_code == 200, "nobody is locked out in grace"
    shop.world.advance(days=14)
    look(shop)
    assert shop.limits().state == "restricted"
    assert owner.get("/accounts/new/").status_code == 403
    assert "Pay €90 now" in pages(owner)
    assert owner.post(f"{PLAN}pay/").status_code == 302
    shop.world.card(shop.customer, None)
    for invoice in shop.invoices():
        if invoice.status == "open":
            shop.world.api.v1.invoices.pay(invoice.id)
    look(shop)
    assert shop.limits().state == "active"
    assert owner.get("/accounts/new/").status_code == 200


def test_a_debt_that_is_left_behind_is_not_offered_as_the_way_back(owner, shop, two):
    buy_in(owner, shop)
    shop.world.card(shop.customer, "generic_decline")
    shop.world.advance(days=60)  # the bank was asked for the last time: the subscription is over
    look(shop)
    assert shop.limits().cause == "ended"
    found = pages(owner)
    assert "Choose a plan" in found
    assert "Pay €90 now" not in found, "paying it would open nothing"
    shop.world.card(shop.customer, None)
    shop.subscribe(seats=7)
    shop.world.card(shop.customer, "generic_decline")
    shop.world.advance(days=32)
    look(shop)
    assert shop.limits().state == "grace"
    assert "Pay €105 now" in pages(owner), "the old debt does not end the grace"


def look(shop: Shop) -> None:
    """What the biller does of itself."""
    with use_control():
        shop.sync()
        BillingAccount.objects.update(next_look_at=timezone.now() - timedelta(days=1))
        shop.push()


def test_cancelling_is_meant_and_can_be_taken_back(owner, shop):
    buy_in(owner, shop)
    assert "/settings/export/" in pages(owner, "cancel/")
    assert owner.post(f"{PLAN}cancel/", {"reason": "price"}).status_code == 422
    assert owner.post(f"{PLAN}cancel/", {"confirm": "acme"}).status_code == 422
    answer = owner.post(f"{PLAN}cancel/", {"reason": "price", "text": "Dear", "confirm": "Acme"})
    assert answer.status_code == 302
    made = work(shop)
    assert (made.state, made.args["reason"]) == ("done", "price: Dear")
    assert "You have cancelled: the plan ends on" in pages(owner)
    shop.push()
    assert shop.limits().state == "active"
    assert "The plan ends on" in text_of(owner.get("/")) or shop.limits().until
    owner.post(f"{PLAN}resume/")
    assert work(shop).state == "done"
    shop.push()
    assert shop.limits().until is None
    assert "You have cancelled" not in pages(owner)


def test_after_the_end_one_exports_and_buys_anew(owner, shop):
    """Failure 18: the old subscription stays in the books, the way back is a new one."""
    buy_in(owner, shop)
    owner.post(f"{PLAN}cancel/", {"reason": "unused", "confirm": "acme"})
    work(shop)
    shop.world.advance(days=32)
    look(shop)
    assert (shop.limits().state, shop.limits().cause) == ("restricted", "ended")
    assert owner.get("/settings/export/").status_code == 200
    assert "The plan has ended" in pages(owner)
    buy_in(owner, shop, seats=7)
    look(shop)
    assert (shop.limits().state, shop.limits().seats) == ("active", 7)
    with use_control():
        assert Subscription.objects.count() == 2


def test_a_small_company_may_go_on_with_free(owner, shop, two, alice, bob):
    with use_control():
        BillingAccount.objects.filter(pk=shop.account.pk).update(
            trial_ends_at=clock.now() - timedelta(days=1)
        )
    look(shop)
    assert shop.limits().state == "restricted"
    assert "Go on with Free" not in pages(owner)
    assert "5 are used" in text_of(owner.post(f"{PLAN}free/", follow=True))
    with use_tenant(two[0]):
        User.objects.exclude(pk__in=(alice.pk, bob.pk)).update(is_active=False)
    assert "Go on with Free" in pages(owner)
    owner.post(f"{PLAN}free/")
    assert (shop.limits().state, shop.limits().plan, shop.limits().seats) == ("active", "free", 3)
    assert owner.get("/accounts/new/").status_code == 200


# --- the books -----------------------------------------------------------------------------------
def test_invoices_stand_there_with_their_papers(owner, shop):
    assert "No invoices yet" in pages(owner, "invoices/")
    buy_in(owner, shop)
    text = pages(owner, "invoices/")
    assert "€90" in text
    assert "PDF" in text
    assert 'rel="noopener noreferrer"' in text


def test_billing_details_are_asked_and_then_shown(owner, shop):
    form = {"name": "Acme AG", "email": "books@acme.example", "country": "ch", "city": "Bern"}
    assert "There are no invoices yet" in text_of(owner.post(f"{PLAN}details/", form))
    buy_in(owner, shop)
    assert owner.post(f"{PLAN}details/", form | {"email": "no"}).status_code == 422
    assert owner.post(f"{PLAN}details/", form | {"country": "X1"}).status_code == 422
    assert owner.post(f"{PLAN}details/", form).status_code == 302
    assert work(shop).state == "done"
    assert "Acme AG · books@acme.example" in pages(owner)
    assert 'value="CH"' in pages(owner, "details/")


def test_the_portal_opens_for_customers_only(owner, shop):
    from billing.offering import sync_portal

    assert "There are no invoices yet" in text_of(owner.post(f"{PLAN}portal/", follow=True))
    buy_in(owner, shop)
    with use_control():
        list(sync_portal())
    assert owner.post(f"{PLAN}portal/").headers["Location"].startswith("http")


def test_every_page_stays_open_while_the_workspace_is_read_only(owner, shop, two):
    buy_in(owner, shop)
    with use_tenant(two[0]):
        Limits.objects.update(state="restricted", cause="unpaid")
    for path in PAGES:
        assert owner.get(PLAN + path).status_code in (200, 302)
    assert owner.post(f"{PLAN}seats/", {"seats": 8}).status_code == 200


def test_an_invitation_past_the_last_seat_leads_to_buying(owner, shop, two, alice):
    buy_in(owner, shop, seats=6)
    with use_tenant(two[0]):
        Workspace.objects.update(email_verified_at=timezone.now())
        invite([Guest("six@acme.example")], by=actor(alice), role=Role.SALES)
    seven = {"email": "seven@acme.example", "role": "sales"}
    text = text_of(owner.get("/settings/people/invite/"))
    assert 'href="/settings/plan/seats/"' in text
    answer = owner.post("/settings/people/invite/", seven)
    assert "Buy more of them" in text_of(answer)
    owner.post(f"{PLAN}confirm/", {"signed": signed_in(preview(owner, "seats/", seats=7))})
    work(shop)
    shop.push()
    answer = owner.post("/settings/people/invite/", seven)
    assert answer.status_code == 302


def test_tokens_that_would_stop_are_counted(workspace, alice):
    from app.setup.plan.facts import too_much_for

    ApiToken.objects.create(user=alice, name="x", hash="h", prefix="p")
    assert too_much_for("free", None) == ["1 API token stops working."]
    assert too_much_for("team", 3) == [
        "2 seats too many are in use: deactivate people or withdraw invitations first."
    ]
