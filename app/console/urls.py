"""Addresses under /console/ of the operators' host."""

from __future__ import annotations

from django.urls import path

from app.console import support, views, workspace

app_name = "console"
urlpatterns = [
    path("", views.fleet, name="fleet"),
    path("workspaces/<int:pk>/", workspace.workspace, name="workspace"),
    path("workspaces/<int:pk>/support/", support.ask, name="ask_support"),
    path("support/", support.accesses, name="support"),
    path("support/<int:pk>/enter/", support.enter, name="enter_support"),
    path("support/<int:pk>/end/", support.end, name="end_support"),
]
