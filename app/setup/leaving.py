"""The wizard of a colleague who leaves, or is away for long: who takes over what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from app.access.invitations import open_invitations
from app.access.models import User
from app.access.people import check_may_touch
from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.records import registry
from app.records.inputs import as_id
from app.setup.gate import administrators_only
from app.setup.hand_overs import HandOver
from app.setup.handing_over import Part, Plan, parts, resume, start, start_undo
from app.setup.pages import page

SAME, STAYS = "same", ""


@dataclass(frozen=True)
class Line:
    """One kind of thing in the wizard: how many there are, and who is to have them."""

    part: Part
    count: int
    choice: str


@open_when_restricted
@administrators_only
@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """End somebody's access, and hand over what is his."""
    return _wizard(request, pk, ends_access=True)


@administrators_only
@require_http_methods(["GET", "POST"])
def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand over what is somebody's who stays, or has left already."""
    return _wizard(request, pk, ends_access=False)


def _wizard(request: SignedInRequest, pk: int, *, ends_access: bool) -> HttpResponse:
    person = get_object_or_404(User.objects.select_related("manager"), pk=pk)
    check_may_touch(request.actor, person)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            plan = _read(request, person)
            made = start(person, by=request.actor, plan=plan, ends_access=ends_access)
            return redirect("setup:hand_over_done", made.pk)
        except ValidationError as error:
            person.refresh_from_db()
            errors = _by_field(error)
    return _wizard_page(request, person, ends_access=ends_access, errors=errors)


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _read(request: SignedInRequest, person: User) -> Plan:
    """What the form says. Raises ValidationError for people who are not there."""
    data = request.POST
    successor = _person(data.get("to", ""), "to")
    chosen = {part.key: data.get(f"to.{part.key}", _usual(part)) for part in parts()}
    found = {
        key: successor if raw == SAME else _person(raw, f"to.{key}") for key, raw in chosen.items()
    }
    above = data.get("reports", "manager")
    return Plan(
        to={key: one for key, one in found.items() if one is not None},
        reports_to=successor if above == "successor" else person.manager,
        move_reports=above in ("successor", "manager")
        and not (above == "successor" and not successor),
        withdraw_invitations="withdraw" in data,
    )


def _usual(part: Part) -> str:
    """History stays with whoever made it, unless somebody says otherwise."""
    return STAYS if part.history else SAME


def _person(raw: str, field: str) -> User | None:
    if raw == STAYS:
        return None
    found = User.objects.filter(pk=as_id(raw) or 0).first()
    if found is None:
        raise ValidationError({field: _("There is no such person.")})
    return found


def _wizard_page(
    request: SignedInRequest, person: User, *, ends_access: bool, errors: dict[str, list[str]]
) -> HttpResponse:
    lines = [
        Line(part, part.count(person.pk), request.POST.get(f"to.{part.key}", _usual(part)))
        for part in parts()
    ]
    people = User.objects.filter(is_active=True).exclude(pk=person.pk)
    return page(
        request,
        "leave",
        status=422 if errors else 200,
        person=person,
        ends_access=ends_access,
        errors=errors,
        lines=[line for line in lines if line.count],
        people=list(people.values_list("pk", "name")),
        successor=request.POST.get("to", ""),
        above=request.POST.get("reports", "manager"),
        withdraw=request.method == "GET" or "withdraw" in request.POST,
        reports=list(person.reports.values_list("name", flat=True)),
        invitations=open_invitations().filter(invited_by=person).count(),
        tokens=person.api_tokens.filter(revoked_at=None).count(),
    )


@administrators_only
@require_GET
def done(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far a hand-over has come, and what became of it."""
    return page(request, "hand_over", **_facts(pk))


@administrators_only
@require_GET
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that looks again every second."""
    return page(request, "hand_over_progress", **_facts(pk))


def _facts(pk: int) -> dict[str, Any]:
    made = get_object_or_404(HandOver.objects.select_related("person", "by"), pk=pk)
    rows: dict[tuple[str, int], list[int]] = {}
    reasons = []
    for batch in made.batches.all():
        sums = rows.setdefault((batch.entity, batch.to_id), [0, 0])
        sums[0] += len(batch.moved_ids)
        sums[1] += len(batch.refused_ids)
        reasons += [batch.reason] if batch.reason else []
    names = dict(User.objects.filter(pk__in={to for _slug, to in rows}).values_list("pk", "name"))
    return {
        "made": made,
        "reasons": list(dict.fromkeys(reasons))[:5],
        "lines": [
            (registry.get(slug).label_plural, names.get(to, ""), moved, refused)
            for (slug, to), (moved, refused) in rows.items()
        ],
    }


@administrators_only
@require_POST
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take it back, or go on with one that failed."""
    made = get_object_or_404(HandOver.objects.select_related("person"), pk=pk)
    check_may_touch(request.actor, made.person)
    act = start_undo if "undo" in request.POST else resume
    try:
        act(made, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("setup:hand_over_done", pk)
