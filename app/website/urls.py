"""Addresses of the public host."""

from __future__ import annotations

from django.urls import path

from app.website import legal, machines, views, views_pricing, views_status

app_name = "website"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("pricing/", views_pricing.pricing, name="pricing"),
    path("signup/", views.sign_up, name="signup"),
    path("signup/address/", views.address_free, name="address_free"),
    path("find/", views.find, name="find"),
    path("status/", views_status.status, name="status"),
    path("status.json", views_status.status_json, name="status_json"),
    path("terms/", legal.terms, name="terms"),
    path("privacy/", legal.privacy, name="privacy"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("favicon.ico", machines.favicon, name="favicon"),
    path("language/", views.choose_language, name="choose_language"),
]
