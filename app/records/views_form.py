"""New and edit: one form, which keeps what was typed whatever the answer is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.records import changes, forms, inputs
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, Refused, Stale
from app.records.pages import entity_page, go, next_of, record_url, version_of


@require_http_methods(["GET", "POST"])
@entity_page(Verb.CREATE)
def new(request: HttpRequest, entity: Entity, actor: Actor) -> HttpResponse:
    """A form for a record that does not exist yet."""
    values = forms.blank_values(entity, request.GET.dict(), actor=actor)
    if request.method == "GET":
        return _form(request, entity, values, actor=actor)
    sent, links = inputs.entered(entity, request.POST), forms.links_sent(request.POST)
    try:
        row = changes.create(entity, sent, actor=actor, links=links)
    except Invalid as refusal:
        return _form(request, entity, values | sent, actor=actor, errors=refusal.errors)
    except Refused as refusal:
        wrong = {"": [str(refusal.message)]}
        return _form(request, entity, values | sent, actor=actor, errors=wrong)
    return go(
        request, _after_new(request, entity, row), _("%(name)s created.") % {"name": row.name}
    )


def _after_new(request: HttpRequest, entity: Entity, row: Any) -> str:
    if request.POST.get("another"):
        query = request.GET.urlencode()
        return f"/{entity.slug}/new/" + (f"?{query}" if query else "")
    return next_of(request, record_url(entity, row.pk))


@require_http_methods(["GET", "POST"])
@entity_page(Verb.CHANGE)
def edit(request: HttpRequest, entity: Entity, actor: Actor, pk: int) -> HttpResponse:
    """The form of a stored record; what somebody else saved meanwhile is shown beside it."""
    row = changeable(entity, pk, actor=actor)
    stored = forms.stored_values(entity, row)
    if request.method == "GET":
        return _form(request, entity, stored, actor=actor, row=row)
    sent = forms.touched(entity, request.POST, stored, actor=actor)
    links = forms.links_sent(request.POST)
    try:
        done = changes.update(
            entity, pk, sent, actor=actor, version=version_of(request), links=links
        )
    except Stale as stale:
        return _conflict(request, entity, sent, stale.current, actor=actor)
    except Invalid as refusal:
        return _form(request, entity, stored | sent, actor=actor, row=row, errors=refusal.errors)
    except Refused as refusal:
        wrong = {"": [str(refusal.message)]}
        return _form(request, entity, stored | sent, actor=actor, row=row, errors=wrong)
    news = _("%(name)s saved.") % {"name": done.name}
    return go(request, next_of(request, record_url(entity, pk)), news)


def changeable(entity: Entity, pk: int, *, actor: Actor) -> Any:
    """The row, when the actor sees it and may change it. Raises NotVisible, Forbidden."""
    row = entity.queryset(actor).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    if not owner_in_reach(actor, Verb.CHANGE, entity, row.owner_id):
        raise Forbidden
    return row


def _conflict(
    request: HttpRequest, entity: Entity, sent: dict[str, Any], current: Any, *, actor: Actor
) -> HttpResponse:
    current.refresh_from_db()
    clash = forms.who_and_when(current, actor=actor)
    context = {
        **clash,
        "differences": forms.differences(entity, sent, current, request.POST, actor=actor),
    }
    merged = forms.stored_values(entity, current) | sent
    return _form(request, entity, merged, actor=actor, row=current, conflict=context)


def _form(
    request: HttpRequest,
    entity: Entity,
    values: dict[str, Any],
    *,
    actor: Actor,
    row: Any = None,
    errors: dict[str, list[str]] | None = None,
    conflict: dict[str, Any] | None = None,
) -> HttpResponse:
    pk = row.pk if row is not None else None
    sent_links = forms.links_sent(request.POST)
    back = record_url(entity, pk) if pk else f"/{entity.slug}/"
    context = {
        "entity": entity,
        "record": row,
        "version": row.version if row is not None and (conflict or not errors) else "",
        "sections": forms.sections(entity, values, actor=actor, errors=errors or {}),
        "was": _was(entity, row, actor=actor) if row is not None else {},
        "errors": errors or {},
        "labels": forms.labels(entity) | {"links": _("Linked records")},
        "conflict": conflict,
        "link_kinds": forms.link_kinds(entity, actor=actor),
        "link_rows": forms.link_rows(entity, pk, request.GET, sent_links, actor=actor),
        "next": next_of(request, ""),
        "cancel": next_of(request, back),
    }
    if errors and row is not None:
        context["version"] = request.POST.get("version", "")
    status = 412 if conflict else 422 if errors else 200
    return render(request, "records/form.html", context, status=status)


def _was(entity: Entity, row: Any, *, actor: Actor) -> dict[str, str]:
    """What the form showed when it was opened: what differs from it was touched."""
    return forms.as_shown(forms.stored_values(entity, row), actor=actor)


def new_url(entity: Entity, **prefill: Any) -> str:
    """The address of the form for a new record with something filled in."""
    return f"/{entity.slug}/new/?{urlencode(prefill)}"
