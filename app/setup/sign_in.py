"""How people sign in here: whether they need a second factor, and the company's own provider."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from app.access.factors import factor_required, require_factor
from app.access.models import IdentityProvider, Role
from app.access.requests import SignedInRequest
from app.setup.gate import administrators_only
from app.setup.pages import page


@administrators_only
@require_http_methods(["GET"])
def sign_in(request: SignedInRequest) -> HttpResponse:
    """The rules of signing in."""
    return page(
        request,
        "sign_in",
        required=factor_required(),
        may_require=request.actor.role == Role.OWNER,
        provider=IdentityProvider.objects.first(),
    )


@administrators_only
@require_POST
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Require a second factor of everybody, or no longer; for owners."""
    if request.actor.role != Role.OWNER:
        raise PermissionDenied
    required = request.POST.get("required") == "1"
    try:
        require_factor(required=required, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("mfa_index")
    said = _("Everybody needs a second factor now.") if required else _("It is optional again.")
    messages.success(request, said)
    return redirect("setup:sign_in")
