"""Print a bearer token for a person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from app.access.tokens import make_token
from app.access.workspaces import person_with, workspace_named
from tenants.context import use_tenant


class Command(BaseCommand):
    """Makes an API token; its secret stands alone on a line."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose token."""
        parser.add_argument("--workspace", required=True, help="subdomain")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="command line", help="what the list of tokens shows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and print it once."""
        with use_tenant(workspace_named(options["workspace"])):
            _, secret = make_token(person_with(options["email"]), name=options["name"])
        self.stdout.write(secret)
