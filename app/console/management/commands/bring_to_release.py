"""Bring the whole installation to this release: planes, workspaces, what is sold."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tenants import metrics
from tenants.cells import ControlBehind
from tenants.fleet import Outcome
from tenants.release import NotReleased, bring_to_release, pending
from tenants.stopping import end_when_told

#: What --check answers when a release is needed; anything else but 0 is no answer.
NEEDED = 3


class Command(BaseCommand):
    """Safe to start several times, to kill and to run again. Web and worker may run meanwhile."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many to try first, how many at a time, or only to look."""
        parser.add_argument("--canary", type=int, default=3, help="try N first; 0: none")
        parser.add_argument("--jobs", type=int, default=4, help="N workspaces at a time")
        parser.add_argument(
            "--check",
            action="store_true",
            help=f"only say whether it is needed: exit code 0 is no, {NEEDED} is yes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything, in its order; the first that fails ends it."""
        end_when_told()
        if options["check"]:
            self._check()
            return
        metrics.serve("migrate")
        try:
            bring_to_release(canary=options["canary"], jobs=options["jobs"], tell=self._tell)
        except (ControlBehind, NotReleased) as error:
            raise CommandError(str(error)) from None
        if settings.STRIPE_API_KEY and settings.CONTROL_OWNER_URL:
            call_command("sync_catalogue", stdout=self.stdout, stderr=self.stderr)
        self.stdout.write("The installation is at this release.")

    def _check(self) -> None:
        found = pending()
        if found:
            raise CommandError("\n".join(found), returncode=NEEDED)
        self.stdout.write("The installation is at this release.")

    def _tell(self, outcome: Outcome) -> None:
        self.stdout.write(f"{outcome.schema}: {outcome.error or 'done'}")
