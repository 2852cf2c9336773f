"""Call what comes round, take up the jobs of dead workers, tell what failed."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from tenants import metrics, readings
from tenants.scheduler import run_scheduler


class Command(BaseCommand):
    """The scheduler; one is enough, several may run. Needs JOBS_DATABASE_URL."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Go on until stopped."""
        metrics.serve("scheduler", readings.of_queue)
        asyncio.run(run_scheduler())
