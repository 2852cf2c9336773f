"""Addresses of the public host that machines call."""

from __future__ import annotations

from django.urls import URLPattern, path

from billing.webhooks import webhook

urlpatterns: list[URLPattern] = [path("billing/webhook/", webhook, name="billing-webhook")]
