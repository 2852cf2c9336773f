"""One's own profile, password and sessions."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.forms import ChangePasswordForm
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from app.access.people import change_profile
from app.access.pictures import show_person
from app.access.programs import name_of_program
from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.access.throttles import Rate, allow_key
from app.access.verification import address_of
from app.lib.forms import take_errors
from app.setup.forms import ProfileForm
from app.setup.pages import page
from app.setup.uploads import uploaded_picture

CHANGES = Rate(10, 600)
UPLOADS = Rate(20, 600)


@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Name, language and time zone of whoever asks."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "GET" or not form.is_valid():
        return _profile_page(request, form=form)
    try:
        change_profile(request.user, by=request.actor, **form.cleaned_data)
    except ValidationError as error:
        take_errors(form, error)
        return _profile_page(request, form=form)
    messages.success(request, _("Your profile is saved."))
    return redirect("setup:profile")


@open_when_restricted
@sensitive_post_parameters()
@require_POST
def password(request: SignedInRequest) -> HttpResponse:
    """A new password; all other sessions end."""
    form = ChangePasswordForm(request.user, request.POST)
    if not allow_key(str(request.user.pk), "password", rate=CHANGES):
        messages.error(request, _("Too many attempts. Please wait a few minutes."))
        return redirect("setup:profile")
    if not form.is_valid():
        return _profile_page(request, password_form=form)
    form.save()
    finalize_password_change(request, request.user)
    return redirect("setup:profile")


@require_POST
def picture(request: SignedInRequest) -> HttpResponse:
    """Another picture, or none."""
    if not allow_key(str(request.user.pk), "picture", rate=UPLOADS):
        messages.error(request, _("Too many attempts. Please wait a few minutes."))
        return redirect("setup:profile")
    try:
        show_person(request.user, uploaded_picture(request))
    except ValidationError as error:
        return _profile_page(request, picture_errors=error.messages)
    messages.success(request, _("Your picture is saved."))
    return redirect("setup:profile")


@open_when_restricted
@require_POST
def verify(request: SignedInRequest) -> HttpResponse:
    """The verification mail once more."""
    address = address_of(request.user)
    if not address.verified and send_verification_email_to_address(request, address):
        return redirect("setup:profile")
    messages.info(request, _("We sent you a mail a moment ago. Please look into your mailbox."))
    return redirect("setup:profile")


@open_when_restricted
@require_http_methods(["GET", "POST"])
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where one is signed in; ends one session, or all others."""
    found = UserSession.objects.purge_and_list(request.user)
    if request.method == "GET":
        found.sort(key=lambda session: session.created_at, reverse=True)
        return page(request, "sessions", sessions=found, name_of_program=name_of_program)
    chosen = request.POST.get("session", "")
    for session in found:
        if not session.is_current() and chosen in ("others", str(session.pk)):
            session.end()
    messages.success(request, _("Signed out there."))
    return redirect("setup:sessions")


def _profile_page(
    request: SignedInRequest,
    *,
    form: forms.BaseForm | None = None,
    password_form: forms.BaseForm | None = None,
    picture_errors: Sequence[str] = (),
) -> HttpResponse:
    wrong = bool(picture_errors) or any(f is not None and f.errors for f in (form, password_form))
    return page(
        request,
        "profile",
        status=422 if wrong else 200,
        form=form or ProfileForm(instance=request.user),
        password_form=password_form or ChangePasswordForm(request.user),
        address=address_of(request.user),
        person=request.user,
        picture_errors=picture_errors,
    )
