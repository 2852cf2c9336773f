"""Colours of the rows behind a board's relation: won is green, lost is red, the rest in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.records import registry
from app.records.entity import Entity
from app.records.models import LIVE

#: By what a row of settings says of itself; see parts.css for the colours.
GOOD, BAD = 5, 6
IN_ORDER = (1, 2, 3, 4, 7, 8)


def of_columns(entity: Entity, columns: Sequence[str]) -> dict[str, Mapping[Any, int]]:
    """The colours of the board's column of a list, by the key of the row behind."""
    name = entity.board_field or ""
    field = entity.fields.get(name)
    if name not in columns or field is None or not field.is_relation:
        return {}
    return {name: of_rows(registry.get(field.target or ""))}


def of_rows(target: Entity) -> dict[Any, int]:
    """The colours of all rows of a short list."""
    has_kind = "kind" in target.fields
    order = ("position", "pk") if "position" in target.fields else ("sort_key", "pk")
    columns = ("pk", "kind") if has_kind else ("pk", "version")
    rows = target.model._default_manager.filter(LIVE).order_by(*order).values_list(*columns)
    return {pk: tone(kind, place) for place, (pk, kind) in enumerate(rows)}


def tone(kind: Any, place: int) -> int:
    """The colour of one."""
    if kind == "won":
        return GOOD
    return BAD if kind == "lost" else IN_ORDER[place % len(IN_ORDER)]
