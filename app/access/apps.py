"""The application of people, rights and sign-in."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """People, teams, rights and the ways in."""

    name = "app.access"
    label = "access"
    verbose_name = _("People and access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the jobs known to the worker; end the sessions of whoever leaves."""
        from app.access import jobs  # noqa: F401
        from app.access.listeners import listen
        from app.access.signed_in import end_sessions_of_leavers

        listen(end_sessions_of_leavers)
