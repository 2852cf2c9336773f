"""Let a workspace answer at a domain of the company's own."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.domains import DomainRefused, add_domain


class Command(BaseCommand):
    """The name must lead here (DNS, a certificate), and stand in OWN_DOMAINS."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and which."""
        parser.add_argument("subdomain")
        parser.add_argument("host", help="without port: crm.acme.com")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it down, and say what is still missing."""
        host = options["host"]
        try:
            add_domain(options["subdomain"], host)
        except DomainRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['subdomain']} answers at {host}.")
        if host not in settings.OWN_DOMAINS:
            self.stderr.write("Not before OWN_DOMAINS of the web processes names it.")
