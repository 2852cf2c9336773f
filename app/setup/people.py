"""People: who works here, as what, and where they stand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from app.access.invitations import open_invitations
from app.access.models import Branch, Role, Team, User
from app.access.people import (
    Overtaken,
    change_person,
    create_person,
    give_seat,
    reactivate_person,
    seal_of,
)
from app.access.requests import SignedInRequest
from app.access.rights import looks_after
from app.access.seats import seats
from app.lib.forms import take_errors
from app.lib.text import sort_key
from app.records.inputs import as_id
from app.setup.gate import administrators_only
from app.setup.hand_overs import HandOver
from app.setup.organisation import branches_below, organisation
from app.setup.pages import page
from app.setup.people_forms import NewPersonForm, PersonForm, SeatForm
from app.setup.signed_in import context_of

AT_ONCE = 100
GROUPS: dict[str, dict[str, bool]] = {
    "active": {"is_active": True, "has_seat": True},
    "seatless": {"is_active": True, "has_seat": False},
    "former": {"is_active": False},
}


@administrators_only
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """Colleagues who sign in, people who only own records, former colleagues."""
    show = request.GET.get("show", "active")
    show = show if show in GROUPS else "active"
    chosen = {key: request.GET.get(key, "").strip() for key in ("q", "role", "team", "branch")}
    found = _narrowed(User.objects.filter(**GROUPS[show]), chosen)
    factor = Exists(Authenticator.objects.filter(user=OuterRef("pk")))
    rows = found.select_related("team__branch", "manager").annotate(has_factor=factor)
    shown = Paginator(rows, AT_ONCE)
    kept = urlencode({key: value for key, value in chosen.items() if value})
    return page(
        request,
        "people",
        people=shown.get_page(request.GET.get("page")),
        show=show,
        chosen=chosen,
        kept=kept,
        **frame(),
    )


def frame() -> dict[str, Any]:
    """What stands around each list of people."""
    counts = {name: User.objects.filter(**rule).count() for name, rule in GROUPS.items()}
    return {
        "counts": counts | {"invited": open_invitations().count()},
        "seats": seats(),
        "roles": Role.choices,
        "teams": list(Team.objects.values_list("pk", "name")),
        "branches": list(Branch.objects.values_list("pk", "name")),
    }


def _narrowed(rows: QuerySet[User], chosen: dict[str, str]) -> QuerySet[User]:
    text = chosen["q"].replace("\x00", "")
    if text:
        rows = rows.filter(Q(sort_key__contains=sort_key(text)) | Q(email__has=text))
    if chosen["role"] in Role.values:
        rows = rows.filter(role=chosen["role"])
    if (team := as_id(chosen["team"])) is not None:
        rows = rows.filter(team_id=team)
    if (branch := as_id(chosen["branch"])) is not None:
        rows = rows.filter(team__branch__in=branches_below(branch))
    return rows


@administrators_only
@require_GET
def chart(request: SignedInRequest) -> HttpResponse:
    """Who stands under whom."""
    return page(request, "chart", roots=organisation(), show="chart", **frame())


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
    """Name, role, team and manager of a person."""
    row = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, initial=_facts(row), person=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_person(row, by=request.actor, seal=request.POST.get("seal"), **form.cleaned_data)
        except Overtaken:
            return _person_page(request, pk, form=form, overtaken=True)
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
    """A former colleague comes back."""
    row = get_object_or_404(User, pk=pk)
    try:
        reactivate_person(row, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s is saved.") % {"name": row.name})
    return redirect("setup:person", pk)


def _facts(row: User) -> dict[str, Any]:
    return {
        "name": row.name,
        "role": row.role,
        "team": row.team_id,
        "manager": row.manager_id,
        "external_id": row.external_id,
    }


def _facts_in_words(row: User) -> str:
    words = (row.name, row.get_role_display(), row.team, row.manager, row.external_id)
    return ", ".join(str(word) for word in words if word)


def _person_page(
    request: SignedInRequest,
    pk: int,
    *,
    form: PersonForm | None = None,
    seat_form: SeatForm | None = None,
    overtaken: bool = False,
) -> HttpResponse:
    row = get_object_or_404(User.objects.select_related("team", "manager"), pk=pk)
    wrong = any(f is not None and f.errors for f in (form, seat_form))
    return page(
        request,
        "person",
        status=412 if overtaken else 422 if wrong else 200,
        person=row,
        form=form or PersonForm(initial=_facts(row), person=row),
        seat_form=seat_form or SeatForm(),
        seal=seal_of(row),
        overtaken=overtaken,
        facts_of=_facts_in_words,
        invitation=open_invitations().filter(user=row).first(),
        hand_overs=list(HandOver.objects.filter(person=row)[:5]),
        reports=list(row.reports.order_by("sort_key").values_list("pk", "name", "is_active")),
        may_touch=looks_after(request.actor, row.role),
        **context_of(request, row),
    )
