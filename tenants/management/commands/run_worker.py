"""Run the jobs of all workspaces."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants import metrics
from tenants.worker import run_worker


class Command(BaseCommand):
    """A worker of the job queue; needs JOBS_DATABASE_URL."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many jobs at a time."""
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until stopped."""
        metrics.serve("worker")
        asyncio.run(run_worker(concurrency=options["concurrency"]))
