"""Support access: the company lets somebody of ours in, or not, and sees what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from app.access import support as letting_in
from app.access.requests import SignedInRequest
from app.access.restriction import open_when_restricted
from app.records.models import AuditEntry
from app.records.registry import all_entities
from app.setup.gate import administrators_only
from app.setup.pages import page
from tenants import support as control
from tenants.context import current
from tenants.operating import SupportAccess
from tenants.support import MOST_HOURS, Decider, NotPossible, state_of

AT_ONCE = 50
#: The trail goes by the clock of the database, the access by ours.
CLOCKS_DIFFER = timedelta(minutes=1)


class GrantForm(forms.Form):
    """For how long, and what he may do."""

    hours = forms.IntegerField(label=gettext_lazy("Hours"), min_value=1, max_value=MOST_HOURS)
    mode = forms.ChoiceField(
        label=gettext_lazy("May"),
        choices=[("looking", gettext_lazy("look")), ("changing", gettext_lazy("look and change"))],
    )


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done, as the audit trail of the workspace knows it."""

    at: Any
    what: str
    about: str
    href: str


@administrators_only
@require_GET
def support(request: SignedInRequest) -> HttpResponse:
    """Who asks, who is let in, and who was."""
    return _support_page(request)


@open_when_restricted
@administrators_only
@require_http_methods(["GET", "POST"])
def access(request: SignedInRequest, pk: int) -> HttpResponse:
    """One request: what was done by it; grant it, refuse it, end it."""
    row = _row(pk)
    if request.method == "GET":
        return _access_page(request, row)
    act = request.POST.get("act", "")
    if act == "grant":
        form = GrantForm(request.POST)
        if not form.is_valid():
            return _support_page(request, wrong=(pk, form), status=422)
        return _granted(request, pk, form)
    if act not in ("refuse", "end"):
        return _support_page(request, status=422)
    try:
        said = _refused(request, pk) if act == "refuse" else _ended(request, pk)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("setup:support")


def _granted(request: SignedInRequest, pk: int, form: GrantForm) -> HttpResponse:
    hours, may_change = form.cleaned_data["hours"], form.cleaned_data["mode"] == "changing"
    who = _decider(request)
    try:
        row = control.grant(pk, ref=current(), by=who, hours=hours, may_change=may_change)
        letting_in.let_in(row)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        text = ngettext(
            "%(name)s may come in for %(num)d hour.",
            "%(name)s may come in for %(num)d hours.",
            hours,
        )
        messages.success(request, text % {"name": row.operator_name, "num": hours})
    return redirect("setup:support")


def _refused(request: SignedInRequest, pk: int) -> str:
    row = control.refuse(pk, ref=current(), by=_decider(request))
    return _("%(name)s is not let in.") % {"name": row.operator_name}


def _ended(request: SignedInRequest, pk: int) -> str:
    row = control.end(pk, ref=current(), by=request.actor.name)
    letting_in.put_out(row)
    return _("%(name)s is out.") % {"name": row.operator_name}


def _decider(request: SignedInRequest) -> Decider:
    return Decider(request.actor.user_id, request.actor.name)


def _row(pk: int) -> SupportAccess:
    row = control.of_workspace(current()).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _support_page(
    request: SignedInRequest, *, wrong: tuple[int, GrantForm] | None = None, status: int = 200
) -> HttpResponse:
    rows = [(row, state_of(row)) for row in control.of_workspace(current())[:AT_ONCE]]
    return page(
        request,
        "support",
        status=status,
        asked=[(row, _form_for(row, wrong)) for row, state in rows if state == "asked"],
        live=[row for row, state in rows if state == "live"],
        past=[(row, state) for row, state in rows if state not in ("asked", "live")],
        words=words_of_states(),
    )


def _form_for(row: SupportAccess, wrong: tuple[int, GrantForm] | None) -> GrantForm:
    if wrong and wrong[0] == row.pk:
        return wrong[1]
    mode = "changing" if row.wants_to_change else "looking"
    return GrantForm(initial={"hours": min(row.hours_wished, MOST_HOURS), "mode": mode})


def words_of_states() -> dict[str, str]:
    """The states as people read them."""
    return {
        "asked": _("Waits for an answer"),
        "lapsed": _("Nobody answered"),
        "refused": _("Refused"),
        "withdrawn": _("Taken back"),
        "live": _("Let in"),
        "ended": _("Ended"),
        "over": _("Time is over"),
    }


def _access_page(request: SignedInRequest, row: SupportAccess) -> HttpResponse:
    shown = Paginator(_entries(row), AT_ONCE).get_page(request.GET.get("page"))
    return page(
        request,
        "support_access",
        access=row,
        state=state_of(row),
        words=words_of_states(),
        shown=shown,
        done=_told(list(shown)),
    )


def _entries(row: SupportAccess) -> Any:
    rows = AuditEntry._default_manager.order_by("-id")
    if row.user_number is None or row.granted_at is None:
        return rows.none()
    since, end = row.granted_at - CLOCKS_DIFFER, row.ended_at or row.until
    return rows.filter(actor_id=row.user_number, at__gte=since, at__lte=end)


def _told(entries: Sequence[AuditEntry]) -> list[Done]:
    entities = {entity.table: entity for entity in all_entities()}
    words = {"create": _("created"), "update": _("changed"), "delete": _("deleted")}
    found = []
    for one in entries:
        entity = entities.get(one.table_name)
        there = entity is not None and one.record_id is not None
        href = f"/{entity.slug}/{one.record_id}/" if entity and there else ""
        about = str(entity.label) if entity else one.table_name
        found.append(Done(one.at, one.event or words.get(one.op, one.op), about, href))
    return found
