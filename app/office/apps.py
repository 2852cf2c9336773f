from __future__ import annotations

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "app.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the directory in step with the people."""
        from app.access.listeners import listen
        from app.office.panel import panel
        from app.office.staffing import follow
        from app.records import panels

        listen(follow)
        panels.add(panel)
