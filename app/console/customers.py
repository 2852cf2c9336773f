"""The companies as customers in the operators' own CRM: one account for each workspace.

What the product knows stands in the first line of the description, behind a mark; everything
else of the account belongs to the operators and is never written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from app.access.actors import Actor, load_actor
from app.access.models import Role, User
from app.console.fleet import Line, Narrowing, line, workspaces
from app.console.pages import plan_name, words_of_workspaces
from app.records import changes
from app.records.registry import get
from tenants.context import bind_actor
from tenants.routing import workspace_url

MARK = "Clientele: "
PREFIX = "workspace-"
ORIGIN = "console"
AT_ONCE = 500


def follow_companies() -> int:
    """Make the accounts that are missing and renew the line of the others; how many changed.

    In the operators' workspace. An account that they deleted stays deleted.
    """
    owners = User.objects.filter(role=Role.OWNER, has_seat=True, is_active=True)
    owner = owners.order_by("pk").first()
    actor = load_actor(owner.pk) if owner else None
    if actor is None:
        return 0
    with bind_actor(actor.user_id), translation.override(actor.language):
        lines = [line(tenant) for tenant in workspaces(Narrowing())]
        known = _known()
        made = _write(changes.create_many, list(_new(lines, known)), actor)
        return made + _write(changes.update_many, list(_other(lines, known)), actor)


def _known() -> dict[str, dict[str, Any]]:
    """The accounts of workspaces, the deleted ones too, by what ties them to a workspace."""
    rows: QuerySet[Any] = get("accounts").model._default_manager.filter(
        external_id__startswith=PREFIX
    )
    # The latest live one wins over those that were deleted before.
    found = rows.order_by("deleted_at", "pk").values(
        "pk", "external_id", "description", "deleted_at"
    )
    known: dict[str, dict[str, Any]] = {}
    for row in found:
        if row["external_id"] not in known or row["deleted_at"] is None:
            known[row["external_id"]] = row
    return known


def _new(lines: Iterable[Line], known: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in lines:
        if _key(one) not in known:
            yield {
                "external_id": _key(one),
                "name": one.tenant.company,
                "category": "customer" if one.revenue else "prospect",
                "website": workspace_url(one.tenant.subdomain),
                "description": said(one),
            }


def _other(lines: Iterable[Line], known: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in lines:
        row = known.get(_key(one))
        if row is None or row["deleted_at"] is not None:
            continue
        renewed = with_line(row["description"], said(one))
        if renewed != row["description"]:
            yield {"id": row["pk"], "description": renewed}


def _key(one: Line) -> str:
    return f"{PREFIX}{one.tenant.pk}"


def said(one: Line) -> str:
    """Plan, seats and state in a line."""
    numbers = {
        "used": 0 if one.seats_used is None else one.seats_used,
        "total": "∞" if one.seats_paid is None else one.seats_paid,
    }
    seats = _("%(used)s of %(total)s seats in use") % numbers
    parts = [plan_name(one.plan), seats, words_of_workspaces().get(one.state, one.state)]
    return MARK + ", ".join(part for part in parts if part)


def with_line(description: str, renewed: str) -> str:
    """The description with our line renewed; what stands around it stays."""
    lines = description.splitlines()
    for place, text in enumerate(lines):
        if text.startswith(MARK):
            lines[place] = renewed
            return "\n".join(lines)
    return "\n".join([renewed, *lines])


def _write(write: Any, rows: list[dict[str, Any]], actor: Actor) -> int:
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        write(get("accounts"), some, actor=actor, origin=ORIGIN)
    return len(rows)
