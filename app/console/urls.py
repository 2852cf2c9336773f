"""Addresses under /console/ of the operators' host."""

from __future__ import annotations

from django.urls import path

from app.console import (
    acts,
    drift,
    failed,
    notices,
    overview,
    support,
    trail,
    views,
    workspace,
)

app_name = "console"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("workspaces/", views.fleet, name="fleet"),
    path("workspaces/<int:pk>/", workspace.workspace, name="workspace"),
    path("workspaces/<int:pk>/acts/", acts.act, name="act"),
    path("workspaces/<int:pk>/support/", support.ask, name="ask_support"),
    path("commands/<uuid:pk>/", acts.decide, name="decide"),
    path("support/", support.accesses, name="support"),
    path("support/<int:pk>/enter/", support.enter, name="enter_support"),
    path("support/<int:pk>/end/", support.end, name="end_support"),
    path("jobs/", failed.jobs, name="jobs"),
    path("drift/", drift.drift, name="drift"),
    path("drift/<int:pk>/", drift.put_right, name="put_right"),
    path("trail/", trail.trail, name="trail"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/end/", notices.end, name="end_notice"),
]
