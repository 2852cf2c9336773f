"""The forms of the public site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.access.models import User
from app.lib.dates import is_time_zone
from app.lib.text import normal_email, squeeze
from billing.catalogue import BY_SLUG, FREE, PLANS
from tenants.subdomains import validate_subdomain


class SignupForm(forms.Form):
    """What a company tells us to get its workspace."""

    company = forms.CharField(label=_("Company"), max_length=150)
    subdomain = forms.CharField(label=_("Address of your workspace"), max_length=60)
    full_name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    password = forms.CharField(label=_("Password"), max_length=200, strip=False)
    plan = forms.ChoiceField(
        label=pgettext_lazy("price", "Plan"),
        choices=[(plan.slug, plan.name) for plan in PLANS],
        required=False,
    )

    #: Told by the browser; the workspace starts in it.
    time_zone = forms.CharField(max_length=60, required=False)

    def clean_time_zone(self) -> str:
        """A time zone that we offer, else UTC."""
        told = str(self.cleaned_data["time_zone"])
        return told if is_time_zone(told) else "UTC"

    def clean_company(self) -> str:
        """The name with single blanks."""
        return squeeze(str(self.cleaned_data["company"]))

    def clean_full_name(self) -> str:
        """The name with single blanks."""
        return squeeze(str(self.cleaned_data["full_name"]))

    def clean_subdomain(self) -> str:
        """A name that may stand before our own."""
        name = str(self.cleaned_data["subdomain"]).strip().lower()
        validate_subdomain(name)
        return name

    def clean_email(self) -> str:
        """The address as we compare it."""
        return normal_email(self.cleaned_data["email"])

    def clean_plan(self) -> str:
        """The plan chosen, or the free one."""
        chosen = str(self.cleaned_data["plan"])
        return chosen if chosen in BY_SLUG else FREE

    def clean(self) -> dict[str, Any]:
        """The password is judged with the name and the address beside it."""
        data = super().clean() or self.cleaned_data
        if data.get("password"):
            person = User(email=data.get("email"), name=data.get("full_name", ""))
            try:
                validate_password(data["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class FindForm(forms.Form):
    """Whose workspaces are wanted."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)

    def clean_email(self) -> str:
        """The address as we compare it."""
        return normal_email(self.cleaned_data["email"])


class NeedsForm(forms.Form):
    """What the adviser asks; its answers stand in the address, so that they can be passed on."""

    staff = forms.IntegerField(label=_("People in the company"), min_value=1, max_value=1_000_000)
    sales = forms.IntegerField(
        label=_("People who work with customers"), min_value=1, max_value=1_000_000
    )
    branches = forms.IntegerField(label=_("Places of business"), min_value=1, max_value=10_000)
    api = forms.BooleanField(label=_("A programming interface"), required=False)
    single_sign_on = forms.BooleanField(
        label=_("Signing in through our own provider"), required=False
    )
    own_place = forms.BooleanField(
        label=_("A database cluster of our own, or our own premises"), required=False
    )
    contract = forms.BooleanField(label=_("A contract, paid by bank transfer"), required=False)

    def clean(self) -> dict[str, Any]:
        """Nobody sells for a company without being of it."""
        data = super().clean() or self.cleaned_data
        staff, sales, branches = (data.get(name) for name in ("staff", "sales", "branches"))
        if staff and sales and sales > staff:
            self.add_error("sales", _("This cannot be more than all people in the company."))
        if staff and branches and branches > staff:
            self.add_error("branches", _("This cannot be more than all people in the company."))
        return data
