"""allauth's pages of second factors as they are reached here: with our methods and our looks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import models as allauth_login
from allauth.account import views as account
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as base
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib.auth.decorators import login_not_required
from django.db import router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from app.access.entry import shut_sentence
from app.access.middleware import open_without_factor
from app.access.models import IdentityProvider, User
from app.access.restriction import open_when_restricted

View = Callable[..., Any]


def in_one_transaction(view: View) -> View:
    """allauth locks rows and trusts the database that Django calls `default`: use the cell's."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic(using=router.db_for_write(User)):
            response: HttpResponse = view(request, *args, **kwargs)
            return response

    return wrapped


def form_page(view: View) -> View:
    """A page that is read and sent, and never kept."""
    return require_http_methods(["GET", "POST"])(never_cache(in_one_transaction(view)))


def again(view: View) -> View:
    """A page on which somebody signed in proves once more who he is."""
    return open_when_restricted(open_without_factor(form_page(view)))


class Reauthenticate(account.ReauthenticateView):
    """The password once more."""

    template_name = "account/reauthenticate.html"


class Login(account.LoginView):
    """Password, passkey or the company's provider."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's values and the provider in use."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"provider": IdentityProvider.in_use(), "shut": shut_sentence()}


class PasskeyLogin(webauthn.LoginWebAuthnView):
    """A passkey alone, which has asked for a finger, a face or a PIN."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in, and on to where the person wanted to go."""
        factor = form.cleaned_data["credential"]
        login = allauth_login.Login(
            user=factor.user, redirect_url=get_next_redirect_url(self.request)
        )
        response: HttpResponse = perform_passwordless_login(self.request, factor, login)
        return response


class Authenticate(base.AuthenticateView):
    """The second step of signing in: a code or a passkey."""

    template_name = "account/second_step.html"


class ReauthenticateByCode(base.ReauthenticateView):
    """A code once more."""

    template_name = "account/reauthenticate_code.html"


class ReauthenticateByPasskey(webauthn.ReauthenticateWebAuthnView):
    """A passkey once more."""

    template_name = "account/reauthenticate_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say why, and ask again."""
        super().form_invalid(form)
        return HttpResponseRedirect(self.request.get_full_path())


log_in = login_not_required(Login.as_view())
second_step = login_not_required(form_page(Authenticate.as_view()))
passkey_login = login_not_required(form_page(PasskeyLogin.as_view()))
reauthenticate = again(Reauthenticate.as_view())
reauthenticate_by_code = again(ReauthenticateByCode.as_view())
reauthenticate_by_passkey = again(ReauthenticateByPasskey.as_view())
