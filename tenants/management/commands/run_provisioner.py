"""Keep schemas ready for companies that sign up."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants import metrics, readings
from tenants.provisioning import run_forever, run_once
from tenants.stopping import end_when_told


class Command(BaseCommand):
    """The only process that holds the cell owner's credentials while the product runs."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once, or for ever."""
        parser.add_argument("--once", action="store_true", help="fill the pool and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the pool; without --once go on until stopped."""
        end_when_told()
        if options["once"]:
            self.stdout.write(f"{run_once()} made")
            return
        metrics.serve("provisioner", readings.of_provisioner)
        run_forever()
