"""Add a person to a workspace, ready to sign in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from app.access.models import Role, Team
from app.access.people import create_person
from app.access.workspaces import workspace_named
from tenants.context import use_tenant


class Command(BaseCommand):
    """Makes a person with a seat; the team is made when it does not exist."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, where, as what."""
        parser.add_argument("--workspace", required=True, help="subdomain")
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--team", default="")
        parser.add_argument("--name", default="", help="default: what stands before the @")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the person, or say what is wrong with which field."""
        name = options["name"] or options["email"].partition("@")[0]
        with use_tenant(workspace_named(options["workspace"])):
            try:
                create_person(
                    name,
                    by=None,
                    email=options["email"],
                    password=options["password"],
                    role=options["role"],
                    team=_team(options["team"]),
                )
            except ValidationError as error:
                raise CommandError("; ".join(error.messages)) from None
        self.stdout.write(f"{options['email']} can sign in.")


def _team(name: str) -> Team | None:
    if not name:
        return None
    team, _ = Team.objects.get_or_create(name__iexact=name, defaults={"name": name})
    return team
