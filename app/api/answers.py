"""Rows as JSON: written from what the database gave, without another model between."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpResponse

from app.access.actors import Actor
from app.records import listing
from app.records.entity import Entity
from app.records.errors import NotVisible
from app.records.fields import Kind
from app.records.links import targets_of

MEDIA_TYPE = "application/json"
ROOT = "/api/v1"
OPTIONS = orjson.OPT_UTC_Z


def respond(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """JSON as an answer that only its reader may keep."""
    return HttpResponse(
        orjson.dumps(data, default=plain, option=OPTIONS),
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "private, no-cache", **(headers or {})},
    )


def plain(value: Any) -> str:
    """What JSON does not know: decimals and translated words, as text."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def money_text(amount: Decimal) -> str:
    """An amount with two decimals, or as many more as it has: 1054.00, 0.0125."""
    whole, _point, parts = f"{amount:f}".partition(".")
    return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"


def money_keys(entity: Entity) -> list[str]:
    """The fields that hold money."""
    return [field.key for field in entity.fields.values() if field.kind is Kind.MONEY]


def shaped(entity: Entity, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as the API shows them."""
    for key in money_keys(entity):
        for row in rows:
            if row[key] is not None:
                row[key] = money_text(row[key])
    return rows


def record(entity: Entity, pk: int, *, actor: Actor) -> dict[str, Any]:
    """All that the actor may know of one row, with its links. Raises NotVisible."""
    row = listing.one(entity, pk, actor=actor)
    if row is None:
        raise NotVisible
    shaped(entity, [row])
    if entity.links_to:
        row["links"] = [asdict(tie) for tie in targets_of(entity, pk, actor=actor)]
    return row


def respond_record(
    entity: Entity, pk: int, *, actor: Actor, status: int = 200, located: bool = False
) -> HttpResponse:
    """One row with its version as ETag."""
    row = record(entity, pk, actor=actor)
    headers = {"ETag": f'"{row["version"]}"'}
    if located:
        headers["Location"] = f"{ROOT}/{entity.slug}/{pk}"
    return respond(row, status=status, headers=headers)
