"""Let somebody into the operators' workspace, who runs the fleet from there."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from app.website import signup
from app.website.operators import Newcomer, NotMade, add_operator
from tenants.routing import workspace_url


class Command(BaseCommand):
    """Makes the operators' workspace when it is missing; safe to run again."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Who."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--name", default="", help="default: what stands before the @")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the operator, or say what is wrong with which field."""
        who = Newcomer(options["email"], options["password"], options["name"])
        try:
            made = add_operator(who)
        except ValidationError as error:
            raise CommandError(_told(error)) from None
        except NotMade as error:
            raise CommandError(str(error)) from None
        except signup.NotReady:
            raise CommandError("No schema came in time: is the provisioner running?") from None
        if not made.is_new:
            self.stderr.write("There already; the password stays as it was.")
        self.stdout.write(workspace_url(made.tenant.subdomain))


def _told(error: ValidationError) -> str:
    return "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
