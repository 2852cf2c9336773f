"""Addresses under /api/ of a workspace's host."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from app.api import docs, openapi
from app.api.edge import edge, nothing_here
from app.api.site import api


def guarded() -> list[URLPattern]:
    """What the framework made, each behind the edge; its own start page is not ours."""
    made = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    views = {str(one.pattern): (one.callback, one.name) for one in made}
    return [path(f"v1/{at}", edge(view), name=name) for at, (view, name) in views.items()]


urlpatterns = [
    path("v1/openapi.json", docs.for_members(edge(openapi.show)), name="api-openapi"),
    path("v1/docs", docs.for_members(docs.show), name="api-docs"),
    *guarded(),
    re_path(r"^[\s\S]*$", nothing_here, name="api-nothing"),
]
