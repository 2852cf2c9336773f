"""Everything that can be asked of the product: what the resolver knows, path by path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from app.records import registry

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API = "api/v1/"


@dataclass(frozen=True)
class Call:
    """One request, and the answers that its sender may get."""

    method: str
    path: str
    expect: tuple[int, ...] = (200,)
    data: Any = None  #: fields of a form, or what becomes JSON
    json: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    why: str = ""  #: why the answer is neither a page nor a document

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def send(self, client: Client, **headers: str) -> Any:
        """The answer; no redirect is followed, faults of the server are answers too."""
        client.raise_request_exception = False
        more: dict[str, Any] = {"headers": {**self.headers, **headers}}
        if self.json:
            more |= {"data": self.data or {}, "content_type": "application/json"}
        elif self.method in ("PUT", "PATCH", "DELETE"):
            more |= {"data": "", "content_type": "application/x-www-form-urlencoded"}
        else:
            more |= {"data": self.data or {}}
        return getattr(client, self.method.lower())(self.path, **more)


def routes(urlconf: str) -> list[str]:
    """Every address that this door knows, as it is written in the code."""
    found = [normal(route) for route in walk(get_resolver(urlconf).url_patterns, "")]
    return list(dict.fromkeys(found))


def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
    """The addresses below a resolver."""
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            yield path


def normal(route: str) -> str:
    """Addresses that differ by entity or action only are one: a new entity needs no entry."""
    if not route.startswith(API):
        return route
    slug, _slash, rest = route.removeprefix(API).partition("/")
    if slug not in {entity.slug for entity in registry.all_entities()}:
        return route
    names = {act.name for act in registry.get(slug).actions}
    rest = re.sub(r"[\w-]+$", lambda m: "ACTION" if m[0] in names else m[0], rest)
    return f"{API}ENTITY" + (f"/{rest}" if rest else "")


def workspace_routes() -> list[str]:
    """Every address of a workspace's host."""
    return routes(settings.ROOT_URLCONF)


def public_routes() -> list[str]:
    """Every address of the public host."""
    return routes(settings.PUBLIC_URLCONF)


def console_routes() -> list[str]:
    """Every address that only the operators' host has."""
    there = set(workspace_routes())
    return [route for route in routes(settings.OPERATORS_URLCONF) if route not in there]


def text_of(response: Any) -> str:
    """Everything that an answer says: status line aside, headers, cookies and body."""
    chunks = response.streaming_content if response.streaming else [response.content]
    body = b"".join(chunks).decode("utf-8", "replace")
    cookies = " ".join(morsel.OutputString() for morsel in response.cookies.values())
    return "\n".join([*(f"{k}: {v}" for k, v in response.headers.items()), cookies, body])
