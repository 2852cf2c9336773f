"""Choosing related rows: by typing, and by what a file says; visible rows only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from app.access.actors import Actor
from app.lib.text import sort_key
from app.records import registry
from app.records.fields import PEOPLE
from app.records.models import SearchEntry
from app.records.search import matching

MOST = 20


@dataclass(frozen=True)
class Option:
    """A row to choose."""

    id: int
    label: str
    sublabel: str


def choices(target: str, *, actor: Actor) -> QuerySet[Any]:
    """The rows that the actor may point at."""
    if target == PEOPLE:
        return get_user_model()._default_manager.all()
    return registry.get(target).queryset(actor)


def options(target: str, q: str, *, actor: Actor, limit: int = MOST) -> list[Option]:
    """The rows that match what was typed; without a text the first by name."""
    if target == PEOPLE:
        return people(q, limit=limit)
    entity = registry.get(target)
    rows = entity.queryset(actor)
    if q.strip():
        condition = matching(q)
        if condition is None:
            return []
        hits = SearchEntry._default_manager.filter(condition, entity=target)
        rows = rows.filter(Q(pk__in=hits.values("record_id")) | Q(sort_key__startswith=sort_key(q)))
    order = ("position", "id") if hasattr(entity.model, "position") else ("sort_key", "id")
    found = rows.order_by(*order).values_list("pk", "name", "external_id")
    return [Option(pk, name, external) for pk, name, external in found[:limit]]


def people(q: str, *, limit: int = MOST) -> list[Option]:
    """People of the workspace by name or address; those who may sign in first."""
    rows = get_user_model()._default_manager.filter(is_active=True)
    if q.strip():
        rows = rows.filter(Q(sort_key__contains=sort_key(q)) | Q(name__has=q) | Q(email__has=q))
    found = rows.order_by("-has_seat", "sort_key").values_list("pk", "name", "email")
    return [Option(pk, name, email or "") for pk, name, email in found[:limit]]


def label_of(target: str, pk: int | None, *, actor: Actor) -> str | None:
    """The name of one row that a form or a filter shows; None where it is not visible."""
    if pk is None:
        return None
    name: str | None = (
        choices(target, actor=actor).filter(pk=pk).values_list("name", flat=True).first()
    )
    return name
