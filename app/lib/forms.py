"""Between services that refuse and forms that say so."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError


def take_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a service refused beside the fields of the form, the rest above them."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def words_of(form: forms.BaseForm) -> str:
    """Everything that is wrong with a form, for a page that does not show it again."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
