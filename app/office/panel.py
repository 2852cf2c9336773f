"""What is a person's: shown on his page in the directory, as far as its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from app.access.actors import Actor
from app.access.models import User
from app.lib import formats
from app.lib.dates import today_in
from app.office.employees import Employee
from app.records.panels import Place
from app.records.registry import get
from app.records.related import RelatedList, owned_by

#: The kinds of records that somebody works with, in the order of their boxes.
OWNED = ("deals", "activities", "accounts", "contacts")
OPEN_ACTIVITIES = ("open", "running")
#: People under somebody who are named.
NAMED = 12


@dataclass(frozen=True)
class Box:
    """What he has of one kind, and what is to be said of it."""

    list: RelatedList
    note: str


def panel(request: HttpRequest, place: Place) -> Markup:
    """The boxes of a person's page; nothing on other pages and for those without an account."""
    if place.entity.model is not Employee:
        return Markup()
    row = Employee._default_manager.only("person_id").get(pk=place.pk)
    person_id: int | None = row.person_id
    if person_id is None:
        return Markup(render_to_string("office/no_account.html", request=request))  # noqa: S704
    context = {
        "person": User.objects.select_related("team__branch", "manager").get(pk=person_id),
        "under": list(User.objects.filter(manager=person_id, is_active=True)[: NAMED + 1]),
        "named": NAMED,
        "boxes": boxes(person_id, actor=place.actor, back=f"/employees/{place.pk}/"),
    }
    html = render_to_string("office/theirs.html", context, request=request)
    return Markup(html)  # noqa: S704 (our own template, escaped)


def boxes(person_id: int, *, actor: Actor, back: str) -> list[Box]:
    """What the person has, newest first."""
    notes = {"deals": open_sum, "activities": due}
    found = owned_by(person_id, OWNED, actor=actor, back=back)
    return [
        Box(one, notes[slug](person_id, actor) if slug in notes and one.rows else "")
        for slug, one in found.items()
    ]


def open_sum(person_id: int, actor: Actor) -> str:
    """How many open deals, and what they may bring in each currency."""
    rows: Any = get("deals").queryset(actor).filter(owner_id=person_id, status="open").order_by()
    groups = list(rows.values("amount_currency").annotate(n=Count("pk"), total=Sum("amount")))
    count = sum(group["n"] for group in groups)
    sums = [
        formats.money(g["total"], currency=g["amount_currency"], language=actor.language)
        for g in sorted(groups, key=lambda g: g["amount_currency"])
        if g["total"]
    ]
    words = pgettext("deal", "%(count)d open") % {"count": count}
    return " · ".join([words, *sums])


def due(person_id: int, actor: Actor) -> str:
    """How many activities are late, and how many are due today, in the reader's time zone."""
    now, zone = timezone.now(), ZoneInfo(actor.time_zone)
    tomorrow = today_in(actor.time_zone, now=now) + timedelta(days=1)
    end = datetime.combine(tomorrow, time(), zone)
    mine = get("activities").queryset(actor).filter(owner_id=person_id)
    counts = mine.filter(status__in=OPEN_ACTIVITIES).aggregate(
        late=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=end)),
        open=Count("pk"),
    )
    return " · ".join(
        (
            pgettext("activity", "%(count)d open") % {"count": counts["open"]},
            _("%(count)d overdue") % {"count": counts["late"]},
            _("%(count)d due today") % {"count": counts["today"]},
        )
    )
