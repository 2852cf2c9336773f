"""How a batch gets into the database: few statements, whatever its size."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, connections, transaction
from django.db.models import JSONField
from django.utils import timezone

from app.access.actors import Actor
from app.records.arrays import literal
from app.records.batch import Draft
from app.records.entity import Entity
from app.records.uniqueness import explain
from tenants.context import current

ROWS_AT_ONCE = 2_000


def atomic() -> Any:
    """A transaction, or a savepoint, in the tenant's database."""
    return transaction.atomic(using=current().cell)


def cursor() -> Any:
    """A cursor in the tenant's database."""
    return connections[current().cell].cursor()


def stamp(drafts: list[Draft], *, actor: Actor) -> None:
    """Note who writes, when, and which version this becomes."""
    now = timezone.now()
    for draft in drafts:
        row = draft.row
        row.updated_at, row.updated_by_id = now, actor.user_id
        if draft.is_new:
            row.created_at, row.created_by_id, row.version = now, actor.user_id, 1
        else:
            row.version += 1


def find_changes(entity: Entity, drafts: list[Draft]) -> None:
    """Which columns of stored rows differ from what stands in the database."""
    names = {field.attname: field.name for field in entity.model._meta.concrete_fields}
    for draft in drafts:
        if draft.is_new:
            draft.changed = set(draft.given) | {"name"}
        else:
            row = draft.row
            draft.changed = {
                names[column]
                for column, value in draft.before.items()
                if getattr(row, column) != value
            }


def insert(entity: Entity, drafts: list[Draft]) -> None:
    """Write new rows and learn their keys."""
    for start in range(0, len(drafts), ROWS_AT_ONCE):
        insert_part(entity, [draft.row for draft in drafts[start : start + ROWS_AT_ONCE]])


def insert_part(entity: Entity, rows: list[Any]) -> None:
    """One statement; a column that is the same in all rows travels once.

    The rows are read in order, so that their keys rise in the same order.
    """
    fields = [field for field in entity.model._meta.concrete_fields if not field.primary_key]
    columns = {field: [getattr(row, field.attname) for row in rows] for field in fields}
    arrays = {field: values for field, values in columns.items() if differ(values)}
    constants = {field: prepared(field, rows[0]) for field in columns if field not in arrays}
    for field in [field for field in arrays if isinstance(field, JSONField)]:
        arrays[field] = [prepared(field, row) for row in rows]
    source = f"generate_series(1, {len(rows)}) AS v(ordinal)"
    if arrays:
        names = ", ".join(f'"{field.column}"' for field in arrays)
        places = ", ".join(f"%s::{array_type(field)}[]" for field in arrays)
        source = f"unnest({places}) WITH ORDINALITY AS v({names}, ordinal)"
    targets = ", ".join(f'"{field.column}"' for field in (*arrays, *constants))
    chosen = [f'v."{field.column}"::{column_type(field)}' for field in arrays]
    chosen += [f"%s::{column_type(field)}" for field in constants]
    sql = (
        f'INSERT INTO "{entity.table}" ({targets}) SELECT {", ".join(chosen)} '
        f"FROM {source} ORDER BY ordinal RETURNING id"
    )
    with cursor() as handle:
        handle.execute(sql, [*constants.values(), *map(literal, arrays.values())])
        keys = sorted(key for (key,) in handle.fetchall())
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding = False


def differ(values: list[Any]) -> bool:
    """Whether a column holds more than one value."""
    first = values[0]
    return any(value != first for value in values)


def update(entity: Entity, drafts: list[Draft]) -> None:
    """Write changed rows, one statement for each set of changed columns."""
    groups: dict[frozenset[str], list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(frozenset(draft.changed), []).append(draft)
    for changed, members in groups.items():
        update_columns(entity, changed | {"version", "updated_at", "updated_by"}, members)


def update_columns(entity: Entity, names: frozenset[str], drafts: list[Draft]) -> None:
    """Write the same columns of many rows."""
    fields = [entity.model._meta.get_field(name) for name in sorted(names)]
    quoted = [f'"{field.column}"' for field in fields]  # type: ignore[union-attr]
    sets = ", ".join(
        f"{name} = v.{name}::{column_type(field)}"
        for name, field in zip(quoted, fields, strict=True)
    )
    arrays = ", ".join(f"%s::{array_type(field)}[]" for field in fields)
    sql = (
        f'UPDATE "{entity.table}" AS t SET {sets} '
        f"FROM unnest(%s::bigint[], {arrays}) AS v(id, {', '.join(quoted)}) WHERE t.id = v.id"
    )
    with cursor() as handle:
        for start in range(0, len(drafts), ROWS_AT_ONCE):
            rows = [draft.row for draft in drafts[start : start + ROWS_AT_ONCE]]
            columns = [literal(prepared(field, row) for row in rows) for field in fields]
            handle.execute(sql, [literal(row.pk for row in rows), *columns])


def column_type(field: Any) -> str:
    """The type that values of the column are cast to; a text is never cut silently."""
    kind: str = (field.target_field if field.is_relation else field).db_type(
        connections[current().cell]
    )
    return "text" if kind.startswith("varchar") else kind


def array_type(field: Any) -> str:
    """The type of the arrays that carry the column; JSON travels as text."""
    kind = column_type(field)
    return "text" if kind == "jsonb" else kind


def prepared(field: Any, row: Any) -> Any:
    """The value as the driver takes it."""
    value = getattr(row, field.attname)
    if isinstance(field, JSONField):
        return json.dumps(value, ensure_ascii=False)
    return value


def write_or_explain(
    entity: Entity, drafts: list[Draft], write: Callable[[Entity, list[Draft]], None]
) -> list[Draft]:
    """Write the batch; if the database refuses it, write row by row and note who was wrong."""
    if not drafts:
        return []
    try:
        with atomic():
            write(entity, drafts)
        return drafts
    except IntegrityError as error:
        if len(drafts) == 1:
            drafts[0].refuse(*explain(entity, error))
            return []
    return [draft for draft in drafts if write_or_explain(entity, [draft], write)]
