"""Remove a workspace for ever: its data, its files with all versions, its people."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.context import use_control
from tenants.models import Removal, Tenant
from tenants.removal import NotRemovable, ask_for_removal

CLOSED = Tenant.Status.CLOSED


class Command(BaseCommand):
    """Shuts its doors at once; the provisioner does the rest. Again: says how far it is."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, and whether to go ahead without asking."""
        parser.add_argument("subdomain")
        parser.add_argument("--yes", action="store_true", help="do not ask for the name again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the name once more, close it, and tell what happens."""
        subdomain: str = options["subdomain"]
        removal = _removal_of(subdomain)
        if removal is None:
            self._confirm(subdomain, sure=options["yes"])
            removal = _close(subdomain)
            self.stdout.write(f"{subdomain} is closed. The provisioner removes it; ask again.")
        self.stdout.write(json.dumps(state(removal), indent=1))

    def _confirm(self, subdomain: str, *, sure: bool) -> None:
        if sure:
            return
        self.stdout.write(f"This removes {subdomain} with everything in it. It cannot be undone.")
        self.stdout.write("Type its name to go on: ", ending="")
        self.stdout.flush()
        if sys.stdin.readline().strip() != subdomain:
            raise CommandError("Nothing was done.")


def _removal_of(subdomain: str) -> Removal | None:
    """The one that has begun; not that of an earlier company at the same address."""
    with use_control():
        if Tenant.objects.filter(subdomain=subdomain).exclude(status=CLOSED).exists():
            return None
        return Removal.objects.filter(subdomain=subdomain).order_by("-asked_at").first()


def _close(subdomain: str) -> Removal:
    try:
        return ask_for_removal(subdomain)
    except NotRemovable as error:
        raise CommandError(str(error)) from None


def state(removal: Removal) -> dict[str, Any]:
    """How far it is; at the end, the certificate."""
    if removal.finished_at:
        return dict(removal.certificate)
    return {
        "workspace": removal.subdomain,
        "closed": removal.asked_at.isoformat(),
        "schema_dropped": removal.schema_dropped_at and removal.schema_dropped_at.isoformat(),
        "object_versions_dropped": removal.objects_dropped,
        "error": removal.error,
    }
