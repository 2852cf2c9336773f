"""What the API does with records of any kind; rights and rules are the engine's."""

from __future__ import annotations

from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from app.access.rights import Verb
from app.api.answers import respond, respond_record, shaped
from app.api.reading import (
    actor_of,
    check_echo,
    check_query,
    read_object,
    version_given,
    version_required,
)
from app.records import actions, changes, listing
from app.records.actions import Action
from app.records.entity import Entity
from app.records.errors import Invalid, NotVisible
from app.records.filters import to_truth
from app.records.links import links_of

ORIGIN = "api"
#: Parameters of a list that are no filters.
PARAMETERS = frozenset({"q", "sort", "cursor", "limit"})


def list_records(entity: Entity, request: HttpRequest) -> HttpResponse:
    """A page of the records that the filters mean."""
    actor = actor_of(request)
    query = listing.parse_query(entity, request.GET, actor=actor, reserved=PARAMETERS)
    page = listing.page(entity, query, actor=actor, columns=tuple(entity.fields))
    return respond({"results": shaped(entity, page.rows), "next": page.next})


def create_record(entity: Entity, request: HttpRequest) -> HttpResponse:
    """Make one record."""
    actor = actor_of(request)
    row = changes.create(entity, read_object(request), actor=actor, origin=ORIGIN)
    return respond_record(entity, row.pk, actor=actor, status=201, located=True)


def get_record(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """One record with all its fields."""
    return respond_record(entity, pk, actor=actor_of(request))


def change_record(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """Set the given fields of a record, as it stood at the version in If-Match."""
    actor, values = actor_of(request), read_object(request)
    version = version_required(request, entity, pk, verb=Verb.CHANGE, actor=actor)
    check_echo(values, pk=pk, version=version)
    links = values.pop("links", None)
    changes.update(entity, pk, values, actor=actor, version=version, links=links, origin=ORIGIN)
    return respond_record(entity, pk, actor=actor)


def delete_record(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """Put a record into the recycle bin."""
    actor = actor_of(request)
    check_query(request, ["with_children"])
    version = version_required(request, entity, pk, verb=Verb.DELETE, actor=actor)
    with_children = truth(request, "with_children")
    changes.delete(
        entity, pk, actor=actor, version=version, with_children=with_children, origin=ORIGIN
    )
    return HttpResponse(status=204)


def restore_record(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """Take a record out of the recycle bin."""
    actor = actor_of(request)
    refuse_fields(request)
    changes.restore(entity, pk, actor=actor, origin=ORIGIN)
    return respond_record(entity, pk, actor=actor)


def list_links(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """What a record is tied to, from either side."""
    actor = actor_of(request)
    check_query(request, [])
    if not entity.queryset(actor).filter(pk=pk).exists():
        raise NotVisible
    ties = [asdict(tie) for tie in links_of(entity, pk, actor=actor)]
    return respond({"results": ties, "next": None})


def run_action(entity: Entity, one: Action, request: HttpRequest, pk: int) -> HttpResponse:
    """Do a business act on a record."""
    actor = actor_of(request)
    version, values = version_given(request), read_object(request)
    actions.run(entity, one, pk, values, actor=actor, version=version)
    return respond_record(entity, pk, actor=actor)


def truth(request: HttpRequest, name: str) -> bool:
    """A yes or no in the address; no unless given."""
    raw = request.GET.get(name, "")
    try:
        return bool(raw) and to_truth(raw)
    except ValidationError:
        raise Invalid({name: [_("Enter true or false.")]}) from None


def refuse_fields(request: HttpRequest) -> None:
    """An act that asks for nothing takes nothing."""
    values = read_object(request)
    if values:
        raise Invalid({name: [_("There is no such field.")] for name in values})
