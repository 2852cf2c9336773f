"""Passkeys: keys bound to this very workspace's host."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import begin_registration
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from app.access.factors import FactorAdapter
from app.access.models import User
from tenants.context import current
from tenants.routing import workspace_url

#: What taking a stranger's bytes apart may raise.
_MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)


def creation_options(user: User) -> dict[str, Any]:
    """What the browser is asked to make: a key that can sign in alone where it is able to."""
    options: dict[str, Any] = begin_registration(user, passwordless=False)
    choice = options["publicKey"]["authenticatorSelection"]
    choice |= {"residentKey": "preferred", "requireResidentKey": False}
    return options


class _OwnOriginMixin:
    """The key must have spoken at this workspace's address, not at a host below it."""

    cleaned_data: dict[str, Any]
    answer: Any = AuthenticationResponse

    def clean_credential(self) -> Any:
        """What allauth makes of the browser's answer, if it was given here."""
        check_origin(self.cleaned_data["credential"], answer=self.answer)
        inherited = getattr(super(), "clean_credential", None)
        return inherited() if inherited else self.cleaned_data["credential"]


def check_origin(credential: Any, *, answer: Any) -> None:
    """Raise ValidationError unless this is an answer given at the current workspace's address."""
    try:
        said = answer.from_dict(credential).response.client_data.origin
    except _MALFORMED:
        said = ""
    if said != workspace_url(current().subdomain, ""):
        raise FactorAdapter().validation_error("incorrect_code")


class AddPasskeyForm(_OwnOriginMixin, AddWebAuthnForm):
    """One more passkey, under a name."""

    answer = RegistrationResponse
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    passwordless = None


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=60)


class PasskeyForm(_OwnOriginMixin, AuthenticateWebAuthnForm):
    """The second step of signing in by a passkey."""


class PasskeyAgainForm(_OwnOriginMixin, ReauthenticateWebAuthnForm):
    """A passkey before something that matters."""


class PasskeyLoginForm(_OwnOriginMixin, LoginWebAuthnForm):
    """Signing in by a passkey alone."""
