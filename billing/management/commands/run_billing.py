"""Do what is due between us and the payment provider, and tell workspaces how they stand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from billing.biller import Biller, run_round
from tenants import metrics


class Command(BaseCommand):
    """The biller; several may run. Ends at SIGTERM or SIGINT, after what it is doing."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One round, or for ever."""
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go on until stopped; with --once after one round."""
        if options["once"]:
            run_round()
            return
        metrics.serve("biller")
        Biller().run()
