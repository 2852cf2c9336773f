"""Bring every workspace to this release's schema."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.fleet import Outcome, migrate_fleet


class Command(BaseCommand):
    """One schema after another; a failing one is reported and the others are done."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many to try first, and how many at a time."""
        parser.add_argument("--canary", type=int, default=None, help="only the first N")
        parser.add_argument("--jobs", type=int, default=1, help="N at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until nobody is behind but those that fail."""
        failed = migrate_fleet(
            canary=options["canary"], jobs=options["jobs"], progress=self._report
        )
        if failed:
            raise CommandError(f"{failed} failed; run again when the fault is gone")
        self.stdout.write("Every workspace is at this release.")

    def _report(self, outcome: Outcome) -> None:
        self.stdout.write(f"{outcome.schema}: {outcome.error or 'done'}")
