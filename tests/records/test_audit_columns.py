"""What the trail must not hold, and what it says of a new or deleted row."""

from __future__ import annotations

import re

from django.apps import apps

from app.records.models import AuditEntry
from tenants.audit import NOISE, is_audited
from tests.records.helpers import make

SECRET = re.compile(r"(token|secret|hash|password|passwd|pin)$")


def test_every_secret_column_of_an_audited_table_is_left_out():
    columns = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if is_audited(model._meta.db_table) and model._meta.app_label != "tenants"
    }
    assert ("access_user", "password") in columns
    assert {name for _table, name in columns if SECRET.search(name)} <= set(NOISE)


def test_the_entry_of_a_new_row_is_the_row(workspace, bob):
    row = make("accounts", bob, name="Acme", city="Paris")
    entry = AuditEntry.objects.get(table_name="sales_account", record_id=row.pk)
    assert (entry.diff["name"], entry.diff["city"]) == ("Acme", "Paris")
    assert {"parent_id", *NOISE}.isdisjoint(entry.diff)
