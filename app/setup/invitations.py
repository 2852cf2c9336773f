"""Inviting people, and what became of the invitations."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from app.access.invitations import UNANSWERED, Invitation
from app.access.inviting import Guest, invite, resend, revoke
from app.access.models import User
from app.access.people import check_may_touch
from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.access.seats import seats, what_now
from app.access.verification import is_verified
from app.lib.forms import take_errors, words_of
from app.setup.gate import administrators_only
from app.setup.pages import page
from app.setup.people import frame
from app.setup.people_forms import InviteForm, SeatInvitationForm


@administrators_only
@require_GET
def invitations(request: SignedInRequest) -> HttpResponse:
    """Those that nobody has answered yet, with their age."""
    rows = Invitation.objects.filter(UNANSWERED).select_related("invited_by", "team", "manager")
    return page(request, "invitations", invitations=rows, show="invited", **frame())


@administrators_only
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Invite several people at once, to one role and place."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = invite(data.pop("email"), by=request.actor, **data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _sent(len(made)))
            return redirect("setup:invitations")
    status = 422 if form.errors else 200
    return page(
        request,
        "invite",
        form=form,
        seats=seats(),
        seats_advice=what_now(request.actor),
        is_verified=is_verified(),
        status=status,
    )


@administrators_only
@require_POST
def seatless(request: SignedInRequest, pk: int) -> HttpResponse:
    """Invite somebody who only owned records so far; they stay his."""
    row = get_object_or_404(User, pk=pk, has_seat=False, is_active=True)
    check_may_touch(request.actor, row)
    form = SeatInvitationForm(request.POST)
    if not form.is_valid():
        messages.error(request, words_of(form))
        return redirect("setup:person", pk)
    guest = Guest(form.cleaned_data["address"], row.name)
    try:
        invite(
            [guest],
            by=request.actor,
            role=row.role,
            team=row.team,
            manager=row.manager,
            user=row,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _sent(1))
    return redirect("setup:person", pk)


@open_when_restricted
@administrators_only
@require_POST
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send it once more, or take it back."""
    row = get_object_or_404(Invitation.objects.filter(UNANSWERED), pk=pk)
    act, news = (revoke, _("The invitation of %(email)s is withdrawn."))
    if "resend" in request.POST:
        if request.actor.read_only:
            raise PermissionDenied
        act, news = resend, _("%(email)s gets another mail. The first link is dead.")
    try:
        act(row, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, news % {"email": row.email})
    return redirect(reverse("setup:invitations"))


def _sent(number: int) -> str:
    text = ngettext(
        "%(num)d invitation is on its way.", "%(num)d invitations are on their way.", number
    )
    return text % {"num": number}
