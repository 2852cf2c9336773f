"""The list of an entity: filters, columns, pages, and what is done with chosen rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from app.access.actors import Actor
from app.access.restriction import open_when_restricted
from app.access.rights import Audience, Verb, may
from app.lib import formats
from app.records import changes, chips, inputs, tones
from app.records.cells import NUMERIC, row_renderer, rows_html
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, Refused
from app.records.fields import Field, Kind
from app.records.listing import Query, count, page, parse_query, portraits
from app.records.pages import entity_page, go, next_of, reader_of, rights_on
from app.records.views_export import csv_of

CAP = 1_000
#: Rows that one press of a bulk button may change.
BULK = 200
BULK_VERBS = {"assign": Verb.ASSIGN, "delete": Verb.DELETE, "export": Verb.EXPORT}


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    label: str
    href: str
    sorted: str  #: ascending, descending or nothing
    numeric: bool


@require_safe
@entity_page(Verb.VIEW)
def record_list(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """The page of rows that the address asks for."""
    try:
        query = parse_query(entity, request.GET, actor=actor)
    except Invalid as refusal:
        return go(request, f"/{entity.slug}/", _wrong_filter(refusal), tone="error")
    columns = columns_of(request, entity)
    context = _rows(entity, query, columns, actor=actor)
    context |= _frame(request, entity, query, columns, actor=actor)
    for side in ("next", "previous"):
        if context[side]:
            kept = chips.pairs(request.GET)
            context[side] = chips.address(request.path, [*kept, ("cursor", context[side])])
    return render(request, "records/list.html", context)


def _wrong_filter(refusal: Invalid) -> str:
    name, sentences = next(iter(refusal.errors.items()))
    return _("The filter %(name)s was left out: %(why)s") % {"name": name, "why": sentences[0]}


def _rows(entity: Entity, query: Query, columns: Sequence[str], *, actor: Actor) -> dict[str, Any]:
    found = page(entity, query, actor=actor, columns=columns, also=portraits)
    render_row = row_renderer(
        entity, columns, reader=reader_of(actor), tones=tones.of_columns(entity, columns)
    )
    alone = not (found.next or found.previous or query.cursor)
    total = len(found.rows) if alone else count(entity, query, actor=actor, cap=CAP)
    return {
        "rows": rows_html(found.rows, render_row) if found.rows else "",
        "shown": len(found.rows),
        "total": capped(total, actor=actor),
        "next": found.next,
        "previous": found.previous,
    }


def capped(total: int, *, actor: Actor) -> str:
    """A count that stops counting: 1,000+."""
    shown = formats.number(min(total, CAP), language=actor.language)
    return f"{shown}+" if total > CAP else shown


def _frame(
    request: HttpRequest, entity: Entity, query: Query, columns: Sequence[str], *, actor: Actor
) -> dict[str, Any]:
    path, kept = f"/{entity.slug}/", chips.pairs(request.GET)
    return {
        "entity": entity,
        "can": rights_on(entity, actor),
        "q": query.q,
        "view": "list",
        "whose": whose(entity, request.GET),
        "chips": chips.chips_of(query.filters, request.GET, actor=actor, path=path),
        "heads": heads(entity, columns, query.sort.param, kept),
        "kept": [pair for pair in kept if pair[0] != "q"],
        "kept_with_q": kept,
        "filter_fields": chips.filter_fields(entity),
        "links": links(kept, path),
        "owner_input": inputs.make(entity, entity.fields["owner"], {}, actor=actor, errors={}),
        "empty_text": _("Create the first one, or bring in what you have as a file."),
    }


def whose(entity: Entity, params: QueryDict) -> str:
    """Which of the tabs All and Mine is on; none of them for rows that belong to nobody."""
    if entity.audience is not Audience.OWNED:
        return ""
    if not any(name.startswith("owner") for name in params):
        return "all"
    return "mine" if params.getlist("owner_id") == ["me"] else "other"


def links(kept: list[tuple[str, str]], path: str) -> dict[str, str]:
    """The addresses that keep the filters."""
    sort = [pair for pair in kept if pair[0] == "sort"]
    unsorted = [pair for pair in kept if pair[0] != "sort"]
    unowned = [pair for pair in kept if not pair[0].startswith("owner")]
    return {
        "list": chips.address(path, kept),
        "here": chips.address(path, kept),
        "all": chips.address(path, unowned),
        "mine": chips.address(path, [*unowned, ("owner_id", "me")]),
        "board": chips.address(f"{path}board/", unsorted),
        "export": chips.address(f"{path}export/", kept),
        "new": f"{path}new/",
        "columns": chips.address(f"{path}columns/", [p for p in kept if p[0] == "columns"]),
        "clear": chips.address(path, sort),
    }


def heads(
    entity: Entity, columns: Sequence[str], sort: str, kept: list[tuple[str, str]]
) -> list[Head]:
    """The heads of the table; a press sorts, a second one turns the order round."""
    others = [pair for pair in kept if pair[0] != "sort"]
    return [_head(entity, entity.fields[name], sort, others) for name in columns]


def _head(entity: Entity, field: Field, sort: str, others: list[tuple[str, str]]) -> Head:
    by = sort.removeprefix("-")
    now = "" if by != field.name else "descending" if sort.startswith("-") else "ascending"
    wanted = f"-{field.name}" if now == "ascending" else field.name
    href = chips.address(f"/{entity.slug}/", [*others, ("sort", wanted)])
    sortable = field.kind not in (Kind.JSON, Kind.LONG_TEXT)
    return Head(str(field.label), href if sortable else "", now, field.kind in NUMERIC)


def columns_of(request: HttpRequest, entity: Entity) -> list[str]:
    """The columns that the address or the reader's cookie names, else the entity's own."""
    raw = request.GET.get("columns") or request.COOKIES.get(f"columns_{entity.slug}", "")
    names = [n for n in raw.replace(",", ".").split(".") if n in _showable(entity)]
    return list(dict.fromkeys(("name", *(names or entity.list_columns))))


def _showable(entity: Entity) -> dict[str, Field]:
    money = {f"{f.key}_currency" for f in entity.fields.values() if f.kind is Kind.MONEY}
    hidden = money | {"version", "custom", "id"}
    return {n: f for n, f in entity.fields.items() if n not in hidden and f.kind is not Kind.JSON}


def column_choices(entity: Entity, columns: Sequence[str]) -> list[tuple[Field, bool]]:
    """All columns of the dialog, the shown ones first in their order."""
    showable = _showable(entity)
    return [(showable[n], True) for n in columns if n != "name"] + [
        (field, False) for n, field in showable.items() if n not in columns
    ]


@require_safe
@entity_page(Verb.VIEW)
def choose_columns(request: HttpRequest, entity: Entity, _actor: Actor) -> HttpResponse:
    """The menu of columns, fetched when somebody opens it."""
    choices = column_choices(entity, columns_of(request, entity))
    context = {"entity": entity, "column_choices": choices}
    return render(request, "records/_columns.html", context)


@require_safe
@entity_page(Verb.VIEW)
def add_filter(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """The conditions of the chosen field; with a condition, back to the list with it set."""
    field = entity.fields.get(request.GET.get("field", ""))
    if field is None or field.kind is Kind.JSON:
        return HttpResponse("")
    if request.GET.get("op"):
        return HttpResponseRedirect(_filtered(entity, field, request.GET))
    ordered = any(op == "span" for op, _label in chips.operators(field))
    dated = field.kind in (Kind.DATE, Kind.DATETIME)
    values: dict[str, Any] = {}
    control = inputs.make(entity, field, values, actor=actor, errors={})
    context = {
        "field": field,
        "operators": chips.operators(field),
        "ticks": chips.ticks(field, actor=actor),
        "span": ("date" if dated else "text") if ordered else "",
        "input": None if field.kind is Kind.BOOLEAN else _as_value(control),
    }
    return render(request, "records/_filter_how.html", context)


def _as_value(control: inputs.Input) -> inputs.Input:
    kind = control.kind if control.kind in ("relation", "person") else "text"
    return inputs.Input("value", control.label, kind, lookup=control.lookup)


def _filtered(entity: Entity, field: Field, data: QueryDict) -> str:
    kept = [
        (name.removeprefix("keep."), value)
        for name in data
        if name.startswith("keep.")
        for value in data.getlist(name)
    ]
    new = list(chips.as_params(field, data))
    replaced = {name for name, _value in new}
    path = f"/{entity.slug}/board/" if data.get("to") == "board" else f"/{entity.slug}/"
    return chips.address(path, [pair for pair in kept if pair[0] not in replaced] + new)


@open_when_restricted
@require_POST
@entity_page(Verb.VIEW)
def bulk(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """Assign, delete or export the chosen rows."""
    back = next_of(request, f"/{entity.slug}/")
    keys = [pk for raw in request.POST.getlist("id") if (pk := inputs.as_id(raw))]
    ids, act = list(dict.fromkeys(keys))[:BULK], request.POST.get("do", "")
    if act not in BULK_VERBS:
        raise BadRequest
    if not may(actor, BULK_VERBS[act], entity):
        raise PermissionDenied
    if not ids:
        return go(request, back, _("Choose at least one row first."), tone="warning")
    if act == "export":
        return _export_chosen(request, entity, ids, actor=actor)
    if act == "assign":
        owner = request.POST.get("owner_id", "")
        done, refusals = _assign(entity, ids, owner, actor=actor)
    else:
        done, refusals = _delete(entity, ids, actor=actor)
    if refusals:
        news = _("%(done)s done, %(left)s left as they were: %(why)s")
        facts = {"done": done, "left": len(refusals), "why": refusals[0]}
        return go(request, back, news % facts, tone="warning")
    words = ngettext("%(done)s record done.", "%(done)s records done.", done)
    return go(request, back, words % {"done": done})


def _export_chosen(
    request: HttpRequest, entity: Entity, ids: list[int], *, actor: Actor
) -> HttpResponse:
    params = QueryDict(mutable=True)
    params["id__in"] = ",".join(str(pk) for pk in ids)
    return csv_of(entity, params, columns_of(request, entity), actor=actor)


def _assign(entity: Entity, ids: list[int], owner: str, *, actor: Actor) -> tuple[int, list[str]]:
    rows = [{"id": pk, "owner_id": owner} for pk in ids]
    result = changes.update_many(entity, rows, actor=actor, origin="page")
    refusals = [_why(one) for one in result.outcomes if one.status == "failed"]
    return len(ids) - len(refusals), refusals


def _why(outcome: Any) -> str:
    if outcome.errors:
        return str(next(iter(outcome.errors.values()))[0])
    if isinstance(outcome.error, Refused):
        return str(outcome.error.message)
    return _("You may not change this record.")


def _delete(entity: Entity, ids: list[int], *, actor: Actor) -> tuple[int, list[str]]:
    refusals = []
    for pk in ids:
        try:
            changes.delete(entity, pk, actor=actor, version=None)
        except Refused as refusal:
            refusals.append(str(refusal.message))
        except (Forbidden, NotVisible):
            refusals.append(_("You may not delete this record."))
    return len(ids) - len(refusals), refusals
