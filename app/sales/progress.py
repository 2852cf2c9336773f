"""How a deal moves: which stage it stands on, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.records.batch import Draft
from app.records.models import LIVE
from app.sales.pipelines import Stage


def prepare_deals(drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
    """Settle stage, pipeline, status and finder of deals about to be written."""
    moving = [draft for draft in drafts if draft.is_new or draft.changed & {"stage", "pipeline"}]
    if not moving:
        return
    stages = {stage.pk: stage for stage in ordered_stages()}
    for draft in moving:
        settle_stage(draft, stages=stages)
        if draft.is_new:
            credit_finder(draft.row, actor=actor, origin=origin)


def ordered_stages() -> list[Stage]:
    """All live stages, default pipeline first, in order."""
    return list(
        Stage._default_manager.filter(LIVE, pipeline__deleted_at__isnull=True)
        .select_related("pipeline")
        .order_by("-pipeline__is_default", "pipeline__position", "pipeline_id", "position", "id")
    )


def settle_stage(draft: Draft, *, stages: dict[int, Stage]) -> None:
    """Pipeline and status follow the stage; no stage is the pipeline's first open one."""
    row = draft.row
    if row.stage_id is None or ("pipeline" in draft.changed and "stage" not in draft.changed):
        row.stage_id = first_open(stages.values(), pipeline_id=row.pipeline_id)
    stage = stages.get(row.stage_id)
    if stage is None:
        draft.refuse("stage_id", _("There is no stage to put the deal on: make a pipeline first."))
        return
    if draft.entered("pipeline") and row.pipeline_id not in (None, stage.pipeline_id):
        draft.refuse("stage_id", _("This stage belongs to another pipeline."))
    row.pipeline_id = stage.pipeline_id
    settle_status(row, stage=stage)


def settle_status(row: Any, *, stage: Stage) -> None:
    """A deal that comes to a closing stage is closed today, unless a date was given."""
    if stage.kind != Stage.Kind.OPEN and row.status == Stage.Kind.OPEN and not row.close_date:
        row.close_date = timezone.localdate()
    row.status = stage.kind


def first_open(stages: Any, *, pipeline_id: int | None) -> int | None:
    """The first open stage of this pipeline, or of the default one."""
    for stage in stages:
        if stage.kind == Stage.Kind.OPEN and pipeline_id in (None, stage.pipeline_id):
            return int(stage.pk)
    return None


def credit_finder(row: Any, *, actor: Actor, origin: str) -> None:
    """Who found a deal is settled when it is made: who made it, or whose book it came from."""
    row.finder_id = (row.owner_id or actor.user_id) if origin == "import" else actor.user_id


def note_stages(drafts: Sequence[Draft], *, actor: Actor, history: Any) -> None:
    """Write the stage history of deals that came to another stage."""
    now = timezone.now()
    history._default_manager.bulk_create(
        history(
            deal_id=draft.row.pk,
            from_stage_id=draft.before.get("stage_id"),
            to_stage_id=draft.row.stage_id,
            amount=draft.row.amount,
            amount_currency=draft.row.amount_currency,
            changed_by_id=actor.user_id,
            at=now,
        )
        for draft in drafts
        if draft.is_new or "stage" in draft.changed
    )
