"""A colleague's sessions and second factors, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from app.access.factors import factors_of, reset_factors
from app.access.models import User
from app.access.oidc.ties import ties_of, untie
from app.access.programs import name_of_program
from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.access.rights import looks_after
from app.access.signed_in import close_sessions, sessions_of
from app.setup.gate import administrators_only


def context_of(request: SignedInRequest, person: User) -> dict[str, Any]:
    """What the page of a person shows of how he is signed in."""
    if not person.can_sign_in or not looks_after(request.actor, person.role):
        return {"sign_in_of": None}
    return {
        "sign_in_of": {
            "sessions": sessions_of(person),
            "factors": factors_of(person).count(),
            "ties": ties_of(person),
            "myself": person.pk == request.actor.user_id,
        },
        "name_of_program": name_of_program,
    }


@open_when_restricted
@administrators_only
@require_POST
def sessions(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a colleague's session, or all of them."""
    person = get_object_or_404(User, pk=pk)
    chosen = request.POST.get("session", "")
    if chosen != "all" and not (chosen.isascii() and chosen.isdecimal()):
        return redirect("setup:person", pk)
    only = None if chosen == "all" else int(chosen)
    ended = close_sessions(person, by=request.actor, only=only)
    text = ngettext("%(num)d session is ended.", "%(num)d sessions are ended.", ended)
    messages.success(request, text % {"num": ended})
    return redirect("setup:person", pk)


@open_when_restricted
@administrators_only
@require_POST
def factors(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a colleague's second factors away, who has lost them."""
    person = get_object_or_404(User, pk=pk)
    if person.pk == request.actor.user_id:
        raise PermissionDenied
    reset_factors(person, by=request.actor)
    messages.success(
        request, _("The second factors of %(name)s are reset.") % {"name": person.name}
    )
    return redirect("setup:person", pk)


@administrators_only
@require_POST
def tie(request: SignedInRequest, pk: int) -> HttpResponse:
    """Unlink a colleague from the provider, whose account there is another one now."""
    person = get_object_or_404(User, pk=pk)
    untie(person, by=request.actor)
    messages.success(request, _("%(name)s is unlinked.") % {"name": person.name})
    return redirect("setup:person", pk)
