"""Addresses of the public host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("billing.urls")),
    path("", include("app.website.urls")),
]
