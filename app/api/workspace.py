"""What a program asks beside records: who am I, who works here, where is it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.api.answers import respond
from app.api.reading import actor_of, check_query
from app.lib.text import sort_key
from app.records import keyset
from app.records.errors import Invalid, NotVisible
from app.records.listing import parse_limit
from app.records.search import search

PERSON = ("id", "name", "email", "has_seat", "is_active")
MOST_HITS = 100
HITS = 20


def get_me(request: HttpRequest) -> HttpResponse:
    """The person whose token this is."""
    check_query(request, [])
    actor = actor_of(request)
    return respond(
        {
            "id": actor.user_id,
            "name": actor.name,
            "email": actor.email,
            "role": actor.role,
            "team_id": actor.team_id,
            "language": actor.language,
            "time_zone": actor.time_zone,
            "base_currency": actor.base_currency,
            "workspace": actor.workspace_name,
        }
    )


def list_people(request: HttpRequest) -> HttpResponse:
    """The people of the workspace, in the order of their IDs."""
    check_query(request, ["limit", "cursor", "q"])
    errors: dict[str, list[str]] = {}
    limit = parse_limit(request.GET.get("limit", ""), errors)
    after = parse_after(request.GET.get("cursor", ""), errors)
    if errors:
        raise Invalid(errors)
    rows = get_user_model()._default_manager.filter(pk__gt=after).order_by("pk")
    wanted = sort_key(request.GET.get("q", "").replace("\x00", ""))
    if wanted:
        rows = rows.filter(sort_key__contains=wanted)
    found: list[dict[str, Any]] = list(rows.values(*PERSON)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return respond({"results": found, "next": cursor_after(found[-1]["id"]) if more else None})


def get_person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person of the workspace."""
    check_query(request, [])
    row = get_user_model()._default_manager.filter(pk=pk).values(*PERSON).first()
    if row is None:
        raise NotVisible
    return respond(row)


def parse_after(raw: str, errors: dict[str, list[str]]) -> int:
    """The ID to read on from."""
    try:
        return keyset.decode(raw).values[-1] if raw else 0
    except keyset.BadCursor:
        errors["cursor"] = [_("This cursor is not valid.")]
        return 0


def cursor_after(pk: int) -> str:
    """The cursor behind this person."""
    return keyset.encode(keyset.Cursor("id", (pk,), False, False))


def search_records(request: HttpRequest) -> HttpResponse:
    """Records of all kinds that hold the text, best first."""
    check_query(request, ["q", "limit"])
    errors: dict[str, list[str]] = {}
    limit = parse_limit(request.GET.get("limit", str(HITS)), errors)
    if limit > MOST_HITS and not errors:
        errors["limit"] = [_("Enter a number from 1 to %(most)s.") % {"most": MOST_HITS}]
    if errors:
        raise Invalid(errors)
    actor: Actor = actor_of(request)
    hits = search(request.GET.get("q", "").replace("\x00", ""), actor=actor, limit=limit)
    found = [
        {"entity": hit.entity, "id": hit.id, "name": hit.title, "subtitle": hit.subtitle}
        for hit in hits
    ]
    return respond({"results": found, "next": None})
