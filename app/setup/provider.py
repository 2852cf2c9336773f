"""The company's own sign-in: its OpenID Connect provider."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from app.access.models import IdentityProvider
from app.access.oidc.discovery import Unsuitable, discover
from app.access.oidc.provider import callback_url
from app.access.oidc.settings import remove_provider, save_provider
from app.access.requests import SignedInRequest
from app.access.throttles import Rate, allow_key
from app.lib.forms import take_errors
from app.setup.forms import ProviderForm
from app.setup.gate import administrators_only
from app.setup.pages import page

#: Each look at a provider is a request that we send out.
LOOKS = Rate(30, 600)


@administrators_only
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def provider(request: SignedInRequest) -> HttpResponse:
    """Show, test, keep or forget the provider."""
    row = IdentityProvider.objects.first() or IdentityProvider()
    if request.method == "GET":
        return _page(request, ProviderForm(instance=row))
    if "forget" in request.POST:
        remove_provider(by=request.actor)
        messages.success(request, _("The provider is forgotten."))
        return redirect("setup:sign_in")
    form = ProviderForm(request.POST, instance=row)
    if not allow_key(str(request.actor.user_id), "provider-look", rate=LOOKS):
        form.add_error(None, _("Too many attempts. Please wait a few minutes."))
        return _page(request, form)
    if "test" in request.POST:
        return _page(request, form, found=_look(form))
    if form.is_valid() and _saved(request, form):
        messages.success(request, _("The provider is saved."))
        return redirect("setup:sign_in")
    return _page(request, form)


def _saved(request: SignedInRequest, form: ProviderForm) -> bool:
    try:
        save_provider(form.instance, by=request.actor, secret=form.cleaned_data["secret"])
    except ValidationError as error:
        take_errors(form, error)
    return not form.errors


def _look(form: ProviderForm) -> str:
    """What the provider says of itself; what is wrong goes to the form."""
    form.is_valid()
    issuer = form.cleaned_data.get("issuer")
    if issuer is None:
        return ""
    try:
        document = discover(issuer)
    except Unsuitable as error:
        form.add_error("issuer", str(error))
        return ""
    text = _("The provider answers. People will be sent to %(url)s.")
    return text % {"url": document["authorization_endpoint"]}


def _page(request: SignedInRequest, form: ProviderForm, *, found: str = "") -> HttpResponse:
    known = IdentityProvider.objects.exists()
    return page(
        request,
        "provider",
        status=422 if form.errors else 200,
        form=form,
        found=found,
        known=known,
        redirect_uri=callback_url(),
    )
