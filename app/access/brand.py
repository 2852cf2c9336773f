"""The workspace's name, logo and colour, for whoever is signed in and for its log-in page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DatabaseError

from app.access.actors import Actor
from app.access.looks import Accent
from app.access.models import Workspace
from tenants.context import current_or_none

PRODUCT = "Clientele"


@dataclass(frozen=True, slots=True)
class Brand:
    """How a workspace shows itself; `logo` is a digest, empty where there is none."""

    name: str = PRODUCT
    logo: str = ""
    accent: str = Accent.INDIGO


def brand_of(actor: Actor) -> Brand:
    """Of the workspace that somebody is signed in to: no query."""
    return Brand(actor.workspace_name, actor.logo, actor.accent)


def brand_of_host() -> Brand:
    """Of the workspace at this host, for visitors: its name is not shown to them."""
    if current_or_none() is None:
        return Brand()
    try:
        row = Workspace.objects.values_list("logo", "accent").first()
    except DatabaseError:  # a page that tells of a fault must not fail for the sake of its colour
        return Brand()
    return Brand(PRODUCT, *row) if row else Brand()
