"""Telling a company that somebody of ours asks to be let in."""

from __future__ import annotations

from app.access.mails import language_of, send
from app.access.models import Role, User, Workspace
from tenants.context import current
from tenants.operating import SupportAccess
from tenants.routing import workspace_url
from tenants.support import state_of


def tell(access_id: int) -> None:
    """Mail everybody who can answer, while there is something to answer."""
    access = SupportAccess.objects.filter(pk=access_id, tenant_id=current().id).first()
    if access is None or state_of(access) != "asked":
        return
    workspace = Workspace.objects.get()
    deciders = User.objects.filter(
        role__in=(Role.OWNER, Role.ADMINISTRATOR), has_seat=True, is_active=True
    )
    for person in deciders:
        send(
            "support_asked",
            to=str(person.email),
            language=language_of(person),
            name=person.name,
            workspace=workspace.name,
            helper=access.operator_name,
            reason=access.reason,
            hours=access.hours_wished,
            wants_to_change=access.wants_to_change,
            url=workspace_url(current().subdomain, "/settings/support/"),
        )
