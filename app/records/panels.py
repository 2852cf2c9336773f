"""Boxes that other apps put on every record page; the engine knows none of them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from markupsafe import Markup

from app.access.actors import Actor
from app.records.entity import Entity


@dataclass(frozen=True, slots=True)
class Place:
    """The record on whose page a panel stands, and what its reader may do with it."""

    entity: Entity
    pk: int
    actor: Actor
    can: Mapping[str, bool]


Panel = Callable[[HttpRequest, Place], Markup]
_panels: list[Panel] = []


def add(panel: Panel) -> Panel:
    """Put a panel on every record page. Called when the apps are ready."""
    if panel not in _panels:
        _panels.append(panel)
    return panel


def panels_of(request: HttpRequest, place: Place) -> list[Markup]:
    """The panels of a record, in the order in which they were added."""
    return [panel(request, place) for panel in _panels]
