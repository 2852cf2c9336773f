"""Make the bucket of the files and bring it into its state."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.files.bucket import set_up
from tenants.files.connections import place
from tenants.files.errors import StorageDown, StorageRefused


class Command(BaseCommand):
    """Versions, CORS, what is tidied away, no public access; safe to run again."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Needs credentials that may set up the bucket, not only assume the role."""
        try:
            where = place()
            unknown = set_up(where, origins=_origins())
        except (StorageDown, StorageRefused) as error:
            raise CommandError(str(error)) from None
        for name in unknown:
            self.stdout.write(f"This store does not know: {name}")
        self.stdout.write(f"The bucket {where.bucket} is ready.")


def _origins() -> list[str]:
    """Where browsers put files from: the workspaces' addresses, and domains of their own."""
    hosts = (f"*.{settings.PUBLIC_HOST}", *settings.OWN_DOMAINS)
    return [f"{settings.SCHEME}://{host}" for host in hosts]
