"""Make a workspace with its owner, ready to sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from app.website import signup
from app.website.forms import SignupForm
from billing.catalogue import FREE, PLANS
from tenants.context import use_control
from tenants.routing import workspace_url


class Command(BaseCommand):
    """Does what the page of sign-up does and prints the address."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """What the page asks for."""
        parser.add_argument("--name", required=True, help="of the company")
        parser.add_argument("--subdomain", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--plan", default=FREE, choices=[plan.slug for plan in PLANS])
        parser.add_argument("--owner", default="", help="default: what stands before the @")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign the company up; its address counts as proven."""
        form = SignupForm(_answers(options))
        if not form.is_valid():
            raise CommandError(_told(form))
        data = form.cleaned_data
        wish = signup.Wish(
            company=data["company"],
            subdomain=data["subdomain"],
            owner_name=data["full_name"],
            email=data["email"],
            password=data["password"],
            plan=data["plan"],
            verified=True,
        )
        try:
            with use_control():
                tenant = signup.sign_up(wish)
        except signup.Taken:
            raise CommandError(f"The address {wish.subdomain!r} is taken.") from None
        except signup.NotReady:
            raise CommandError("No schema came in time: is the provisioner running?") from None
        self.stdout.write(workspace_url(tenant.subdomain))


def _answers(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "company": options["name"],
        "subdomain": options["subdomain"],
        "full_name": options["owner"] or options["email"].partition("@")[0],
        "email": options["email"],
        "password": options["password"],
        "plan": options["plan"],
    }


def _told(form: SignupForm) -> str:
    return "; ".join(
        f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
    )
