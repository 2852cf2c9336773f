"""What the frame of every page shows: workspace, menu, person, theme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.lib.people import initials

THEMES = ("system", "light", "dark")
#: Groups of the menu; an entity that stands in none of them comes last, under "More".
GROUPS = (
    (gettext_lazy("Sales"), ("accounts", "contacts", "deals", "activities")),
    (gettext_lazy("Catalogue"), ("products",)),
)
#: The letter after `g` that goes to an entity.
LETTERS = {"accounts": "a", "contacts": "c", "deals": "d", "activities": "t", "products": "p"}
_LANG_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    slug: str
    href: str
    label: str
    one: str
    icon: str
    key: str
    may_create: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the variable `shell` of every template."""
    actor: Actor | None = getattr(request, "actor", None)
    frame: dict[str, Any] = {
        "theme": _theme(request),
        "lang": _LANG_TAGS.get(get_language() or "en", get_language() or "en"),
        "path": request.path,
        "workspace": actor.workspace_name if actor else "Clientele",
        "person": actor.name if actor else "",
        "email": actor.email if actor else "",
        "initials": initials(actor.name) if actor else "",
        "menu": _menu(actor) if actor else [],
    }
    return {"shell": frame, "actor": actor}


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def _menu(actor: Actor) -> list[tuple[str, list[Entry]]]:
    from app.access.rights import Verb, may
    from app.records.registry import all_entities

    shown = {e.slug: e for e in all_entities() if may(actor, Verb.VIEW, e)}
    groups = [(str(title), list(_entries(shown, slugs, actor))) for title, slugs in GROUPS]
    groups.append((_("More"), list(_entries(shown, tuple(shown), actor))))
    return [(title, entries) for title, entries in groups if entries]


def _entries(shown: dict[str, Any], slugs: tuple[str, ...], actor: Actor) -> Iterator[Entry]:
    for slug in slugs:
        entity = shown.pop(slug, None)
        if entity is not None:
            yield _entry(entity, actor)


def _entry(entity: Any, actor: Actor) -> Entry:
    from app.access.rights import Verb, may

    return Entry(
        slug=entity.slug,
        href=f"/{entity.slug}/",
        label=str(entity.label_plural),
        one=str(entity.label),
        icon=entity.icon,
        key=LETTERS.get(entity.slug, ""),
        may_create=may(actor, Verb.CREATE, entity),
    )
