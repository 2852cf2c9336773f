"""How one signs in: second factors, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import flows
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from app.access.factor_views import View, again
from app.access.factors import (
    FactorAdapter,
    count_as_shown,
    factor_required,
    factors_of,
    note_change,
)
from app.access.middleware import open_without_factor
from app.access.passkeys import creation_options
from app.access.requests import SignedInRequest
from app.setup.pages import frame, page


@open_without_factor
@never_cache
@require_GET
def security(request: SignedInRequest) -> HttpResponse:
    """What is set up, and what can be."""
    found = list(factors_of(request.user))
    kept = Authenticator.objects.filter(
        user=request.user, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    return page(
        request,
        "security",
        app=next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        passkeys=[one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(kept.wrap().get_unused_codes()) if kept else None,
        required=factor_required(),
    )


class Framed:
    """A page of allauth inside the frame of the settings."""

    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """allauth's values and the frame's."""
        inherited: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return frame(self.request) | inherited


class AddApp(Framed, totp.ActivateTOTPView):
    """A secret for an app that shows codes, taken over by its first code."""

    template_name = "setup/security_app.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """This session has shown the code; the others must."""
        answer: HttpResponse = super().form_valid(form)
        _added(self.request, factors_of(self.request.user).get(type=Authenticator.Type.TOTP))
        return answer


class RemoveApp(Framed, totp.DeactivateTOTPView):
    """The app is not asked for any more."""

    template_name = "setup/security_app_remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Removed, with a trace."""
        note_change(self.request.user)
        answer: HttpResponse = super().form_valid(form)
        return answer


class AddPasskey(Framed, webauthn.AddWebAuthnView):
    """A key of this browser, phone or stick."""

    template_name = "setup/security_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The options go to the browser as they are."""
        form = kwargs.get("form") or self.get_form()
        options = creation_options(self.request.user)
        return frame(self.request) | {"form": form, "options": options, "view": self}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the key; this session has shown it."""
        made, codes_made = flows.add_authenticator(
            self.request, form.cleaned_data["name"], form.cleaned_data["credential"]
        )
        _added(self.request, made)
        return HttpResponseRedirect(
            reverse("mfa_view_recovery_codes" if codes_made else "mfa_index")
        )


class RenamePasskey(Framed, webauthn.EditWebAuthnView):
    """Another name for a passkey."""

    template_name = "setup/security_passkey_name.html"
    success_url = reverse_lazy("mfa_index")


class RemovePasskey(Framed, webauthn.RemoveWebAuthnView):
    """A passkey that is not used any more."""

    template_name = "setup/security_passkey_remove.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Removed, with a trace, unless the workspace wants it."""
        if not FactorAdapter().can_delete_authenticator(self.get_object()):
            messages.error(
                self.request, FactorAdapter.error_messages["cannot_delete_authenticator"]
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        note_change(self.request.user)
        answer: HttpResponse = super().form_valid(form)
        return answer


class Codes(Framed, codes.ViewRecoveryCodesView):
    """The recovery codes, this once."""

    template_name = "setup/security_codes.html"


class NewCodes(Framed, codes.GenerateRecoveryCodesView):
    """New recovery codes; the former ones are void."""

    template_name = "setup/security_codes_new.html"


def _added(request: SignedInRequest, factor: Authenticator) -> None:
    count_as_shown(request, request.user, factor)
    note_change(request.user)


def _shown_once(view: View) -> View:
    return again(reauthentication_required(view))


add_app = again(AddApp.as_view())
remove_app = again(RemoveApp.as_view())
add_passkey = again(AddPasskey.as_view())
rename_passkey = again(RenamePasskey.as_view())
remove_passkey = again(RemovePasskey.as_view())
show_codes = _shown_once(Codes.as_view())
new_codes = again(NewCodes.as_view())
