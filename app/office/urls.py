"""Addresses of the directory that the engine does not make."""

from __future__ import annotations

from django.urls import path

from app.office import views

app_name = "office"
urlpatterns = [path("people/<int:pk>/", views.person, name="person")]
