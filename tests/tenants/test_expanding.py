"""A migration only adds: the release before it works on while, and after, it is applied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

OURS = ("app.", "tenants", "billing")
#: What takes away or renames what the release before still uses; it comes a release later, and
#: is then named in CONTRACTS.
CONTRACTING = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
)
#: Older than the first release that was rolled, or looked at one by one: (app, name).
CONTRACTS = {
    ("access", "0005_provider"),
    ("billing", "0002_checkout_and_marks"),
    ("tenants", "0003_removal_bucket"),
}


def faults(migration: Any) -> Iterator[str]:
    """What of a migration the release before could not live with."""
    made = {
        op.name.lower() for op in migration.operations if isinstance(op, migrations.CreateModel)
    }
    for operation in migration.operations:
        if isinstance(operation, CONTRACTING):
            yield f"{operation.describe()}: the release before still uses it"
        if isinstance(operation, migrations.AddField) and not _is_filled(operation, made):
            yield f"{operation.describe()}: give it null=True or db_default"


def _is_filled(operation: Any, made: set[str]) -> bool:
    """Whether a row may come from a release that does not know the column, or not the table."""
    field = operation.field
    known = field.null or field.many_to_many or field.has_db_default()
    return bool(known or operation.model_name.lower() in made)


def _ours() -> list[tuple[tuple[str, str], Any]]:
    labels = {one.label for one in apps.get_app_configs() if one.name.startswith(OURS)}
    known = MigrationLoader(None).disk_migrations
    return [(key, one) for key, one in sorted(known.items()) if key[0] in labels]


def test_every_migration_only_adds() -> None:
    ours = [(key, one) for key, one in _ours() if not one.initial and key not in CONTRACTS]
    assert len(ours) > 10
    assert {key: found for key, one in ours if (found := list(faults(one)))} == {}


def test_what_was_looked_at_is_there() -> None:
    assert set(dict(_ours())) >= CONTRACTS


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("deal", "note", models.CharField(max_length=9, default="")),
        migrations.RemoveField("deal", "name"),
        migrations.RenameField("deal", "name", "title"),
        migrations.DeleteModel("Deal"),
        migrations.RenameModel("Deal", "Chance"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_the_release_before_cannot_live_with_is_named(operation: Any) -> None:
    assert len(list(faults(_migration(operation)))) == 1


@pytest.mark.parametrize(
    "field",
    [
        models.CharField(max_length=9, null=True),
        models.CharField(max_length=9, default="", db_default=""),
    ],
)
def test_a_column_that_fills_itself_is_welcome(field: Any) -> None:
    assert list(faults(_migration(migrations.AddField("deal", "note", field)))) == []


def test_a_column_of_a_new_table_needs_no_default() -> None:
    field = models.CharField(max_length=9, default="")
    made = migrations.CreateModel("Deal", [("id", models.BigAutoField(primary_key=True))])
    assert list(faults(_migration(made, migrations.AddField("deal", "note", field)))) == []


def _migration(*operations: Any) -> migrations.Migration:
    migration = migrations.Migration("planted", "deals")
    migration.operations = list(operations)
    return migration
