"""The specification of the API (OpenAPI 3.1), made once a language from the declarations."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from app.api import file_routes, imports
from app.api.answers import MEDIA_TYPE, ROOT
from app.api.routes import WORKSPACE
from app.api.schemas import common_schemas, schemas_of
from app.api.site import api
from app.records.registry import all_entities

DESCRIPTION = _(
    "Everything that people do with records, for programs. A request carries a token of a person "
    "of this workspace and has that person's rights."
)
BEARER = {"type": "http", "scheme": "bearer", "description": _("A token from your settings.")}


@lru_cache(maxsize=8)
def specification(language: str) -> bytes:
    """The whole document in a language."""
    with translation.override(language):
        return orjson.dumps(build(), default=str, option=orjson.OPT_NON_STR_KEYS)


def build() -> dict[str, Any]:
    """The document as data; texts are still to be translated."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=""))
    imports.describe(document)
    schemas = common_schemas() | imports.import_schemas() | file_routes.file_schemas()
    for entity in all_entities():
        schemas |= schemas_of(entity)
    components = document["components"]
    components["schemas"] = {**components["schemas"], **schemas}
    components["securitySchemes"] = {"token": BEARER}
    document["info"]["description"] = DESCRIPTION
    document["servers"] = [{"url": ROOT}]
    document["security"] = [{"token": []}]
    titles = {WORKSPACE: _("Workspace"), "imports": _("Imports"), file_routes.TAG: _("Files")}
    titles |= {entity.slug: entity.label_plural for entity in all_entities()}
    document["tags"] = [{"name": tag, "description": title} for tag, title in titles.items()]
    return document


@require_GET
def show(_request: HttpRequest) -> HttpResponse:
    """The document, in the language of who asks."""
    return HttpResponse(
        specification(translation.get_language() or "en"),
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "private, max-age=60"},
    )
