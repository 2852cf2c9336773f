"""The forms of the settings pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from app.access.models import (
    ApiToken,
    Currency,
    IdentityProvider,
    Language,
    User,
    Workspace,
)
from app.access.oidc.settings import check_issuer
from app.lib.dates import time_zone_names


def _zones() -> list[tuple[str, str]]:
    return list(time_zone_names(get_language() or "en"))


def _zones_or_none() -> list[tuple[str, Any]]:
    return [("", _("As the workspace")), *_zones()]


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """What holds for everybody."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zones)
    base_currency = forms.ChoiceField(
        label=_("Base currency"),
        choices=lambda: [(c.code, c.code) for c in Currency.objects.filter(active=True)],
        help_text=_("Sums over several currencies are counted in it. Rates follow the change."),
    )

    class Meta:
        model = Workspace
        fields = ("name", "language", "time_zone")


class ColourForm(forms.ModelForm):  # type: ignore[type-arg]
    """The colour of the workspace's pages."""

    class Meta:
        model = Workspace
        fields = ("accent",)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What people may change of themselves."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the workspace")), *Language.choices],
        required=False,
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zones_or_none, required=False)

    class Meta:
        model = User
        fields = ("name", "language", "time_zone")


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    """The company's own identity provider."""

    issuer = forms.CharField(
        label=_("Address of the provider (issuer)"),
        max_length=200,
        validators=[check_issuer],
        help_text=_("As the provider calls itself, for example https://login.example.com/realms/x"),
    )
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept sealed and never shown again. Leave it empty to keep the present one."),
    )
    is_on = forms.BooleanField(label=_("In use"), required=False)
    only_way = forms.BooleanField(
        label=_("Only this way"),
        required=False,
        help_text=_("Passwords and passkeys let in owners only, so that nobody is locked out."),
    )
    asks_factor = forms.BooleanField(
        label=_("Ask for our second factor too"),
        required=False,
        help_text=_("Otherwise second factors are the provider's business."),
    )
    field_order = (*("name", "issuer", "client_id", "secret", "is_on", "only_way", "asks_factor"),)

    class Meta:
        model = IdentityProvider
        fields = ("name", "issuer", "client_id", "is_on", "only_way", "asks_factor")
        labels = {"name": _("Name on the button"), "client_id": _("Client ID")}


class CurrencyForm(forms.Form):
    """One more currency."""

    code = forms.CharField(
        label=_("Code"), min_length=3, max_length=3, help_text=_("Three letters, as in EUR.")
    )
    rate = forms.DecimalField(label=_("Rate"), max_digits=20, decimal_places=10)

    def clean_code(self) -> str:
        """Capital letters."""
        return str(self.cleaned_data["code"]).upper()


class RateForm(forms.Form):
    """The rate of a currency in use."""

    rate = forms.DecimalField(label=_("Rate"), max_digits=20, decimal_places=10)
    active = forms.BooleanField(label=_("In use"), required=False)


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a token is for."""

    class Meta:
        model = ApiToken
        fields = ("name",)
        help_texts = {"name": _("The program that uses it, so that you know it again.")}
