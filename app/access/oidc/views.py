"""To the identity provider and back."""

from __future__ import annotations

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from app.access.models import IdentityProvider
from app.access.oidc.adapter import ProviderAdapter, refused
from app.access.oidc.provider import FAILURES, Callback, WorkspaceOAuth
from app.access.throttles import Rate, allow_visitor

STARTS = Rate(60, 60)


@login_not_required
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider.

    By a page that refreshes at once, not by a redirect: a form may only lead to ourselves.
    """
    if not allow_visitor(request, "provider", rate=STARTS):
        return refused(request, _("Too many attempts. Please wait a few minutes."))
    provider = ProviderAdapter().get_provider(request, _issuer())
    try:
        answer = provider.redirect(
            request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request)
        )
    except FAILURES as failure:
        return refused(request, str(failure))
    if "Location" not in answer.headers:
        return answer
    url, name = answer["Location"], provider.app.name
    page = render(request, "account/to_provider.html", {"url": url, "name": name})
    page.headers["Refresh"] = f"0; url={url}"
    return page


@login_not_required
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Come back with the provider's word."""
    issuer = _issuer()
    if request.GET.get("iss", issuer) != issuer:
        return refused(request, _("The provider's answer is not valid."))
    try:
        view = Callback.adapter_view(WorkspaceOAuth(request, issuer))
        response: HttpResponse = view(request)
    except (*FAILURES, OAuth2Error, SocialApp.DoesNotExist):
        return refused(request, _("The sign-in did not come about. Please try again."))
    return response


def _issuer() -> str:
    issuer = IdentityProvider.objects.filter(is_on=True).values_list("issuer", flat=True).first()
    if issuer is None:
        raise Http404
    return issuer
