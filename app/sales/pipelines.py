"""The ways that deals take, and their stations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from app.access.actors import Actor
from app.access.rights import Audience
from app.records.batch import Draft
from app.records.entity import Entity, Section
from app.records.models import LIVE, Record
from app.records.registry import register


class Pipeline(Record):
    """A way that deals take from first interest to won or lost."""

    is_default = models.BooleanField(_("Default"), default=False)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)

    class Meta(Record.Meta):
        verbose_name = _("Pipeline")
        verbose_name_plural = _("Pipelines")


@register
class PipelineEntity(Entity):
    """Pipelines: seen by all, kept by administrators."""

    model = Pipeline
    icon = "route"
    audience = Audience.SETTINGS
    layout = (Section(_("Pipeline"), ("name", "is_default", "position")),)
    list_columns = ("name", "is_default", "position")
    filters = ("is_default",)
    related_lists = ("stages",)
    default_sort = "position"

    def written(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """There is one default pipeline: the one that was made it last."""
        chosen = [draft.row.pk for draft in drafts if draft.row.is_default and draft.changed]
        if chosen:
            others = Pipeline._default_manager.filter(is_default=True).exclude(pk=chosen[-1])
            others.update(is_default=False)


class Stage(Record):
    """A station of a pipeline."""

    class Kind(models.TextChoices):
        """Whether a deal that stands here is still to be won."""

        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.PROTECT, related_name="stages", verbose_name=_("Pipeline")
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("Probability in %"), default=0, validators=[MaxValueValidator(100)]
    )
    position = models.PositiveSmallIntegerField(_("Position"), default=0)

    class Meta(Record.Meta):
        verbose_name = _("Stage")
        verbose_name_plural = _("Stages")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["pipeline", "name"],
                condition=LIVE,
                name="stage_once_in_pipeline",
                violation_error_message=_("The pipeline has a stage of this name already."),
            ),
        )


@register
class StageEntity(Entity):
    """Stages: seen by all, kept by administrators."""

    model = Stage
    icon = "milestone"
    audience = Audience.SETTINGS
    layout = (Section(_("Stage"), ("name", "pipeline", "kind", "probability", "position")),)
    list_columns = ("name", "pipeline", "kind", "probability", "position")
    filters = ("pipeline", "kind")
    related_lists = ("deals",)
    default_sort = "position"

    def prepare(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Won is certain, lost is out of the question."""
        certain = {Stage.Kind.WON: 100, Stage.Kind.LOST: 0}
        for draft in drafts:
            draft.row.probability = certain.get(draft.row.kind, draft.row.probability)
