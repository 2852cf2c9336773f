"""The application of the record engine."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """Entities, their pages, their API, their search."""

    name = "app.records"
    label = "records"
    verbose_name = _("Records")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find the business actions of all apps, and check what entities declare."""
        from app.records import checks, dblookups, jobs  # noqa: F401 (what comes round)

        dblookups.register()
        autodiscover_modules("services")
        checks.enable()
