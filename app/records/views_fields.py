"""One field of a record page, changed in its place."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from app.access.actors import Actor
from app.access.rights import Verb
from app.records import changes, forms, inputs
from app.records.entity import Entity
from app.records.errors import Invalid, Refused, Stale
from app.records.fields import Field
from app.records.pages import entity_page, go, record_url, version_of
from app.records.views_form import changeable


@require_http_methods(["GET", "POST"])
@entity_page(Verb.CHANGE)
def edit_field(
    request: HttpRequest, entity: Entity, actor: Actor, pk: int, name: str
) -> HttpResponse:
    """The control of one field, or the record page again once it is saved."""
    row = changeable(entity, pk, actor=actor)
    field = entity.fields.get(name)
    if field is None or field.key not in entity.writable:
        raise Http404
    stored = forms.stored_values(entity, row)
    if request.method == "GET":
        return _control(request, entity, field, row, stored, actor=actor, errors={})
    keys = (field.key, f"{field.key}_currency")
    sent = inputs.entered(entity, request.POST, only=keys)
    sent = forms.without_unshown(entity, sent, stored, actor=actor)
    try:
        changes.update(entity, pk, sent, actor=actor, version=version_of(request))
    except Stale as stale:
        words = _("Somebody else saved the record meanwhile. Save again to keep yours.")
        errors = {field.key: [words]}
        current = stale.current
        return _control(request, entity, field, current, stored | sent, actor=actor, errors=errors)
    except Invalid as refusal:
        errors = {field.key: refusal.sentences}
        return _control(request, entity, field, row, stored | sent, actor=actor, errors=errors)
    except Refused as refusal:
        errors = {field.key: [str(refusal.message)]}
        return _control(request, entity, field, row, stored | sent, actor=actor, errors=errors)
    return go(request, record_url(entity, pk), _("%(what)s saved.") % {"what": field.label})


def _control(
    request: HttpRequest,
    entity: Entity,
    field: Field,
    row: Any,
    values: dict[str, Any],
    *,
    actor: Actor,
    errors: dict[str, list[str]],
) -> HttpResponse:
    context = {
        "entity": entity,
        "record": row,
        "field": field,
        "version": row.version,
        "input": inputs.make(entity, field, values, actor=actor, errors=errors),
    }
    status = 422 if errors else 200
    return render(request, "records/_field.html", context, status=status)
