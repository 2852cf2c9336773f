"""The page behind the link of an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from app.access.actors import Actor
from app.access.forms import JoinForm
from app.access.invitations import Invitation, State
from app.access.inviting import NotOpen, accept, find
from app.access.models import IdentityProvider, Role, User, Workspace
from app.access.throttles import Rate, allow_visitor
from app.lib.forms import take_errors

ATTEMPTS = Rate(60, 600)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Name and password of a guest; afterwards he is in."""
    if not allow_visitor(request, "join", rate=ATTEMPTS):
        return render(request, "429.html", status=429)
    try:
        invitation = find(secret)
        if request.method == "GET" or _actor(request):
            return _page(request, invitation, _blank(invitation))
        form = JoinForm(request.POST, initial=_facts(invitation))
        user = _accepted(form, secret)
    except NotOpen as refusal:
        return _closed(request, refusal.state)
    if user is None:
        return _page(request, invitation, form, status=422)
    response: HttpResponse = perform_login(
        request, user, email_verification="none", redirect_url="/"
    )
    return response


def _accepted(form: JoinForm, secret: str) -> User | None:
    if not form.is_valid():
        return None
    try:
        return accept(secret, **form.cleaned_data)
    except ValidationError as error:
        take_errors(form, error)
    return None


def _facts(invitation: Invitation) -> dict[str, Any]:
    return {"name": invitation.user.name if invitation.user else invitation.name}


def _blank(invitation: Invitation) -> JoinForm:
    return JoinForm(initial=_facts(invitation))


def _actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    return actor


def _page(
    request: HttpRequest, invitation: Invitation, form: JoinForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "is_owner": invitation.role == Role.OWNER,
        "form": form,
        "workspace": Workspace.objects.get(),
        "signed_in": _actor(request),
        "provider": IdentityProvider.in_use(),
    }
    return render(request, "account/join.html", context, status=status)


def _closed(request: HttpRequest, state: State | None) -> HttpResponse:
    context = {"state": state.value if state else "", "signed_in": _actor(request)}
    return render(request, "account/join_closed.html", context, status=410)
