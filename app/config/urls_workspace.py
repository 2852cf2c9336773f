"""Addresses of the workspace hosts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("app.access.urls")),
    path("settings/imports/", include("app.imports.urls")),
    path("settings/security/", include("app.setup.urls_security")),
    path("settings/", include("app.setup.urls")),
    path("api/", include("app.api.urls")),
    path("", include("app.office.urls")),
    path("files/", include("app.documents.urls")),
    path("", include("app.analytics.urls")),
    path("", include("app.records.urls")),
]
