"""What may occur only once, asked for a whole batch at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError
from django.db.models import Q, QuerySet, UniqueConstraint
from django.utils.translation import gettext as _

from app.records.batch import Draft
from app.records.entity import Entity
from app.records.models import LIVE

CHUNK = 500  #: pairs asked for in one query, where a constraint spans several columns


def check_unique(entity: Entity, drafts: list[Draft]) -> None:
    """Refuse rows that repeat what a unique constraint allows once among live rows."""
    for constraint in entity.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            check_constraint(entity, constraint, drafts)


def check_constraint(entity: Entity, constraint: UniqueConstraint, drafts: list[Draft]) -> None:
    """One constraint, first within the batch, then against the table."""
    columns = tuple(entity.model._meta.get_field(name).attname for name in constraint.fields)  # type: ignore[union-attr]
    claims: dict[tuple[Any, ...], Draft] = {}
    for draft in drafts:
        values = tuple(getattr(draft.row, column) for column in columns)
        if not draft.good or not touches(draft, constraint) or "" in values or None in values:
            continue
        if values in claims:
            draft.refuse(columns[-1], message_of(constraint))
        else:
            claims[values] = draft
    rows = entity.model._default_manager.filter(constraint.condition or LIVE)
    for values, pk in stored(rows, columns, list(claims)):
        if claims[values].row.pk != pk:
            claims[values].refuse(columns[-1], message_of(constraint))


def touches(draft: Draft, constraint: UniqueConstraint) -> bool:
    """Whether the write changes any column of the constraint."""
    return draft.is_new or bool(draft.changed & set(constraint.fields))


def stored(
    rows: QuerySet[Any], columns: tuple[str, ...], claims: list[tuple[Any, ...]]
) -> Iterable[tuple[tuple[Any, ...], int]]:
    """The claimed values that these rows hold already, with the row's key."""
    for start in range(0, len(claims), CHUNK if len(columns) > 1 else len(claims) or 1):
        part = claims[start : start + CHUNK] if len(columns) > 1 else claims
        if len(columns) == 1:
            condition = Q(**{f"{columns[0]}__among": [values[0] for values in part]})
        else:
            condition = Q()
            for values in part:
                condition |= Q(**dict(zip(columns, values, strict=True)))
        for *values_found, pk in rows.filter(condition).values_list(*columns, "pk"):
            yield tuple(values_found), pk


def message_of(constraint: Any) -> str:
    """The constraint's own words."""
    default = _("Another record has this value.")
    return str(constraint.violation_error_message or default) if has_words(constraint) else default


def has_words(constraint: Any) -> bool:
    """Whether somebody gave the constraint a message of its own."""
    words = constraint.violation_error_message
    return bool(words != constraint.default_violation_error_message)


def explain(entity: Entity, error: IntegrityError) -> tuple[str, str]:
    """The field and the words for a constraint that only the database noticed."""
    diag = getattr(error.__cause__, "diag", None)
    name = getattr(diag, "constraint_name", None)
    for constraint in entity.model._meta.constraints:
        if constraint.name == name:
            fields = getattr(constraint, "fields", None) or ("name",)
            return entity.fields[fields[-1]].key if fields[-1] in entity.fields else "name", (
                message_of(constraint)
            )
    column = getattr(diag, "column_name", None) or "id"
    return column, _("The database refuses this value.")
