"""The page that explains the API to people, told from the specification itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation

from app.access.actors import actor_of_session
from app.api.answers import ROOT
from app.api.openapi import specification

View = Callable[[HttpRequest], HttpResponseBase]
FILTERS = ("in", "gte", "lte", "contains", "isnull")


@dataclass(frozen=True)
class Property:
    """One field of an entity, as the page lists it."""

    name: str
    type: str
    title: str
    required: bool
    writable: bool
    filters: tuple[str, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """One address and method."""

    method: str
    path: str
    title: str
    name: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """All calls of one tag."""

    slug: str
    title: str
    calls: tuple[Call, ...]
    properties: tuple[Property, ...]


def for_members(view: View) -> View:
    """Let a signed-in person read what otherwise takes a token."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            request.actor = actor_of_session(request.session)  # type: ignore[attr-defined]
        actor = request.actor  # type: ignore[attr-defined]
        language = actor.language if actor else translation.get_language()
        with translation.override(language):
            return view(request)

    return shown


def show(request: HttpRequest) -> HttpResponse:
    """The page, or the way to the log-in."""
    if request.actor is None:  # type: ignore[attr-defined]
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}")
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    document = orjson.loads(specification(translation.get_language() or "en"))
    base = f"{request.scheme}://{request.get_host()}{ROOT}"
    return render(request, "api/docs.html", {"chapters": [*chapters(document)], "base": base})


def chapters(document: dict[str, Any]) -> Iterator[Chapter]:
    """The specification by tag."""
    titles = {tag["name"]: tag["description"] for tag in document["tags"]}
    by_tag: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            by_tag.setdefault(one["tags"][0], []).append(call(method, path, one))
    for tag, calls in by_tag.items():
        yield Chapter(tag, titles[tag], tuple(calls), tuple(properties_of(document, tag)))


def call(method: str, path: str, one: dict[str, Any]) -> Call:
    """One operation as the page shows it; filters stand in the table of fields."""
    named = [parameter["name"] for parameter in one["parameters"]]
    usual = [name for name in named if name in USUAL]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    asked = list(body.get("schema", {}).get("properties", {}))
    return Call(method.upper(), path, one["summary"], one["operationId"], (*usual, *asked))


USUAL = ("q", "sort", "limit", "cursor", "with_children", "If-Match", "Idempotency-Key")


def shape_of(one: dict[str, Any]) -> str:
    """The name of the schema of a list's records."""
    page: str = one["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return page.rpartition("/")[2].removesuffix("Page")


def properties_of(document: dict[str, Any], tag: str) -> Iterator[Property]:
    """The fields of an entity with what can be done with each; other tags have none."""
    schemas = document["components"]["schemas"]
    listing = document["paths"].get(f"/{tag}", {}).get("get")
    name = shape_of(listing) if listing else ""
    entry = schemas.get(f"{name}Create")
    if entry is None:
        return
    filters = {one["name"] for one in listing["parameters"]}
    for key, schema in schemas[name]["properties"].items():
        yield Property(
            name=key,
            type=type_of(schema),
            title=schema.get("title") or schema.get("description", ""),
            required=key in entry["required"],
            writable=key in entry["properties"],
            filters=tuple(one for one in FILTERS if f"{key}__{one}" in filters),
            choices=tuple(str(value) for value in schema.get("enum", ()) if value),
        )


def type_of(schema: dict[str, Any]) -> str:
    """A type in a word."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return schema.get("format") or " | ".join(one for one in types if one != "null")
