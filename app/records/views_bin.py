"""The recycle bin of an entity."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from app.access.actors import Actor
from app.access.rights import Verb
from app.records import changes
from app.records.cells import ago_html
from app.records.entity import Entity
from app.records.errors import Refused
from app.records.pages import entity_page, go, reader_of, record_url, refused

PAGE = 50
LAST_PAGE = 200


@require_safe
@entity_page(Verb.DELETE)
def recycle_bin(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """The deleted rows that the actor may bring back, latest first."""
    raw = request.GET.get("page", "1")
    number = min(int(raw), LAST_PAGE) if raw.isascii() and raw.isdigit() and len(raw) < 5 else 1
    number = max(number, 1)
    columns = ("pk", "name", "deleted_at", "updated_by__name", "owner__name")
    rows = entity.deleted(actor).order_by("-deleted_at", "-pk").values_list(*columns)
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "entity": entity,
        "rows": [_row(row, actor=actor) for row in found[:PAGE]],
        "number": number,
        "more": len(found) > PAGE,
    }
    return render(request, "records/bin.html", context)


def _row(row: tuple[Any, ...], *, actor: Actor) -> dict[str, Any]:
    pk, name, deleted_at, who, owner = row
    ago = ago_html(deleted_at, reader=reader_of(actor), now=timezone.now())
    return {"id": pk, "name": name, "when": ago, "who": who, "owner": owner}


@require_POST
@entity_page(Verb.DELETE)
def restore(request: HttpRequest, entity: Entity, actor: Actor, pk: int) -> HttpResponse:
    """Bring one back."""
    try:
        row = changes.restore(entity, pk, actor=actor)
    except Refused as refusal:
        return refused(request, f"/{entity.slug}/recycle-bin/", refusal)
    return go(request, record_url(entity, pk), _("%(name)s is back.") % {"name": row.name})
