"""The Django app of the money."""

from __future__ import annotations

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Plans, seats, subscriptions, invoices."""

    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"
