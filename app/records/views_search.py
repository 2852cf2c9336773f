"""Finding: the search page, the palette's hits, and the rows that a picker offers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from markupsafe import Markup

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.records import lookups, registry, related
from app.records.entity import Entity
from app.records.fields import PEOPLE
from app.records.pages import actor_of, entity_page
from app.records.search import Hit, search

ON_PAGE = 60
IN_PALETTE = 12
LONGEST = 200


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Hits of all entities; `part=palette` brings the bare lines."""
    actor = actor_of(request)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    palette = request.GET.get("part") == "palette"
    seen = [e for e in registry.all_entities() if may(actor, Verb.VIEW, e) and e.menu]
    limit = IN_PALETTE if palette else ON_PAGE
    hits = search(q, actor=actor, limit=limit, entities=seen) if q else []
    groups = grouped(hits)
    facts = {} if palette else facts_of_hits(groups, actor=actor)
    context = {"q": q, "groups": groups, "facts": facts, "full": len(hits) == limit}
    template = "records/_palette_hits.html" if palette else "records/search.html"
    return render(request, template, context)


def grouped(hits: list[Hit]) -> list[tuple[Entity, list[Hit]]]:
    """The hits by entity, the entity of the best hit first."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.entity, []).append(hit)
    return [(registry.get(slug), found) for slug, found in groups.items()]


def facts_of_hits(
    groups: list[tuple[Entity, list[Hit]]], *, actor: Actor
) -> dict[tuple[str, int], list[Markup]]:
    """What else is known of the hits: a query for each entity among them."""
    found: dict[tuple[str, int], list[Markup]] = {}
    for entity, hits in groups:
        rows = entity.queryset(actor).filter(pk__in=[hit.id for hit in hits])
        names = related.facts_of(entity, but=None)
        cells = related.fact_cells(entity, names, actor=actor)
        for row in related.dicts(rows, entity, names, actor=actor):
            found[entity.slug, row["id"]] = related.facts(cells, row)
    return found


@require_safe
@entity_page(Verb.VIEW)
def lookup(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """Rows to choose: of this entity, or with `field=` of what that field points at."""
    target: Any = entity.slug
    name = request.GET.get("field")
    if name:
        field = entity.fields.get(name)
        target = field.target if field is not None and field.is_relation else None
    if target is None or not _may_choose(actor, target):
        return render(request, "records/_options.html", {"options": []})
    q = request.GET.get("q", "").replace("\x00", "")[:LONGEST]
    found = lookups.options(target, q, actor=actor)
    return render(request, "records/_options.html", {"options": found})


def _may_choose(actor: Actor, target: str) -> bool:
    return target == PEOPLE or may(actor, Verb.VIEW, registry.get(target))
