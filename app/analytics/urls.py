"""Address of the home page."""

from __future__ import annotations

from django.urls import path

from app.analytics import views

urlpatterns = [path("", views.home_page, name="home")]
