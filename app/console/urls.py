"""Addresses under /console/ of the operators' host."""

from __future__ import annotations

from django.urls import path

from app.console import views

app_name = "console"
urlpatterns = [
    path("", views.fleet, name="fleet"),
]
