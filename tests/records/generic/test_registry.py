"""What is registered, and that a wrong declaration does not get through."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import models

from app.records import checks, registry
from app.records.entity import Entity, Section
from app.records.modelfields import MoneyField
from app.records.models import Record
from tests.extra.loans import Loan

EXPECTED = {
    "accounts",
    "activities",
    "contacts",
    "deals",
    "loans",
    "pipelines",
    "products",
    "stages",
}


def test_the_registry_holds_what_we_know_of() -> None:
    assert {one.slug for one in registry.all_entities()} >= EXPECTED


def test_every_entity_passes_the_checks_at_start() -> None:
    assert not checks.check_entities()
    assert not [one for one in run_checks() if one.id == "records.E001"]


class Broken(Entity):
    """One of every mistake that a declaration can hold."""

    model = Loan
    slug = "broken"  # type: ignore[assignment]
    layout = (Section("A", ("name", "acount", "status", "status")),)
    list_columns = ("name", "depposit")
    filters = ("stattus",)
    search_fields = ("name", "quantity", "termss")
    related_lists = ("nowhere",)
    board_field = "deposit"
    default_sort = "-sinze"
    links_to = ("neverland",)


@pytest.mark.parametrize(
    "words",
    [
        "broken.layout names acount",
        "broken.layout has status twice",
        "broken.list_columns names depposit",
        "broken.filters names stattus",
        "broken.search_fields names termss",
        "broken searches in quantity",
        "broken.default_sort names sinze",
        "the entity nowhere",
        "the entity neverland",
        "a board by deposit",
        "broken requires account",
    ],
)
def test_the_checks_find_a_wrong_word_in_a_declaration(words: str) -> None:
    assert any(words in fault for fault in checks.faults(Broken())), list(checks.faults(Broken()))


def test_the_checks_at_start_ask_every_entity(monkeypatch: Any) -> None:
    monkeypatch.setattr(registry, "all_entities", lambda: [Broken()])
    assert len(run_checks()) >= 10


class Pocket(models.Model):
    """Money without a currency beside it."""

    cash = MoneyField()

    class Meta:
        app_label = "extra"
        managed = False


def test_the_checks_find_money_without_a_currency() -> None:
    entity = type("Purse", (Entity,), {"model": Pocket, "fields": {}})()
    from app.records.fields import describe

    field = describe(Pocket._meta.get_field("cash"), target=None)
    assert list(checks.money_faults(entity, field))


def test_two_entities_cannot_share_a_slug() -> None:
    with pytest.raises(ValueError, match="Two entities are called loans"):
        registry.register(type("Twin", (Entity,), {"model": Loan}))


def test_every_record_table_is_a_record() -> None:
    assert all(issubclass(one.model, Record) for one in registry.all_entities())
