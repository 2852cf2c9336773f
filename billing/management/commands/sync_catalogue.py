"""Bring plans, prices and the portal over to the payment provider. Again, nothing happens."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.errors import Busy, Refused, StoredFailure, Unreachable
from billing.offering import PriceChanged, sync_catalogue
from tenants.context import use_control


class Command(BaseCommand):
    """Run after every release that changes billing/catalogue.py; needs STRIPE_API_KEY."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing."""
        try:
            with use_control():
                for made in sync_catalogue():
                    self.stdout.write(made)
        except PriceChanged as error:
            raise CommandError(str(error)) from error
        except Refused as error:
            raise CommandError(f"{error} {error.provider}".strip()) from error
        except (Unreachable, Busy, StoredFailure) as error:
            raise CommandError(f"The payment provider did not answer: {error}") from error
        self.stdout.write("The catalogue is what the provider sells.")
