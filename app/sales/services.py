"""What can be done with a deal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from app.access.actors import Actor
from app.records import changes
from app.records.actions import action
from app.records.errors import Refused
from app.records.models import LIVE
from app.records.registry import of_model
from app.sales.deals import Deal
from app.sales.pipelines import Stage

OPEN = {"status": (Stage.Kind.OPEN.value,)}
CLOSED = {"status": (Stage.Kind.WON.value, Stage.Kind.LOST.value)}
ASKS = {"reason": _("Reason"), "closed_on": _("Closed on")}


@action(
    Deal,
    when=OPEN,
    name="win",
    event="deal.won",
    label=_("Mark as won"),
    icon="trophy",
    asks=ASKS,
)
def win_deal(deal: Deal, *, actor: Actor, reason: str = "", closed_on: date | None = None) -> None:
    """Close the deal as won, with the reason and the day (today unless given)."""
    close_deal(deal, Stage.Kind.WON, actor=actor, reason=reason, closed_on=closed_on)


@action(
    Deal,
    when=OPEN,
    name="lose",
    event="deal.lost",
    label=_("Mark as lost"),
    icon="circle-x",
    asks=ASKS,
)
def lose_deal(deal: Deal, *, actor: Actor, reason: str, closed_on: date | None = None) -> None:
    """Close the deal as lost; the reason is asked for, so that it can be learnt from."""
    close_deal(deal, Stage.Kind.LOST, actor=actor, reason=reason, closed_on=closed_on)


@action(
    Deal, when=CLOSED, name="reopen", event="deal.reopened", label=_("Reopen"), icon="rotate-ccw"
)
def reopen_deal(deal: Deal, *, actor: Actor) -> None:
    """Take a closed deal up again at the first open stage of its pipeline."""
    if deal.status == Stage.Kind.OPEN:
        raise Refused(_("This deal is open."))
    stage = stage_of_kind(deal, Stage.Kind.OPEN)
    write(deal, {"stage_id": stage.pk, "reason": "", "close_date": None}, actor=actor)


def close_deal(
    deal: Deal, kind: Stage.Kind, *, actor: Actor, reason: str, closed_on: date | None
) -> None:
    """Move an open deal to the closing stage of this kind."""
    if deal.status != Stage.Kind.OPEN:
        raise Refused(_("This deal is closed already: reopen it first."))
    stage = stage_of_kind(deal, kind)
    values = {
        "stage_id": stage.pk,
        "reason": reason,
        "close_date": closed_on or timezone.localdate(),
    }
    write(deal, values, actor=actor)


def stage_of_kind(deal: Deal, kind: Stage.Kind) -> Stage:
    """The first stage of this kind in the deal's pipeline."""
    stages = Stage._default_manager.filter(LIVE, pipeline_id=deal.pipeline_id, kind=kind)
    stage = stages.order_by("position", "id").first()
    if stage is None:
        raise Refused(_("The pipeline has no stage of this kind: add one in the settings."))
    return stage


def write(deal: Deal, values: dict[str, Any], *, actor: Actor) -> None:
    """Change the deal as it was read."""
    changes.update(of_model(Deal), deal.pk, values, actor=actor, version=deal.version)
