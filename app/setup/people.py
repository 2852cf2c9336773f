"""People: who works here, and as what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from app.access.models import Role, User
from app.access.people import (
    change_person,
    create_person,
    deactivate_person,
    give_seat,
    reactivate_person,
)
from app.access.requests import SignedInRequest
from app.setup.forms import NewPersonForm, PersonForm, SeatForm, take_errors
from app.setup.gate import administrators_only
from app.setup.pages import page
from app.setup.signed_in import context_of

GROUPS: dict[str, dict[str, bool]] = {
    "active": {"is_active": True, "has_seat": True},
    "seatless": {"is_active": True, "has_seat": False},
    "former": {"is_active": False},
}


@administrators_only
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """Colleagues who sign in, people who only own records, former colleagues."""
    group = request.GET.get("show", "active")
    group = group if group in GROUPS else "active"
    found = User.objects.select_related("team").filter(**GROUPS[group])
    counts = {name: User.objects.filter(**rule).count() for name, rule in GROUPS.items()}
    return page(request, "people", people=found, show=group, counts=counts)


@administrators_only
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """One more person."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            person = create_person(data.pop("name"), by=request.actor, **data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("%(name)s is added.") % {"name": person.name})
            group = "active" if person.has_seat else "seatless"
            return redirect(f"{reverse('setup:people')}?show={group}")
    return page(request, "person_new", form=form, status=422 if form.errors else 200)


@administrators_only
@require_http_methods(["GET", "POST"])
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name, role and team of a person."""
    row = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, initial=_facts(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_person(row, by=request.actor, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": row.name})
            return redirect("setup:people")
    return _person_page(request, pk, form=form)


@administrators_only
@sensitive_post_parameters()
@require_POST
def seat(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody sign in who only owned records."""
    row = get_object_or_404(User, pk=pk, has_seat=False)
    form = SeatForm(request.POST)
    if form.is_valid():
        try:
            give_seat(row, by=request.actor, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("%(name)s can sign in now.") % {"name": row.name})
            return redirect("setup:person", pk)
    return _person_page(request, pk, seat_form=form)


@administrators_only
@require_POST
def presence(request: SignedInRequest, pk: int) -> HttpResponse:
    """A colleague leaves, or comes back."""
    row = get_object_or_404(User, pk=pk)
    try:
        if "leave" in request.POST:
            deactivate_person(row, by=request.actor)
        else:
            reactivate_person(row, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s is saved.") % {"name": row.name})
    return redirect("setup:person", pk)


def _facts(row: User) -> dict[str, Any]:
    return {"name": row.name, "role": row.role, "team": row.team_id, "external_id": row.external_id}


def _person_page(
    request: SignedInRequest,
    pk: int,
    *,
    form: PersonForm | None = None,
    seat_form: SeatForm | None = None,
) -> HttpResponse:
    row = get_object_or_404(User.objects.select_related("team"), pk=pk)
    wrong = any(f is not None and f.errors for f in (form, seat_form))
    return page(
        request,
        "person",
        status=422 if wrong else 200,
        person=row,
        form=form or PersonForm(initial=_facts(row)),
        seat_form=seat_form or SeatForm(),
        may_touch=request.actor.role == Role.OWNER or row.role != Role.OWNER,
        **context_of(request, row),
    )
