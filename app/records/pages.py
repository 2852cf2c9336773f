"""What all pages of records share: the entity of the address, the reader, the ways to say no."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, may, owner_in_reach
from app.lib.formats import Reader
from app.records import registry
from app.records.entity import Entity
from app.records.errors import Forbidden, NotVisible, Refused

View = Callable[..., HttpResponse]


def entity_page(verb: Verb) -> Callable[[View], View]:
    """A view of one entity: an unknown one is 404, the missing right of this verb 403."""

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, slug: str, **rest: Any) -> HttpResponse:
            entity = entity_of(slug)
            actor = actor_of(request)
            if not (may(actor, verb, entity) and may(actor, Verb.VIEW, entity)):
                if "pk" in rest and not entity.queryset(actor).filter(pk=rest["pk"]).exists():
                    raise Http404
                raise PermissionDenied
            try:
                return view(request, entity, actor, **rest)
            except NotVisible:
                raise Http404 from None
            except Forbidden:
                raise PermissionDenied from None

        return answer

    return declare


def entity_of(slug: str) -> Entity:
    """The entity that the address names."""
    try:
        return registry.get(slug)
    except registry.UnknownEntity:
        raise Http404 from None


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; the sign-in middleware has sent everybody else away."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise PermissionDenied
    return actor


def reader_of(actor: Actor) -> Reader:
    """For whom values are written."""
    return Reader(actor.language, actor.time_zone)


def rights_on(entity: Entity, actor: Actor) -> dict[str, bool]:
    """Which buttons of a list make sense for the actor."""
    return {verb.value: may(actor, verb, entity) for verb in Verb}


def rights_on_row(entity: Entity, actor: Actor, owner_id: int | None) -> dict[str, bool]:
    """Which buttons of a record make sense for the actor."""
    return {verb.value: owner_in_reach(actor, verb, entity, owner_id) for verb in Verb}


def next_of(request: HttpRequest, otherwise: str) -> str:
    """Where to go on, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if target.startswith("/") and here else otherwise


def version_of(request: HttpRequest) -> int:
    """The version of the record that the page showed; a form without one is an old one."""
    raw = request.POST.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 12 else -1


def go(request: HttpRequest, target: str, news: str = "", *, tone: str = "success") -> HttpResponse:
    """On to a page of ours, with the news in its corner."""
    if news:
        messages.add_message(request, messages.constants.DEFAULT_LEVELS[tone.upper()], news)
    if request.headers.get("HX-Request"):
        response = HttpResponse()
        response.headers["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)


def refused(request: HttpRequest, target: str, refusal: Refused) -> HttpResponse:
    """Back to the page, with the sentence that says why not."""
    return go(request, target, str(refusal.message), tone="error")


def stale_news() -> str:
    """What somebody reads whose page was older than the record."""
    return _("Somebody else changed this record meanwhile. Look at it again, then repeat.")


def record_url(entity: Entity, pk: Any) -> str:
    """The page of one record."""
    return f"/{entity.slug}/{pk}/"
