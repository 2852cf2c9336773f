"""What somebody sees first in the morning: his tasks, the pipeline, what was won this quarter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.utils import timezone
from markupsafe import Markup

from app.access.actors import Actor
from app.activities.activities import Activity
from app.lib import formats
from app.lib.dates import quarter_of, today_in
from app.records import registry, tones
from app.records.board import in_base, rates_to_base
from app.records.cells import ago_html
from app.records.entity import Entity
from app.records.models import Event
from app.records.pages import reader_of
from app.sales.deals import Deal
from app.sales.pipelines import Stage

TASKS = 8
RECENT = 8
#: Events looked at to find the latest records of one person.
EVENTS = 60
#: Where changes come from that somebody meant to make to this very record.
BY_HAND = ("page", "api")


@dataclass(frozen=True)
class Task:
    """Something that the reader has to do."""

    id: int
    version: int
    name: str
    type: str
    due: str
    late: bool


@dataclass(frozen=True)
class StageSum:
    """What stands on one stage."""

    id: int
    name: str
    tone: int
    count: int
    amount: Decimal
    shown: str


@dataclass(frozen=True)
class AgentSum:
    """What one person won."""

    name: str
    count: int
    amount: Decimal
    shown: str


@dataclass(frozen=True)
class Recent:
    """A record that the reader changed lately."""

    entity: Entity
    id: int
    name: str
    when: Markup


def deals() -> Entity:
    """The entity of the pipeline."""
    return registry.of_model(Deal)


def tasks(actor: Actor) -> tuple[list[Task], int]:
    """The reader's open tasks, overdue first, and how many there are."""
    rows = (
        registry.of_model(Activity)
        .queryset(actor)
        .filter(owner_id=actor.user_id, status__in=(Activity.Status.OPEN, Activity.Status.RUNNING))
    )
    columns = ("pk", "version", "name", "type", "due_at")
    found = rows.order_by(F("due_at").asc(nulls_last=True), "-priority", "pk").values_list(*columns)
    now = timezone.now()
    shown = [_task(row, now=now, actor=actor) for row in found[:TASKS]]
    return shown, len(shown) if len(shown) < TASKS else rows.count()


def _task(row: tuple[Any, ...], *, now: datetime, actor: Actor) -> Task:
    pk, version, name, kind, due_at = row
    due = formats.ago(due_at, now=now, language=actor.language) if due_at else ""
    label = str(Activity.Type(kind).label)
    return Task(pk, version, name, label, due, bool(due_at and due_at < now))


def pipeline(actor: Actor, *, mine: bool) -> list[StageSum]:
    """Open deals by stage: count and sum in the base currency."""
    rows = deals().queryset(actor).filter(status=Stage.Kind.OPEN)
    if mine:
        rows = rows.filter(owner_id=actor.user_id)
    stages = registry.of_model(Stage)
    colours = tones.of_rows(stages)
    found = (
        rows.order_by()
        .values("stage_id", "amount_currency")
        .annotate(n=Count("pk"), total=Sum("amount"))
    )
    counts, sums = _add_up(found, "stage_id", actor=actor)
    named = stages.queryset(actor).filter(pk__in=counts).order_by("pipeline_id", "position", "pk")
    return [
        StageSum(pk, name, colours.get(pk, 0), counts[pk], sums[pk], in_base(sums[pk], actor=actor))
        for pk, name in named.values_list("pk", "name")
    ]


def _add_up(
    groups: Iterable[dict[str, Any]], key: str, *, actor: Actor
) -> tuple[dict[Any, int], dict[Any, Decimal]]:
    rates = rates_to_base(actor)
    counts: dict[Any, int] = {}
    sums: dict[Any, Decimal] = {}
    for group in groups:
        which = group[key]
        rate = rates.get(group["amount_currency"], Decimal(1))
        counts[which] = counts.get(which, 0) + group["n"]
        sums[which] = sums.get(which, Decimal(0)) + (group["total"] or Decimal(0)) * rate
    return counts, sums


def won_this_quarter(actor: Actor) -> list[AgentSum]:
    """What each person won in this quarter, most first."""
    today = today_in(actor.time_zone, now=timezone.now())
    first, last = quarter_of(today)
    rows: QuerySet[Any] = (
        deals().queryset(actor).filter(status=Stage.Kind.WON, close_date__range=(first, last))
    )
    found = (
        rows.order_by()
        .values("owner__name", "amount_currency")
        .annotate(n=Count("pk"), total=Sum("amount"))
    )
    counts, sums = _add_up(found, "owner__name", actor=actor)
    best = sorted(sums, key=lambda name: sums[name], reverse=True)
    return [
        AgentSum(name or "—", counts[name], sums[name], in_base(sums[name], actor=actor))
        for name in best
    ]


def recent(actor: Actor) -> list[Recent]:
    """The records that the reader changed last, as far as he still sees them."""
    rows = Event._default_manager.filter(actor_id=actor.user_id, origin__in=BY_HAND).order_by("-id")
    latest: dict[tuple[str, int], datetime] = {}
    for slug, ids, at in rows.values_list("entity", "record_ids", "at")[:EVENTS]:
        if len(ids) == 1:
            latest.setdefault((slug, ids[0]), at)
    names = _names(list(latest), actor=actor)
    now, reader = timezone.now(), reader_of(actor)
    found = [
        Recent(registry.get(slug), pk, names[slug, pk], ago_html(at, reader=reader, now=now))
        for (slug, pk), at in latest.items()
        if (slug, pk) in names
    ]
    return found[:RECENT]


def _names(keys: list[tuple[str, int]], *, actor: Actor) -> dict[tuple[str, int], str]:
    ids: dict[str, list[int]] = {}
    for slug, pk in keys:
        ids.setdefault(slug, []).append(pk)
    known = {entity.slug for entity in registry.all_entities() if entity.menu}
    return {
        (slug, pk): name
        for slug, some in ids.items()
        if slug in known
        for pk, name in registry.get(slug)
        .queryset(actor)
        .filter(pk__in=some)
        .values_list("pk", "name")
    }


def is_empty(actor: Actor) -> bool:
    """Whether nothing that sells is in the workspace yet, as far as the reader sees."""
    slugs = ("deals", "accounts", "contacts")
    return not any(registry.get(slug).queryset(actor).exists() for slug in slugs)
