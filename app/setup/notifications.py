"""Which mails somebody gets."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from app.access.requests import SignedInRequest
from app.access.verification import is_verified
from app.notifications.models import Kind
from app.notifications.people import choose, wanted_by
from app.setup.pages import page


class ChoicesForm(forms.Form):
    """The kinds of mail that are ticked."""

    wanted = forms.MultipleChoiceField(choices=Kind.choices, required=False)


@require_http_methods(["GET", "POST"])
def notifications(request: SignedInRequest) -> HttpResponse:
    """The choices of whoever asks; they hold from the next mail on."""
    form = ChoicesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        choose(request.actor.user_id, form.cleaned_data["wanted"])
        messages.success(request, _("Your choices are saved."))
        return redirect("setup:notifications")
    return page(
        request,
        "notifications",
        status=422 if form.errors else 200,
        form=form,
        wanted=wanted_by(request.actor.user_id),
        may_mail=is_verified(),
    )
