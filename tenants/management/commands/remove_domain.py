"""Let a workspace answer at a domain no more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.domains import DomainRefused, remove_domain


class Command(BaseCommand):
    """Its subdomain stays."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and which."""
        parser.add_argument("subdomain")
        parser.add_argument("host")

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget it."""
        try:
            remove_domain(options["subdomain"], options["host"])
        except DomainRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['host']} leads to nobody within half a minute.")
