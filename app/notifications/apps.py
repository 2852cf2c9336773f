from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "app.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what people may want to hear of."""
        from app.imports.running import when_over
        from app.notifications import given, imports, morning  # noqa: F401 (its schedule)
        from app.records.events import listen

        listen(given.hear)
        when_over(imports.hear)
