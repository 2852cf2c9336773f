"""The board, its further cards, and the move of a card."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from app.access.actors import Actor
from app.access.rights import Verb
from app.lib import formats
from app.records import board, changes, chips, inputs
from app.records.cells import trusted
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, Refused, Stale
from app.records.listing import Query, parse_query, rows_of
from app.records.pages import entity_page, go, rights_on, stale_news, version_of
from app.records.views_list import links, whose

FURTHEST = 2_000


@require_safe
@entity_page(Verb.VIEW)
def board_page(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """The board of the chosen pipeline, narrowed like the list."""
    need_board(entity)
    parent, tabs = board.switch(entity, actor=actor)
    query = _query(request, entity, parent, actor=actor)
    if query is None:
        return go(request, f"/{entity.slug}/board/", _("That filter was left out."), tone="error")
    chosen = _chosen(request, parent, tabs)
    rows = rows_of(entity, query, actor=actor)
    lanes = board.lanes(entity, parent, chosen)
    board.fill_totals(entity, lanes, rows, actor=actor)
    board.fill_cards(entity, lanes, rows, actor=actor)
    path = f"/{entity.slug}/board/"
    kept = chips.pairs(request.GET)
    context = {
        "entity": entity,
        "can": rights_on(entity, actor),
        "lanes": lanes,
        "tabs": [(pk, name, chips.address(path, _with(kept, parent, pk))) for pk, name in tabs],
        "chosen": chosen,
        "q": query.q,
        "view": "board",
        "kept": [pair for pair in kept if pair[0] != "q"],
        "kept_with_q": kept,
        "chips": chips.chips_of(query.filters, request.GET, actor=actor, path=path),
        "filter_fields": [f for f in chips.filter_fields(entity) if f.name != entity.board_field],
        "tabs_names": tabs,
        "whose": whose(entity, request.GET),
        "links": _links(entity, kept, path),
        "total": formats.number(sum(lane.count for lane in lanes), language=actor.language),
        "size": board.CARDS,
    }
    return render(request, "records/board.html", context)


def _links(entity: Entity, kept: list[tuple[str, str]], path: str) -> dict[str, str]:
    here = links(kept, path)
    cards = chips.address(f"{path}cards/", kept) + ("&" if kept else "?")
    others = {"clear": path, "board_cards": cards, "all": here["all"], "mine": here["mine"]}
    return links(kept, f"/{entity.slug}/") | others


def need_board(entity: Entity) -> None:
    """404 for an entity without a board."""
    if not entity.board_field:
        raise Http404


def _query(request: HttpRequest, entity: Entity, parent: Any, *, actor: Actor) -> Query | None:
    params = request.GET.copy()
    for name in ("cursor", "lane", "start", parent.key if parent else ""):
        params.pop(name, None)
    try:
        return parse_query(entity, params, actor=actor)
    except Invalid:
        return None


def _chosen(request: HttpRequest, parent: Any, tabs: list[tuple[int, str]]) -> int | None:
    wanted = inputs.as_id(request.GET.get(parent.key)) if parent else None
    keys = [pk for pk, _name in tabs]
    return wanted if wanted in keys else (keys[0] if keys else None)


def _lane(entity: Entity, raw: str) -> int | str | None:
    about = board.column_field(entity)
    if about.is_relation:
        return inputs.as_id(raw)
    return raw if raw in dict(about.choices) else None


def _with(kept: list[tuple[str, str]], parent: Any, pk: int) -> list[tuple[str, str]]:
    key = parent.key if parent else ""
    return [pair for pair in kept if pair[0] != key] + [(key, str(pk))]


@require_safe
@entity_page(Verb.VIEW)
def more_cards(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """The next cards of one column, as a part of the page."""
    need_board(entity)
    parent, _tabs = board.switch(entity, actor=actor)
    query = _query(request, entity, parent, actor=actor)
    lane = _lane(entity, request.GET.get("lane", ""))
    start = inputs.as_id(request.GET.get("start"))
    if query is None or lane is None or start is None:
        raise Http404
    start = min(start, FURTHEST)
    rows = rows_of(entity, query, actor=actor)
    cards = board.more_cards(entity, rows, lane, start, actor=actor)
    params = [p for p in chips.pairs(request.GET) if p[0] != "start"]
    following = chips.address(request.path, [*params, ("start", str(start + board.CARDS))])
    context = {
        "entity": entity,
        "cards": trusted("".join(cards)),
        "following": following if len(cards) == board.CARDS else "",
    }
    return render(request, "records/_cards.html", context)


@require_POST
@entity_page(Verb.CHANGE)
def move(request: HttpRequest, entity: Entity, actor: Actor, pk: int) -> HttpResponse:
    """Put a card into another column; the answer says how that went, in JSON for the board."""
    need_board(entity)
    key = board.column_field(entity).key
    to = request.POST.get("to", "")
    try:
        row = changes.update(entity, pk, {key: to}, actor=actor, version=version_of(request))
    except Stale as stale:
        answer = {"version": stale.current.version, "lane": getattr(stale.current, key)}
        return _moved(request, entity, False, stale_news(), status=412, **answer)
    except Invalid as refusal:
        why = next(iter(refusal.errors.values()))[0]
        return _moved(request, entity, False, why, status=422)
    except Refused as refusal:
        return _moved(request, entity, False, str(refusal.message), status=409)
    except Forbidden:
        return _moved(request, entity, False, _("You may not change this record."), status=403)
    lanes = _lanes_of(entity, row, actor=actor)
    where = next((lane.label for lane in lanes if str(lane.id) == to), "")
    news = _("%(name)s moved to %(where)s.") % {"name": row.name, "where": where}
    totals = {str(lane.id): {"count": lane.shown, "sum": lane.sum} for lane in lanes}
    return _moved(request, entity, True, news, version=row.version, totals=totals)


def _lanes_of(entity: Entity, row: Any, *, actor: Actor) -> list[board.Lane]:
    parent, _tabs = board.switch(entity, actor=actor)
    chosen = getattr(row, parent.key, None) if parent else None
    lanes = board.lanes(entity, parent, chosen)
    board.fill_totals(entity, lanes, entity.queryset(actor), actor=actor)
    return lanes


def _moved(
    request: HttpRequest, entity: Entity, ok: bool, message: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"ok": ok, "message": message, **more}, status=status)
    return go(request, f"/{entity.slug}/board/", message, tone="success" if ok else "error")
