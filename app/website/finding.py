"""Which workspaces an address belongs to: told by mail, to that address only."""

from __future__ import annotations

import logging

from app.access import mails
from tenants.handoffs import tenants_of_email
from tenants.routing import workspace_url

log = logging.getLogger(__name__)


def mail_workspaces(email: str, *, language: str) -> None:
    """Write to the address in either case, so that nothing outside tells whether it is known."""
    found = [(t.company, workspace_url(t.subdomain)) for t in tenants_of_email(email)]
    try:
        mails.send(
            "workspaces",
            to=email,
            language=language,
            workspaces=found,
            signup_url=mails.public_url("/signup/"),
        )
    except OSError:
        log.exception("a mail of found workspaces could not be sent")
