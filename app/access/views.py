"""Pages of sign-in that allauth does not have, or has otherwise."""

from __future__ import annotations

from allauth.account.internal.flows.logout import logout
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django.views.i18n import set_language

from app.access import support
from app.access.models import Role, User
from tenants.context import current
from tenants.handoffs import redeem_handoff
from tenants.support import entered, redeem

choose_language = login_not_required(set_language)


@login_not_required
@never_cache
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """Sign the new owner in by the token that the public site gave him."""
    owner = _owner() if redeem_handoff(request.GET.get("token", ""), ref=current()) else None
    if owner is None:
        return render(request, "account/handoff_refused.html", status=410)
    response: HttpResponse = perform_login(
        request, owner, email_verification="none", redirect_url="/"
    )
    return response


@login_not_required
@never_cache
@require_GET
def enter_as_support(request: HttpRequest) -> HttpResponse:
    """Let an operator in by the pass that the console gave him, where the company wants it."""
    access = redeem(request.GET.get("token", ""), ref=current())
    if access is None or not support.runs_the_fleet(access.operator_number):
        return render(request, "account/support_refused.html", status=410)
    person = support.let_in(access)
    entered(access, user_number=person.pk)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("/")


def _owner() -> User | None:
    owners = User.objects.filter(role=Role.OWNER, has_seat=True, is_active=True)
    return owners.order_by("id").first()


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def log_out(request: HttpRequest) -> HttpResponse:
    """Ask on a visit, so that no link of a stranger signs anybody out; leave on a click."""
    if request.method == "POST":
        logout(request, show_message=False)
        return redirect(reverse("account_login"))
    return render(request, "account/logout.html")
