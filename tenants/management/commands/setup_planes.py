"""Make what is missing of the two planes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.cells import ControlBehind, setup_planes


class Command(BaseCommand):
    """Roles, databases, functions, job tables, the control plane's tables; safe to run again."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Needs ADMIN_DATABASE_URL and the cell owner's address; the control owner's, if ours."""
        try:
            setup_planes()
        except ControlBehind as behind:
            raise CommandError(str(behind)) from None
        self.stdout.write("The planes are ready.")
