"""Operators whom a company let in to help: who they are here, and what stays shut to them.

Two locks hold the door, and each alone shuts it: the row in the workspace, whose time the
statement that loads a person checks, and the word of the control plane, asked at every request
together with the operator's own standing. So an end, a suspension, an operator who left or lost
his role counts at the next request, whichever write came through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from app.access.actors import Actor, load_actor
from app.access.models import Role, User
from app.access.tree import alias, hold
from app.lib.text import squeeze
from tenants import support
from tenants.audit import name_event
from tenants.context import Ref, current, use_control, use_tenant
from tenants.models import Tenant
from tenants.operating import SupportAccess
from tenants.router import serves
from tenants.routing import ref_of

logger = logging.getLogger(__name__)
View = Callable[..., Any]
#: Plan and money, the security of others, tokens, people and their rights: none of his business.
SHUT = ("/settings/", "/again/", "/password/")


def operators_ref() -> Ref | None:
    """Where the operators work, while their workspace is open; None in any cell but theirs."""
    with use_control():
        rows = Tenant.objects.filter(is_operator=True, status=Tenant.Status.ACTIVE)
        found = rows.first()
    return ref_of(found) if found and serves(found.cell_id) else None


def runs_the_fleet(number: int) -> bool:
    """Whether this person of the operators' workspace may act for it now."""
    ref = operators_ref()
    if ref is None:
        return False
    with use_tenant(ref):
        actor = load_actor(number)
    return actor is not None and actor.administers


def still_holds(actor: Actor) -> bool:
    """Whether somebody who helps out may still be here; everybody else may."""
    if actor.support is None:
        return True
    try:
        access = support.live_of(actor.support.number, ref=current())
        looks = access is not None and access.mode == SupportAccess.Mode.LOOKING
        same = access is not None and looks == actor.support.looks
        return same and runs_the_fleet(actor.support.number)
    except DatabaseError:
        logger.exception("whether support may still be here is not known: no")
        return False


def refusal(request: HttpRequest, _view: View, actor: Actor) -> HttpResponse | None:
    """The answer to somebody who helps out and opens what is not his business; else None."""
    if actor.support is None or not request.path.startswith(SHUT):
        return None
    return render(request, "account/not_for_support.html", status=403)


def let_in(access: SupportAccess) -> User:
    """The person whom a granted access stands for, as it was granted; older sessions end."""
    with transaction.atomic(using=alias()):
        hold()  # a grant and a pass that is used at the same moment wait for each other
        name_event("support.let_in")
        rows = User.everyone.select_for_update().filter(support_number=access.operator_number)
        person = rows.first() or User(support_number=access.operator_number, has_seat=False)
        person.name = squeeze(f"Support ({access.operator_name[:120]}, Clientele)")
        person.role, person.is_active = Role.ADMINISTRATOR, True
        person.support_until = access.until
        person.support_looks = access.mode == SupportAccess.Mode.LOOKING
        person.set_unusable_password()  # anew: what was signed with the former one is over
        person.save()
    return person


def put_out(access: SupportAccess) -> None:
    """End it in the workspace too, by the clock that the next request is checked by."""
    with transaction.atomic(using=alias()):
        name_event("support.ended")
        rows = User.everyone.filter(support_number=access.operator_number)
        rows.filter(support_until__gt=Now()).update(support_until=Now())
