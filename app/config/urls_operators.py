"""Addresses of the operators' host: those of a workspace, and the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from app.config.urls_workspace import urlpatterns as of_a_workspace

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("app.console.urls")),
    *of_a_workspace,
]
