"""Who sees what: how far each role reaches."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from app.access.actors import load_actor
from app.access.models import Role, User, Workspace
from app.access.requests import SignedInRequest
from app.access.rights import Audience, Scope, Verb
from app.access.scopes import CHOOSABLE, DEFAULTS, Group, Reach, check, reach_of, to_words
from app.access.tree import alias, hold
from app.records import registry
from app.records.inputs import as_id
from app.setup.gate import administrators_only
from app.setup.pages import page
from tenants.audit import name_event

GROUPS: dict[Group, Promise] = {
    Group.VIEW: _("Sees"),
    Group.CHANGE: _("Creates and changes"),
    Group.DELETE: _("Deletes"),
    Group.EXPORT: _("Exports"),
    Group.ASSIGN: _("Assigns to others and imports"),
}
SCOPES: dict[Scope, tuple[Promise, Promise]] = {
    Scope.NONE: (pgettext_lazy("reach", "Nothing"), _("The role has no such right.")),
    Scope.OWN: (pgettext_lazy("reach", "Own"), _("Records that the person owns.")),
    Scope.UNDER: (
        _("Own and people under"),
        _("And the records of everybody under the person in the organisation chart."),
    ),
    Scope.TEAM: (
        pgettext_lazy("reach", "Team"),
        _("And the records of everybody in the person's team."),
    ),
    Scope.BRANCH: (
        pgettext_lazy("reach", "Branch"),
        _("And the records of all teams of the person's branch and of the branches below it."),
    ),
    Scope.ALL: (pgettext_lazy("reach", "Everything"), _("All records of the workspace.")),
}
Chosen = dict[str, Reach]


@dataclasses.dataclass(frozen=True)
class Seen:
    """How many rows of a kind somebody reaches, now and with the new choice."""

    label: Any
    total: int
    sees: int
    would_see: int
    would_change: int


@administrators_only
@require_http_methods(["GET", "POST"])
def reach(request: SignedInRequest) -> HttpResponse:
    """The reach of the roles that do not administer."""
    if request.method == "GET":
        kept = Workspace.objects.get().scopes
        return _page(request, {role: reach_of(kept, role) for role in DEFAULTS})
    chosen = {role: _read(request, role) for role in DEFAULTS}
    if errors := _errors(chosen):
        return _page(request, chosen, errors=errors, status=422)
    if "preview" in request.POST:
        return _page(request, chosen, preview=_preview(request, chosen))
    save(chosen)
    messages.success(request, _("Saved. It holds from the next page on that anybody opens."))
    return redirect("setup:reach")


def save(chosen: Chosen) -> None:
    """Keep the choice; what is as it always was is not kept."""
    with transaction.atomic(using=alias()):
        hold()
        name_event("workspace.reach_changed")
        Workspace.objects.update(scopes=_to_keep(chosen))


def _to_keep(chosen: Chosen) -> dict[str, dict[str, str]]:
    return {role: to_words(one) for role, one in chosen.items() if one != DEFAULTS[role]}


def _read(request: SignedInRequest, role: str) -> Reach:
    """What the form says; what it leaves out or nobody knows is nothing."""
    words = {scope.word: scope for scope in Scope}
    return {
        group: words.get(request.POST.get(f"{role}.{group}", ""), Scope.NONE)
        if group in CHOOSABLE[role]
        else Scope.NONE
        for group in Group
    }


def _errors(chosen: Chosen) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for role, one in chosen.items():
        try:
            check(role, one)
        except ValidationError as refusal:
            errors |= {f"{role}.{key}": text for key, text in refusal.message_dict.items()}
    return errors


def _preview(request: SignedInRequest, chosen: Chosen) -> tuple[User, list[Seen]] | None:
    """What a person would reach: the choice is tried, and taken back."""
    person = _candidates().filter(pk=as_id(request.POST.get("person"))).first()
    if person is None:
        return None
    before = _counts(person.pk)
    with transaction.atomic(using=alias()):
        Workspace.objects.update(scopes=_to_keep(chosen))
        after, changeable = _counts(person.pk), _counts(person.pk, verb=Verb.CHANGE)
        transaction.set_rollback(True, using=alias())
    seen = [
        Seen(
            one.label_plural,
            one.queryset(request.actor).count(),
            before[one.slug],
            after[one.slug],
            changeable[one.slug],
        )
        for one in _owned()
    ]
    return person, seen


def _owned() -> list[Any]:
    return [one for one in registry.all_entities() if one.audience is Audience.OWNED and one.menu]


def _counts(pk: int, *, verb: Verb = Verb.VIEW) -> dict[str, int]:
    actor = load_actor(pk)
    return {one.slug: one.queryset(actor, verb).count() if actor else 0 for one in _owned()}


def _candidates() -> Any:
    """People whose reach can be chosen, and who sign in."""
    seated = User.objects.filter(is_active=True, has_seat=True)
    return seated.exclude(role__in=(Role.OWNER, Role.ADMINISTRATOR))


def _options(scopes: Any, group: Group) -> list[tuple[str, Any]]:
    """What can be chosen: everybody sees at least the own records."""
    lowest = Scope.OWN if group is Group.VIEW else Scope.NONE
    return [(scope.word, names[0]) for scope, names in scopes.items() if scope >= lowest]


def _page(
    request: SignedInRequest,
    chosen: Chosen,
    *,
    errors: dict[str, list[str]] | None = None,
    preview: tuple[User, list[Seen]] | None = None,
    status: int = 200,
) -> HttpResponse:
    return page(
        request,
        "reach",
        status=status,
        chosen=chosen,
        errors=errors or {},
        preview=preview,
        roles=[(role, Role(role).label) for role in DEFAULTS],
        groups=GROUPS,
        scopes=SCOPES,
        choosable=CHOOSABLE,
        candidates=list(_candidates().values_list("pk", "name")),
        scopes_of=_options,
        chosen_person=request.POST.get("person", ""),
    )
