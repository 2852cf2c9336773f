"""API tokens: one's own, and for administrators everybody's."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from app.access import plan
from app.access.models import ApiToken
from app.access.plan import Feature
from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.access.tokens import make_token, revoke
from app.setup.forms import TokenForm
from app.setup.pages import page


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """The list; a new token's secret is shown this once."""
    form = TokenForm(request.POST or None)
    if form.is_bound and not plan.allows(request.actor.plan, Feature.API):
        form.add_error("name", plan.missing(Feature.API))
    if request.method == "GET" or not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    _token, secret = make_token(request.user, name=form.cleaned_data["name"])
    return _page(request, TokenForm(), secret=secret)


@open_when_restricted
@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Revoke a token at once."""
    revoke(get_object_or_404(_visible(request), pk=pk))
    messages.success(request, _("The token is revoked."))
    return redirect("setup:tokens")


def _visible(request: SignedInRequest) -> QuerySet[ApiToken]:
    live = ApiToken.objects.select_related("user").filter(revoked_at=None)
    return live if request.actor.administers else live.filter(user=request.actor.user_id)


def _page(
    request: SignedInRequest, form: TokenForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    found = list(_visible(request))
    allowed = plan.allows(request.actor.plan, Feature.API)
    return page(
        request,
        "tokens",
        tokens=found,
        form=form,
        secret=secret,
        missing="" if allowed else plan.missing(Feature.API),
        status=status,
    )
