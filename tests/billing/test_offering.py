"""The catalogue is brought over once; what was sold stays as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from billing import buying, catalogue, offering
from billing.catalogue import PLANS, Interval
from billing.models import Mark
from tests.billing.conftest import BACK
from tests.billing.test_buying import refused


def with_team_for(monkeypatch, amount: int) -> None:
    """As if somebody had edited a price."""
    team = catalogue.BY_SLUG["team"]
    prices = {**team.prices, (Interval.MONTH, "EUR"): amount}
    edited = tuple(replace(p, prices=prices) if p.slug == "team" else p for p in PLANS)
    monkeypatch.setattr(offering, "PLANS", edited)


def prices(world) -> list:
    """Those of ours that the provider has."""
    rows = world.api.v1.prices.list({"limit": 100}).data
    return [row for row in rows if (row.lookup_key or "").startswith("clientele_")]


def test_it_is_brought_over_once(shop) -> None:
    list(offering.sync_portal())
    assert len(prices(shop.world)) == 3 * 2 * 3
    assert list(offering.sync_catalogue()) == []
    assert len(prices(shop.world)) == 18


def test_an_amount_that_was_edited_is_an_error_that_says_what_to_do(shop, monkeypatch) -> None:
    with_team_for(monkeypatch, 1600)
    with pytest.raises(CommandError, match="raise VERSION"):
        call_command("sync_catalogue")
    assert len(prices(shop.world)) == 18


def test_whoever_has_an_old_price_keeps_it_and_is_known_by_it(shop, monkeypatch) -> None:
    """Failure 22's kin: a new version leaves the subscriptions of the old one alone."""
    shop.subscribe(seats=6)
    monkeypatch.setattr(catalogue, "VERSION", 2)
    newer = {"version": 2}
    monkeypatch.setattr(catalogue.lookup_key, "__kwdefaults__", newer)
    with_team_for(monkeypatch, 1900)
    assert len(list(offering.sync_prices())) == 18
    preview = shop.preview(seats=7)
    assert preview.renewal == 7 * 1500
    assert shop.buy(seats=7).state == "done"
    assert (shop.live.plan, shop.live.unit_amount) == ("team", 1500)


def test_the_portal_changes_cards_and_addresses_and_nothing_else(shop) -> None:
    """Failure 12: no quantity, no plan, no cancelling behind our back."""
    shop.subscribe(seats=6)
    call_command("sync_catalogue")
    kept = Mark.objects.get(pk="portal").value["id"]
    found = shop.world.api.v1.billing_portal.configurations.retrieve(kept).features
    assert found.payment_method_update.enabled
    assert found.invoice_history.enabled
    assert not found.subscription_cancel.enabled
    assert not found.subscription_update.enabled
    assert "tax_id" in found.customer_update.allowed_updates
    assert buying.open_portal(shop.ref.id, back=BACK).startswith(shop.world.simulator.address)


def test_the_portal_is_closed_to_who_has_no_customer_and_before_it_is_set_up(shop) -> None:
    with refused("no_customer"):
        buying.open_portal(shop.ref.id, back=BACK)
    shop.subscribe(seats=6)
    with refused("not_set_up"):
        buying.open_portal(shop.ref.id, back=BACK)


def test_a_provider_that_is_down_is_told_to_whoever_runs_it(shop) -> None:
    shop.world.fault("refuse", times=10)
    with pytest.raises(CommandError, match="did not answer"):
        call_command("sync_catalogue")
