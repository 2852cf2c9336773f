"""Imports over the API: addresses that the API mounts behind its own edge."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from app.access.actors import Actor
from app.imports import jobs, proposing, reports
from app.imports.models import Import
from app.imports.reading import Unreadable
from app.imports.staging import find_import, store, visible_imports
from app.records import registry
from app.records.errors import Invalid
from app.records.registry import UnknownEntity
from app.records.writing import atomic

UPLOAD = {
    "type": "object",
    "required": ["file", "entity", "mode"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "entity": {"type": "string", "description": "As in addresses: deals."},
        "mode": {"type": "string", "enum": list(Import.Mode.values)},
        "mapping": {"type": "string", "description": "JSON; without it columns match by name."},
    },
}
EACH = "/{int:import_id}"
BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": UPLOAD}}}}


def make_router() -> Router:
    """The addresses, to be mounted at /api/v1; what they answer is described by the API."""
    router = Router(tags=["imports"])
    routes: list[tuple[str, str, Any, int, str]] = [
        ("GET", "", list_imports, 200, "list_imports"),
        ("POST", "", create_import, 202, "create_import"),
        ("GET", EACH, read_import, 200, "read_import"),
        ("GET", f"{EACH}/errors", read_errors, 200, "read_import_errors"),
        ("GET", f"{EACH}/unknown", read_unknown, 200, "read_import_unknown"),
        ("POST", f"{EACH}/undo", undo_import, 202, "undo_import"),
    ]
    for method, path, view, good, name in routes:
        router.add_api_operation(
            f"/imports{path}",
            [method],
            view,
            response={good: None},
            operation_id=name,
            openapi_extra=BODY if view is create_import else None,
        )
    return router


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def answer(made: Import, *, status: int = 200) -> HttpResponseBase:
    """The import as JSON."""
    return JsonResponse(reports.as_json(made), status=status)


def create_import(request: HttpRequest) -> HttpResponseBase:
    """Upload a file and check it (`dry_run`) or import it (`apply`) in the background."""
    actor, upload = actor_of(request), request.FILES.get("file")
    if upload is None:
        raise Invalid({"file": [_("Send a file.")]})
    mode = str(request.POST.get("mode", ""))
    if mode not in Import.Mode.values:
        raise Invalid({"mode": [_("Choose dry_run or apply.")]})
    entity = entity_of(str(request.POST.get("entity", "")))
    mapping = mapping_of(str(request.POST.get("mapping", "")))
    with atomic():
        try:
            made = store(
                upload.chunks(),
                entity=entity,
                file_name=str(upload.name or ""),
                actor=actor,
                wanted=(mapping or {}).get("file"),
            )
        except Unreadable as problem:
            raise Invalid({"file": [str(problem)]}) from problem
        jobs.start(made, mapping=mapping or proposing.propose(made), mode=mode)
    return answer(made, status=202)


def entity_of(slug: str) -> Any:
    """The entity of this name. Raises Invalid."""
    try:
        return registry.get(slug)
    except UnknownEntity:
        raise Invalid({"entity": [_("There is no such kind of record.")]}) from None


def mapping_of(text: str) -> dict[str, Any] | None:
    """The mapping's JSON, None where there is none. Raises Invalid."""
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid({"mapping": [_("The mapping is not JSON.")]}) from None
    if not isinstance(found, dict):
        raise Invalid({"mapping": [_("The mapping is an object.")]})
    return found


def list_imports(request: HttpRequest) -> HttpResponseBase:
    """The latest 50 imports: one's own, all for administrators."""
    found = visible_imports(actor_of(request))[:50]
    return JsonResponse({"results": [reports.as_json(made) for made in found], "next": None})


def read_import(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """How far an import has come, and its counts."""
    return answer(find_import(import_id, actor=actor_of(request)))


def read_errors(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The refused rows as CSV, each with its reason; formulas are neutralised."""
    return reports.error_file(find_import(import_id, actor=actor_of(request)))


def read_unknown(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Cells that nothing answers to, by column, with how often they occur and what is offered."""
    actor = actor_of(request)
    made = find_import(import_id, actor=actor)
    found = {
        header: [vars(value) for value in values]
        for header, values in proposing.all_unknown(made, made.mapping, actor=actor).items()
    }
    return JsonResponse({"columns": found})


def undo_import(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Take an import back; records that were edited since are kept and reported."""
    actor = actor_of(request)
    made = find_import(import_id, actor=actor)
    jobs.start_undo(made, actor=actor)
    return answer(made, status=202)
