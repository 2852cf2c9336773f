"""What somebody wants is done once: lost answers, stored failures, refusals, and a day later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from billing import buying, commands, kinds
from billing.accounts import mirror_of
from billing.errors import InTransaction, Unreachable
from billing.gateway import client, reading
from billing.models import Command, Entry, Invoice
from tests.billing.conftest import OLGA
from tests.billing.test_buying import refused

WRITE = {"path": "/v1/subscriptions/*"}


@pytest.fixture(autouse=True)
def _once(monkeypatch) -> Iterator[None]:
    """The client tries again by itself; here each of its attempts is ours."""
    monkeypatch.setattr("billing.gateway.client.RETRIES", 0)
    client._client.cache_clear()
    yield
    client._client.cache_clear()


def wish(shop, **wanted) -> Command:
    """Previewed and bought, but not done."""
    return buying.buy(shop.ref.id, signed=shop.preview(**wanted).signed, by=OLGA)


def charged(shop) -> list[int]:
    """What the provider took, newest first."""
    return [invoice.amount_paid for invoice in shop.invoices()]


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "500_after", "429", "refuse"])
def test_whatever_goes_wrong_on_the_way_the_purchase_is_made_once(shop, fault) -> None:
    """Failures 19 and 27: a lost answer, a stored failure, a busy provider."""
    shop.subscribe(seats=6)
    shop.world.advance(days=10)
    preview = shop.preview(seats=9)
    made = buying.buy(shop.ref.id, signed=preview.signed, by=OLGA)
    shop.world.fault(fault, seconds=0.05, **WRITE)
    shop.work(made)
    for _attempt in range(6):
        if made.state == "done":
            break
        assert made.state == "sent"
        shop.again(made)
    assert made.state == "done"
    assert charged(shop) == [preview.due_now, 9000]
    assert shop.live.seats == 9


def test_an_answer_that_is_lost_is_found_by_looking(shop) -> None:
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    shop.world.fault("timeout_after", seconds=0.05, **WRITE)
    shop.work(made)
    assert made.state == "sent"
    assert made.attempts == 1
    assert made.error
    assert shop.subscription()["items"].data[0].quantity == 9
    assert shop.live.seats == 6
    shop.again(made)
    assert (made.state, made.attempts, made.key_number) == ("done", 2, 1)
    assert shop.live.seats == 9


def test_a_failure_that_the_provider_stored_is_not_asked_for_again(shop) -> None:
    """Failure 27: under the old key the same 500 would come for a day."""
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    shop.world.fault("500_before", times=1, **WRITE)
    shop.work(made)
    assert (made.state, made.key_number) == ("sent", 2)
    assert shop.again(made).state == "done"
    assert len(shop.invoices()) == 2


def test_a_busy_provider_is_asked_later_not_at_once(shop) -> None:
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    shop.world.fault("429", times=1, **WRITE)
    shop.work(made)
    assert made.state == "sent"
    assert made.next_at > made.created_at
    assert not commands.run_next()
    assert shop.again(made).state == "done"


def test_after_a_day_nothing_is_resent_blindly(shop) -> None:
    """Failure 27: the key is forgotten. We only look: done, or lost for an operator."""
    shop.subscribe(seats=6)
    done, lost = wish(shop, seats=8), None
    shop.world.fault("timeout_after", seconds=0.05, **WRITE)
    shop.work(done)
    age(done)
    assert shop.again(done).state == "done"
    lost = wish(shop, seats=9)
    shop.world.fault("timeout_before", seconds=0.05, **WRITE)
    shop.work(lost)
    age(lost)
    assert shop.again(lost).state == "lost"
    assert "Nobody knows" in shop.account.needs_attention
    shop.sync()
    assert "Nobody knows" in shop.account.needs_attention
    assert shop.live.seats == 8
    with refused("being_checked"):
        shop.preview(seats=10)
    commands.try_lost_again(lost, by="Oscar Operator")
    assert shop.work(lost).state == "done"
    assert shop.live.seats == 9
    assert Entry.objects.filter(what="command.again", by="Oscar Operator").count() == 1


def test_an_operator_may_give_a_lost_command_up(shop) -> None:
    shop.subscribe(seats=6)
    lost = wish(shop, seats=9)
    Command.objects.filter(pk=lost.pk).update(state="lost")
    commands.give_up_lost(lost, by="Oscar Operator")
    lost.refresh_from_db()
    assert lost.state == "refused"
    assert shop.buy(seats=7).state == "done"


def age(command: Command) -> None:
    """As if a day had passed since it was sent."""
    sent = command.first_sent_at - timedelta(hours=24)
    Command.objects.filter(pk=command.pk).update(first_sent_at=sent)


def test_a_purchase_that_may_have_been_paid_is_lost_when_all_has_changed(shop) -> None:
    """Neither what was nor what should be: nobody can tell whether it was charged."""
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    shop.world.fault("timeout_after", seconds=0.05, **WRITE)
    shop.work(made)
    item = shop.subscription()["items"].data[0].id
    changed = {"items": [{"id": item, "quantity": 12}]}
    shop.world.api.v1.subscriptions.update(shop.live.stripe_id, changed)
    assert shop.again(made).state == "lost"


def test_what_was_decided_before_a_change_elsewhere_is_refused(shop) -> None:
    """Failure 9: the position is asked for each time, never remembered."""
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    item = shop.subscription()["items"].data[0].id
    changed = {"items": [{"id": item, "quantity": 12}], "proration_behavior": "none"}
    shop.world.api.v1.subscriptions.update(shop.live.stripe_id, changed)
    assert shop.work(made).state == "refused"
    assert len(shop.invoices()) == 1
    shop.sync()
    assert shop.live.seats == 12


def test_a_price_is_not_taken_over_into_the_next_period(shop) -> None:
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    shop.world.advance(days=32)
    assert shop.work(made).state == "refused"
    assert made.result["code"] == "period_over"
    assert charged(shop)[0] == 9000


def test_the_provider_is_never_called_in_a_transaction(shop) -> None:
    """Failure 19: no rows are locked while a network answers."""
    shop.subscribe(seats=6)
    made = wish(shop, seats=9)
    for alias in ("control", "default"):
        with transaction.atomic(using=alias), pytest.raises(InTransaction):
            reading.customer(shop.customer)
    with transaction.atomic(using="control"), pytest.raises(InTransaction):
        list(reading.all_subscriptions())
    with transaction.atomic(using="control"), pytest.raises(InTransaction):
        kinds.KINDS["buy"].send(made, commands.fetch(shop.customer))


def test_what_the_gateway_gives_are_plain_dicts(shop) -> None:
    """Failure 23: the client's objects are none."""
    shop.subscribe(seats=6)
    body = reading.subscriptions_of(shop.customer)[0]
    assert type(body) is dict
    assert type(body["items"]) is dict
    assert type(body["items"]["data"][0]["price"]) is dict
    assert body.get("nothing") is None


def test_a_provider_that_is_down_changes_nothing(shop) -> None:
    shop.subscribe(seats=6)
    before = mirror_of(shop.account)
    shop.world.fault("refuse", times=50)
    with pytest.raises(Unreachable):
        shop.preview(seats=9)
    with pytest.raises(Unreachable):
        shop.sync()
    assert mirror_of(shop.account) == before
    assert buying.overview(shop.ref.id).standing.seats == 6


def test_commands_of_one_account_go_in_their_order(shop) -> None:
    shop.subscribe(seats=6)
    details = buying.Details(name="Acme GmbH", email="pay@acme.example", country="DE")
    first = buying.change_details(shop.ref.id, details=details, by=OLGA)
    second = wish(shop, seats=7)
    claimed = commands.claim()
    assert claimed.pk == first.pk
    assert commands.claim() is None, "the second waits for the first"
    commands.run(claimed)
    assert commands.claim().pk == second.pk


def test_a_worker_that_died_is_followed_by_another(shop) -> None:
    shop.subscribe(seats=6)
    made = wish(shop, seats=7)
    assert commands.claim().pk == made.pk
    assert commands.claim() is None
    Command.objects.update(claimed_until="2000-01-01T00:00Z")
    assert shop.work(made).state == "done"


def test_a_card_that_the_bank_declines_is_told_in_a_sentence(shop) -> None:
    shop.subscribe(seats=6)
    shop.world.card(shop.customer, "insufficient_funds")
    made = shop.buy(seats=9)
    assert made.result["applied"] is False
    assert "not go through" in buying.why(made)
    from django.utils import translation

    with translation.override("zh-hans"):
        assert "付款未成功" in buying.why(made)


def test_details_on_invoices_are_changed_or_refused_as_a_whole(shop) -> None:
    shop.subscribe(seats=6)
    good = buying.Details("Acme GmbH", "pay@acme.example", "DE", "Ring 1", city="Bonn")
    made = shop.work(buying.change_details(shop.ref.id, details=good, by=OLGA))
    assert made.state == "done"
    told = shop.account.details
    assert (told["name"], told["email"]) == ("Acme GmbH", "pay@acme.example")
    assert told["address"]["city"] == "Bonn"
    wrong = buying.Details("Other", "x@acme.example", tax_kind="eu_vat", tax_number="nonsense")
    made = shop.work(buying.change_details(shop.ref.id, details=wrong, by=OLGA))
    if made.state == "refused":
        assert made.result["code"] in ("bad_tax_id", "refused")
        shop.sync()
        assert shop.account.details["name"] == "Acme GmbH"
    right = buying.Details("Acme", "a@acme.example", tax_kind="eu_vat", tax_number="DE123456789")
    assert shop.work(buying.change_details(shop.ref.id, details=right, by=OLGA)).state == "done"
    assert shop.account.details["tax_id"] == {"type": "eu_vat", "value": "DE123456789"}


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (buying.Details(" ", "a@b.example"), "bad_name"),
        (buying.Details("A", "nobody"), "bad_email"),
        (buying.Details("A", "a@b.example", "Germany"), "bad_country"),
        (buying.Details("A", "a@b.example", tax_kind="eu_vat"), "bad_tax_id"),
    ],
)
def test_bad_details_are_refused_by_the_field(shop, details, code) -> None:
    with refused(code):
        buying.change_details(shop.ref.id, details=details, by=OLGA)
    assert not Command.objects.exists()


def test_invoices_are_kept_as_they_were(shop) -> None:
    shop.subscribe(seats=6)
    shop.buy(seats=7)
    assert Invoice.objects.filter(account=shop.account, status="paid").count() == 2
