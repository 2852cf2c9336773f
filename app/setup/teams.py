"""Teams, and the branches that they belong to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, ProtectedError, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from app.access import plan
from app.access.models import Branch, Team
from app.access.plan import Feature
from app.access.requests import SignedInRequest
from app.access.tree import alias, put_in
from app.lib.forms import words_of
from app.setup.gate import administrators_only
from app.setup.organisation import branches_in_order
from app.setup.pages import page
from app.setup.people_forms import BranchForm, BranchPlaceForm, TeamForm


@administrators_only
@require_http_methods(["GET", "POST"])
def teams(request: SignedInRequest) -> HttpResponse:
    """All teams, and one more."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The team is added."))
        return redirect("setup:teams")
    return _page(request, form=form)


@administrators_only
@require_POST
def change_team(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name or branch for a team, or its end when nobody is in it."""
    team = get_object_or_404(Team, pk=pk)
    if "delete" in request.POST:
        return _delete(request, team, _("People are in this team: move them to another one first."))
    form = TeamForm(request.POST, instance=team)
    if form.is_valid():
        form.save()
        messages.success(request, _("The team is saved."))
    else:
        messages.error(request, words_of(form))
    return redirect("setup:teams")


@administrators_only
@require_POST
def add_branch(request: SignedInRequest) -> HttpResponse:
    """One more branch."""
    form, place = BranchForm(request.POST, prefix="branch"), BranchPlaceForm(request.POST)
    if not plan.has(Feature.BRANCHES):
        form.add_error("name", plan.missing(Feature.BRANCHES))
    if not (form.is_valid() and place.is_valid()):
        return _page(request, branch_form=form)
    form.instance.parent = place.cleaned_data["parent"]
    form.save()
    messages.success(request, _("The branch is added."))
    return redirect("setup:teams")


@administrators_only
@require_POST
def change_branch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name or place for a branch, or its end when nothing belongs to it."""
    branch = get_object_or_404(Branch, pk=pk)
    if "delete" in request.POST:
        return _delete(
            request, branch, _("Teams or branches belong to it: move them somewhere else first.")
        )
    form, place = (
        BranchForm(request.POST, instance=branch, prefix="branch"),
        BranchPlaceForm(request.POST),
    )
    try:
        if form.is_valid() and place.is_valid():
            _save_branch(form, place.cleaned_data["parent"])
            messages.success(request, _("The branch is saved."))
        else:
            messages.error(request, words_of(form) or words_of(place))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("setup:teams")


def _save_branch(form: BranchForm, parent: Branch | None) -> None:
    with transaction.atomic(using=alias()):
        form.instance.save(update_fields=["name"])
        put_in(form.instance, parent)


def _delete(request: SignedInRequest, row: Team | Branch, problem: str) -> HttpResponse:
    try:
        row.delete()
        messages.success(request, _("%(name)s is deleted.") % {"name": row.name})
    except ProtectedError:
        messages.error(request, problem)
    return redirect("setup:teams")


def _page(
    request: SignedInRequest,
    *,
    form: TeamForm | None = None,
    branch_form: BranchForm | None = None,
) -> HttpResponse:
    wrong = any(one is not None and one.errors for one in (form, branch_form))
    active = Count("members", filter=Q(members__is_active=True))
    context: dict[str, Any] = {
        "teams": Team.objects.annotate(size=active),
        "branches": branches_in_order(),
        "form": form or TeamForm(),
        "branch_form": branch_form or BranchForm(prefix="branch"),
        "place_form": BranchPlaceForm(),
        "missing": "" if plan.has(Feature.BRANCHES) else plan.missing(Feature.BRANCHES),
    }
    return page(request, "teams", status=422 if wrong else 200, **context)
