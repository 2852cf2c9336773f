"""Addresses of the public host."""

from __future__ import annotations

from django.urls import path

from app.website import views

app_name = "website"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("pricing/", views.pricing, name="pricing"),
    path("signup/", views.sign_up, name="signup"),
    path("signup/address/", views.address_free, name="address_free"),
    path("find/", views.find, name="find"),
    path("language/", views.choose_language, name="choose_language"),
]
