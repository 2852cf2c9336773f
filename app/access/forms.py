"""The forms of sign-in, with the field names that scripts rely on."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.access import entry
from app.access.models import Language


class LoginForm(AllauthLoginForm):
    """E-mail address and password; the address travels as `email`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("E-mail address"),
            widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""

    def clean(self) -> Any:
        """Tell who has shown the right password why he is refused all the same."""
        cleaned = super().clean()
        user = getattr(self, "user", None)
        reason = entry.refusal(user, {}) if user is not None else None
        if reason is not None:
            raise ValidationError(reason)
        return cleaned

    def add_prefix(self, field_name: str) -> str:
        """allauth's field `login` is `email` on the page and in every script."""
        return "email" if field_name == "login" else field_name


class JoinForm(forms.Form):
    """What a guest chooses who follows an invitation."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the workspace")), *Language.choices],
        required=False,
    )
