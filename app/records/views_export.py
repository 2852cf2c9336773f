"""A list as a file: what its reader sees, with his filters and columns, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from app.access.actors import Actor
from app.access.rights import Verb
from app.lib.spreadsheets import harmless
from app.records.entity import Entity
from app.records.errors import Invalid
from app.records.fields import Field, Kind
from app.records.listing import MOST, Query, page, parse_query
from app.records.pages import entity_page, go

BOM = "\ufeff"
WRITTEN_BY_PEOPLE = frozenset(
    (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.RELATION, Kind.PERSON)
)


class Echo:
    """A file that hands each line on at once."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


@require_safe
@entity_page(Verb.EXPORT)
def export(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """The rows of the list as CSV; `columns=` names the columns, `bom=0` leaves the mark out."""
    from app.records.views_list import columns_of

    params = request.GET.copy()
    params.pop("cursor", None)
    try:
        return csv_of(entity, params, columns_of(request, entity), actor=actor)
    except Invalid as refusal:
        return go(request, f"/{entity.slug}/", next(iter(refusal.errors.values()))[0], tone="error")


def csv_of(
    entity: Entity, params: QueryDict, columns: Sequence[str], *, actor: Actor
) -> HttpResponse:
    """The streaming answer. Raises Invalid."""
    params = params.copy()
    bom = "" if params.get("bom") == "0" else BOM
    params["limit"] = str(MOST)
    query = parse_query(entity, params, actor=actor)
    lines = _lines(entity, query, columns, actor=actor)
    body = (part for source in ((bom,), lines) for part in source)
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"{entity.slug}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]


def _lines(entity: Entity, query: Query, columns: Sequence[str], *, actor: Actor) -> Iterator[str]:
    fields = [entity.fields["external_id"], *(entity.fields[name] for name in columns)]
    fields = list(dict.fromkeys(fields))
    writer = csv.writer(Echo())
    yield writer.writerow(["id", *(head for field in fields for head in heads(field))])
    names = [field.name for field in fields]
    zone = ZoneInfo(actor.time_zone)
    while True:
        found = page(entity, query, actor=actor, columns=names, verb=Verb.EXPORT)
        for row in found.rows:
            cells = (cell for field in fields for cell in values(field, row, zone))
            yield writer.writerow([row["id"], *cells])
        if found.next is None:
            return
        query = further(query, found.next)


def further(query: Query, cursor: str) -> Query:
    """The same question for the next page."""
    from app.records import keyset

    return Query(query.filters, query.q, query.sort, keyset.decode(cursor), query.limit)


def heads(field: Field) -> list[str]:
    """The words over a field's columns: those that an import understands again."""
    if field.kind is Kind.MONEY:
        return [field.key, f"{field.key}_currency"]
    return [field.name]


def values(field: Field, row: dict[str, Any], zone: ZoneInfo) -> list[str]:
    """The cells of a field."""
    value = as_text(row.get(field.name), zone)
    if field.kind in WRITTEN_BY_PEOPLE:
        value = harmless(value)
    if field.kind is Kind.MONEY:
        return [value, str(row.get(f"{field.key}_currency") or "")]
    return [value]


def as_text(value: Any, zone: ZoneInfo) -> str:
    """A value as a program reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)
