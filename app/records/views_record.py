"""The page of one record: its facts, what happened, what hangs on it; its acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.lib.people import avatar
from app.records import actions, changes, inputs, panels, registry, tones
from app.records.cells import cell, trusted
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, Refused, Stale
from app.records.fields import Kind
from app.records.links import links_of
from app.records.listing import one as one_row
from app.records.listing import portraits
from app.records.pages import (
    entity_page,
    go,
    next_of,
    reader_of,
    record_url,
    refused,
    rights_on_row,
    stale_news,
    version_of,
)
from app.records.related import happenings, related_lists
from app.records.timeline import timeline

#: The colours of the rows behind a relation, by field.
Tones = Mapping[str, Mapping[Any, int]]


@dataclass(frozen=True)
class Fact:
    """A field of the record page."""

    name: str
    label: str
    html: Markup
    edit: bool


@dataclass(frozen=True)
class FactSection:
    """A group of facts."""

    label: str
    facts: list[Fact]
    closed: bool


@dataclass(frozen=True)
class Button:
    """An action that makes sense now, with the controls of its dialog."""

    name: str
    label: str
    icon: str
    inputs: list[inputs.Input]


@require_safe
@entity_page(Verb.VIEW)
def record(request: HttpRequest, entity: Entity, actor: Actor, pk: int) -> HttpResponse:
    """The page of one record."""
    row = one_row(entity, pk, actor=actor, also=portraits)
    if row is None:
        raise NotVisible
    can = rights_on_row(entity, actor, row["owner_id"])
    colours = tones.of_columns(entity, list(entity.fields))
    context = {
        "entity": entity,
        "record": row,
        "can": can,
        "sections": fact_sections(entity, row, colours, actor=actor, edit=can[Verb.CHANGE]),
        "system": system_facts(entity, row, actor=actor),
        "portrait": portrait(entity, row),
        "headline": headline(entity, row, colours, actor=actor),
        "buttons": buttons(entity, row) if can[Verb.CHANGE] else [],
        "moments": timeline(entity, pk, actor=actor),
        "related": related_lists(entity, pk, actor=actor),
        "ties": ties(entity, pk, actor=actor),
        "composer": composer(entity, actor=actor),
        "panels": panels.panels_of(request, panels.Place(entity, pk, actor, can)),
    }
    return render(request, "records/record.html", context)


def fact_sections(
    entity: Entity, row: dict[str, Any], colours: Tones, *, actor: Actor, edit: bool
) -> list[FactSection]:
    """The fields by section; an empty closed section stays closed."""
    money = {f"{f.name}_currency" for f in entity.fields.values() if f.kind is Kind.MONEY}
    made = []
    for section in entity.layout:
        names = [name for name in section.fields if name not in money and name != "name"]
        facts = [
            _fact(entity, name, row, actor=actor, edit=edit, colours=colours.get(name))
            for name in names
        ]
        filled = any(fact.html for fact in facts)
        if facts:
            made.append(FactSection(str(section.label), facts, section.collapsed and not filled))
    return made


def _fact(
    entity: Entity, name: str, row: dict[str, Any], *, actor: Actor, edit: bool, colours: Any
) -> Fact:
    field = entity.fields[name]
    html = cell(field, reader=reader_of(actor), tones=colours)(row)
    editable = edit and field.key in entity.writable and field.kind is not Kind.JSON
    return Fact(name, str(field.label), trusted(html), editable)


def system_facts(entity: Entity, row: dict[str, Any], *, actor: Actor) -> list[Fact]:
    """Who made it and when, and its number elsewhere."""
    names = ("external_id", "created_at", "created_by", "updated_at", "updated_by")
    facts = [_fact(entity, n, row, actor=actor, edit=False, colours=None) for n in names]
    return [fact for fact in facts if fact.html]


def headline(entity: Entity, row: dict[str, Any], colours: Tones, *, actor: Actor) -> list[Markup]:
    """The two or three facts that stand under the name."""
    names = [n for n in entity.list_columns if n not in ("name", "owner")][:3]
    facts = [
        _fact(entity, n, row, actor=actor, edit=False, colours=colours.get(n)).html for n in names
    ]
    return [html for html in facts if html]


def portrait(entity: Entity, row: dict[str, Any]) -> Markup | None:
    """The face beside the name, for records that stand for a person."""
    if entity.portrait is None:
        return None
    pk, picture = row[f"{entity.portrait}_id"], row[f"{entity.portrait}_picture"]
    return avatar(row["name"], pk=pk, picture=picture, size="xl")


def buttons(entity: Entity, row: dict[str, Any]) -> list[Button]:
    """The actions that fit the state of the record."""
    return [_button(act) for act in entity.actions if act.fits(row)]


def _button(act: actions.Action) -> Button:
    return Button(act.name, str(act.label), act.icon, action_inputs(act, {}, {}))


def action_inputs(
    act: actions.Action, values: dict[str, Any], errors: dict[str, list[str]]
) -> list[inputs.Input]:
    """The controls that an action's parameters ask for."""
    return [
        inputs.Input(
            param.name,
            str(param.label),
            str(param.kind),
            value=str(values.get(param.name, "") or ""),
            required=param.required,
            errors=tuple(errors.get(param.name, ())),
        )
        for param in act.params
    ]


def ties(entity: Entity, pk: int, *, actor: Actor) -> list[dict[str, Any]]:
    """The linked records, without those that the timeline tells of."""
    told = {one.slug for one in happenings(entity)}
    tying = [one for one in registry.all_entities() if entity.slug in one.links_to]
    if not entity.links_to and all(one.slug in told for one in tying):
        return []
    return [
        {"entity": registry.get(tie.entity), "id": tie.id, "name": tie.name, "role": tie.role}
        for tie in links_of(entity, pk, actor=actor, but=told)
    ]


def composer(entity: Entity, *, actor: Actor) -> str:
    """The entity whose short form stands over the timeline, if the actor may make its records."""
    slugs = [one.slug for one in happenings(entity) if may(actor, Verb.CREATE, one)]
    return slugs[0] if slugs else ""


@require_http_methods(["GET", "POST"])
@entity_page(Verb.CHANGE)
def act_on(request: HttpRequest, entity: Entity, actor: Actor, pk: int, name: str) -> HttpResponse:
    """The form of an action, and doing it."""
    row = one_row(entity, pk, actor=actor)
    act = actions.get(entity, name)
    if row is None or act is None:
        raise NotVisible
    if not rights_on_row(entity, actor, row["owner_id"])[Verb.CHANGE]:
        raise Forbidden
    target = next_of(request, record_url(entity, pk))
    if request.method == "GET":
        return _ask(request, entity, row, act, {}, {})
    sent = {param.name: request.POST.get(param.name, "") for param in act.params}
    try:
        actions.run(entity, act, pk, sent, actor=actor, version=version_of(request))
    except Invalid as refusal:
        return _ask(request, entity, row, act, sent, refusal.errors)
    except Stale:
        return go(request, target, stale_news(), tone="error")
    except Refused as refusal:
        return refused(request, target, refusal)
    facts = {"what": act.label, "name": row["name"]}
    return go(request, target, _("%(what)s: %(name)s") % facts)


def _ask(
    request: HttpRequest,
    entity: Entity,
    row: dict[str, Any],
    act: actions.Action,
    values: dict[str, Any],
    errors: dict[str, list[str]],
) -> HttpResponse:
    context = {
        "entity": entity,
        "record": row,
        "act": act,
        "inputs_": action_inputs(act, values, errors),
        "errors": errors,
        "labels": {param.name: str(param.label) for param in act.params},
        "next": next_of(request, record_url(entity, row["id"])),
    }
    return render(request, "records/action.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@entity_page(Verb.DELETE)
def delete(request: HttpRequest, entity: Entity, actor: Actor, pk: int) -> HttpResponse:
    """Ask, saying what hangs on it; then put it into the recycle bin."""
    row = one_row(entity, pk, actor=actor)
    if row is None:
        raise NotVisible
    if not rights_on_row(entity, actor, row["owner_id"])[Verb.DELETE]:
        raise Forbidden
    if request.method == "GET":
        context = {"entity": entity, "record": row, "children": children(entity, pk, actor=actor)}
        part = "_delete_dialog" if request.headers.get("HX-Request") else "delete"
        return render(request, f"records/{part}.html", context)
    along = request.POST.get("with_children") == "1"
    try:
        changes.delete(entity, pk, actor=actor, version=version_of(request), with_children=along)
    except Stale:
        return go(request, record_url(entity, pk), stale_news(), tone="error")
    except Refused as refusal:
        return refused(request, record_url(entity, pk), refusal)
    news = _("%(name)s is in the recycle bin now.") % {"name": row["name"]}
    return go(request, f"/{entity.slug}/", news)


def children(entity: Entity, pk: int, *, actor: Actor) -> list[tuple[str, int]]:
    """How many of the rows that the actor sees depend on the record, by what they are called."""
    counts: dict[str, int] = {}
    for other, name in registry.referring_to(entity):
        rows = other.queryset(actor).filter(**{f"{name}_id": pk})
        title = str(other.label_plural)
        counts[title] = counts.get(title, 0) + rows.count()
    return [(title, count) for title, count in counts.items() if count]
