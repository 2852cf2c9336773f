"""The Django app of the control plane."""

from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Workspaces and where they live."""

    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"
