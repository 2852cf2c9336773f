"""One loop over the registry makes the addresses of every entity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError

from app.api import bulk, file_routes, files, operations, problems, records, workspace
from app.imports import api as imports
from app.records.cleaning import BIGGEST_ID
from app.records.entity import Entity
from app.records.errors import NotVisible
from app.records.registry import all_entities

Handler = Callable[..., HttpResponse]
WORKSPACE = "workspace"
EACH = "/{int:id}"


@dataclass(frozen=True)
class Route:
    """An address that every entity has."""

    method: str
    path: str
    handler: Handler
    name: str
    title: Any
    describe: Callable[[Entity], operations.Extra]


ROUTES = (
    Route("GET", "", records.list_records, "list", _("List"), operations.listing),
    Route("POST", "", records.create_record, "create", _("Create"), operations.creating),
    Route("POST", "/bulk", bulk.bulk_write, "bulk", _("Write many at once"), operations.bulk),
    Route("GET", EACH, records.get_record, "get", _("Read one"), operations.getting),
    Route("PATCH", EACH, records.change_record, "change", _("Change"), operations.changing),
    Route("DELETE", EACH, records.delete_record, "delete", _("Delete"), operations.deleting),
    Route(
        "POST",
        f"{EACH}/restore",
        records.restore_record,
        "restore",
        _("Take out of the recycle bin"),
        operations.restoring,
    ),
    Route(
        "GET", f"{EACH}/links", records.list_links, "links", _("Linked records"), operations.linking
    ),
    Route(
        "GET",
        f"{EACH}/files",
        files.list_files,
        "files",
        _("Files"),
        lambda _entity: file_routes.listing(),
    ),
    Route(
        "POST",
        f"{EACH}/files",
        files.add_file,
        "add_file",
        _("Add a file"),
        lambda _entity: file_routes.adding(),
    ),
)


def make_api() -> NinjaAPI:
    """All addresses of the API."""
    api = NinjaAPI(
        title="Clientele",
        version="1",
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
    )
    for known in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(known, problems.answer)
    api.add_router("", workspace_router())
    api.add_router("", imports.make_router())
    api.add_router("", files_router())
    for entity in all_entities():
        api.add_router("", router_of(entity))
    return api


def workspace_router() -> Router:
    """What belongs to no entity; first, so that no entity takes its name."""
    router = Router(tags=[WORKSPACE])
    add(router, "GET", "/me", workspace.get_me, "me", _("Who am I"), operations.me())
    people = operations.people()
    add(router, "GET", "/people", workspace.list_people, "list_people", _("People"), people)
    one = keyed(workspace.get_person)
    add(router, "GET", f"/people{EACH}", one, "get_person", _("One person"), operations.person())
    find, title = workspace.search_records, _("Search in all records")
    add(router, "GET", "/search", find, "search", title, operations.search())
    return router


def files_router() -> Router:
    """Files, whatever record they hang on."""
    router = Router(tags=[file_routes.TAG])
    for one in file_routes.ROUTES:
        path, view = f"/files{EACH}{one.path}", keyed(one.view)
        add(router, one.method, path, view, one.name, one.title, one.describe())
    return router


def router_of(entity: Entity) -> Router:
    """The addresses of one entity."""
    router = Router(tags=[entity.slug])
    for route in ROUTES:
        bound = partial(route.handler, entity)
        handler = keyed(bound) if route.path.startswith(EACH) else unkeyed(bound)
        path, name = f"/{entity.slug}{route.path}", operation_id(entity, route.name)
        add(router, route.method, path, handler, name, route.title, route.describe(entity))
    for act in entity.actions:
        handler = keyed(partial(records.run_action, entity, act))
        path, name = f"/{entity.slug}{EACH}/{act.name}", operation_id(entity, act.name)
        add(router, "POST", path, handler, name, act.label, operations.acting(entity, act))
    return router


def operation_id(entity: Entity, verb: str) -> str:
    """The operation's name for client generators: deals_list."""
    return f"{entity.slug}_{verb}".replace("-", "_")


def add(
    router: Router,
    method: str,
    path: str,
    handler: Handler,
    name: str,
    title: Any,
    extra: operations.Extra,
) -> None:
    """Enter one address; its answers are described by us, not by models."""
    good = min(status for status in extra["responses"])
    router.add_api_operation(
        path,
        [method],
        handler,
        response={good: None},
        operation_id=name,
        summary=title,
        openapi_extra=extra,
    )


def unkeyed(handler: Handler) -> Handler:
    """A handler in the shape that ninja reads."""

    def call(request: HttpRequest) -> HttpResponse:
        return handler(request)

    return call


def keyed(handler: Handler) -> Handler:
    """A handler of one record; no record has a key beyond the database's numbers."""

    def call(request: HttpRequest, id: int) -> HttpResponse:
        if id > BIGGEST_ID:
            raise NotVisible
        return handler(request, id)

    return call
