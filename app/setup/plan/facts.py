"""How the plan is used: seats, room, features, and what would be too much for a smaller one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from app.access.invitations import open_invitations
from app.access.models import ApiToken, Branch, IdentityProvider, User
from app.access.plan import NAMES, Feature, allows
from app.access.seats import seats
from app.documents import quota
from app.lib.formats import file_size
from billing.catalogue import BY_SLUG

NAMED = 12


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who uses the seats: some names, and how many more."""

    people: list[tuple[int, str]]
    invited: list[str]
    more: int


def sitting() -> Sitting:
    """The first of those who use a seat."""
    rows = User.objects.filter(has_seat=True, is_active=True).order_by("sort_key")
    people = list(rows.values_list("pk", "name")[:NAMED])
    invited = list(open_invitations().values_list("email", flat=True)[: NAMED - len(people)])
    return Sitting(people, invited, max(0, seats().used - len(people) - len(invited)))


def features_of(plan: str) -> list[tuple[Promise, bool]]:
    """Each feature that not every plan has, and whether this one does."""
    return [(NAMES[feature], allows(plan, feature)) for feature in Feature]


def too_much_for(plan: str, wanted: int | None) -> list[str]:
    """What is in use beyond a plan with so many seats, in sentences; it stays, as it is told."""
    found = [_room(plan), *(_feature(plan, feature) for feature in Feature)]
    return [text for text in (_people(wanted), *found) if text]


def _people(wanted: int | None) -> str:
    over = 0 if wanted is None else seats().used - wanted
    if over <= 0:
        return ""
    text = ngettext(
        "%(num)d seat too many is in use: deactivate people or withdraw invitations first.",
        "%(num)d seats too many are in use: deactivate people or withdraw invitations first.",
        over,
    )
    return text % {"num": over}


def _room(plan: str) -> str:
    limit, taken = BY_SLUG[plan].storage_bytes, quota.usage().taken
    if limit is None or taken <= limit:
        return ""
    text = _("Files take %(taken)s, the plan has %(limit)s: all stay, no new ones come.")
    return text % {"taken": file_size(taken), "limit": file_size(limit)}


def _feature(plan: str, feature: Feature) -> str:
    if allows(plan, feature):
        return ""
    if feature is Feature.API:
        number = ApiToken.objects.filter(revoked_at=None).count()
        text = ngettext(
            "%(num)d API token stops working.", "%(num)d API tokens stop working.", number
        )
        return text % {"num": number} if number else ""
    if feature is Feature.BRANCHES:
        number = Branch.objects.count()
        text = ngettext(
            "%(num)d branch stays, no new ones come.",
            "%(num)d branches stay, no new ones come.",
            number,
        )
        return text % {"num": number} if number else ""
    if IdentityProvider.in_use() is None:
        return ""
    return _("Signing in through your own provider goes on, but cannot be switched on anew.")
