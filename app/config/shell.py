"""What the frame of every page shows: workspace, menu, person, theme."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from app.access.actors import Actor
from app.access.brand import brand_of, brand_of_host
from app.access.rights import Verb, may
from app.config.banners import banners
from app.lib.dates import show_moment
from app.lib.people import avatar, initials
from app.records.entity import Entity
from app.records.registry import all_entities
from tenants.context import current_or_none, in_control

THEMES = ("system", "light", "dark")
#: The letter after `g` that goes to an entity.
LETTERS = {"accounts": "a", "contacts": "c", "deals": "d", "activities": "t", "products": "p"}
#: Entities that come first in their group; the others follow as they were registered.
ORDER = tuple(LETTERS)
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
    """Context processor: the variables `shell` and `actor` of every template."""
    actor: Actor | None = getattr(request, "actor", None)
    language = get_language() or "en"
    frame: dict[str, Any] = {
        "theme": _theme(request),
        "lang": _LANG_TAGS.get(language, language),
        "path": request.path,
        "contact": settings.CONTACT_EMAIL,
        "is_public": in_control(),
        "origin": f"{settings.SCHEME}://{settings.PUBLIC_HOST}",
        "languages": [(code, _LANG_TAGS.get(code, code)) for code, _name in settings.LANGUAGES],
        "workspace": actor.workspace_name if actor else "Clientele",
        "person": actor.name if actor else "",
        "email": actor.email if actor else "",
        "initials": initials(actor.name) if actor else "",
        "avatar": avatar(actor.name, pk=actor.user_id, picture=actor.picture) if actor else "",
        "brand": brand_of(actor) if actor else SimpleLazyObject(brand_of_host),
        "menu": _menu(actor) if actor else [],
        "banners": partial(banners, request, actor),
        "support_until": _until(actor) if actor and actor.support else "",
        "console": actor is not None and _at_operators(),
    }
    return {"shell": frame, "actor": actor}


def _until(actor: Actor) -> str:
    assert actor.support is not None
    language, time_zone = actor.language, actor.time_zone
    return show_moment(actor.support.until, language=language, time_zone=time_zone)


def _at_operators() -> bool:
    ref = current_or_none()
    return ref is not None and ref.is_operator


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def _menu(actor: Actor) -> list[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    for entity in sorted(all_entities(), key=_place):
        if entity.menu and may(actor, Verb.VIEW, entity):
            groups.setdefault(str(entity.menu), []).append(_entry(entity, actor))
    return list(groups.items())


def _place(entity: Entity) -> int:
    return ORDER.index(entity.slug) if entity.slug in ORDER else len(ORDER)


def _entry(entity: Entity, actor: Actor) -> Entry:
    return Entry(
        slug=entity.slug,
        href=f"/{entity.slug}/",
        label=str(entity.label_plural),
        one=str(entity.label),
        icon=entity.icon,
        key=LETTERS.get(entity.slug, ""),
        may_create=may(actor, Verb.CREATE, entity),
    )
