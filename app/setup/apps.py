from __future__ import annotations

from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "app.setup"
    label = "setup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the jobs known to the worker."""
        from app.setup import jobs  # noqa: F401
