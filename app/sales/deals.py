"""Sales that we hope to win."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from app.access.actors import Actor
from app.records.batch import Draft
from app.records.entity import Entity, Section
from app.records.modelfields import CurrencyField, MoneyField
from app.records.models import LIVE, Record
from app.records.registry import register
from app.sales import progress
from app.sales.pipelines import Stage


class Deal(Record):
    """A sale we hope to win, moving through the stages of a pipeline."""

    account = models.ForeignKey(
        "sales.Account",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("Account"),
    )
    contact = models.ForeignKey(
        "sales.Contact",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("Contact"),
    )
    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("Product"),
    )
    pipeline = models.ForeignKey(
        "sales.Pipeline",
        on_delete=models.PROTECT,
        blank=True,
        related_name="deals",
        db_index=False,
        verbose_name=_("Pipeline"),
    )
    stage = models.ForeignKey(
        "sales.Stage",
        on_delete=models.PROTECT,
        blank=True,
        related_name="deals",
        db_index=False,
        verbose_name=_("Stage"),
    )
    status = models.CharField(
        _("Status"), max_length=10, choices=Stage.Kind.choices, default="open", editable=False
    )
    amount = MoneyField(_("Amount"))
    amount_currency = CurrencyField(_("Currency"))
    engaged_on = models.DateField(_("Engaged on"), null=True, blank=True)
    close_date = models.DateField(_("Close date"), null=True, blank=True)
    source = models.CharField(_("Source"), max_length=100, blank=True)
    next_step = models.CharField(_("Next step"), max_length=200, blank=True)
    reason = models.CharField(_("Reason won or lost"), max_length=200, blank=True)
    finder = models.ForeignKey(
        "access.User",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("Found by"),
    )
    description = models.TextField(_("Description"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("Deal")
        verbose_name_plural = _("Deals")
        indexes: ClassVar[tuple[models.Index, ...]] = (
            *Record.Meta.indexes,
            models.Index(
                fields=["stage", "amount_currency"],
                include=["amount"],
                name="deal_stage_sum",
                condition=LIVE,
            ),
            models.Index(fields=["status", "close_date"], name="deal_closed", condition=LIVE),
        )


class StageChange(models.Model):
    """When a deal came to a stage, from which, and what it was worth then."""

    id = models.BigAutoField(primary_key=True)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = MoneyField()
    amount_currency = CurrencyField()
    changed_by = models.ForeignKey(
        "access.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()


@register
class DealEntity(Entity):
    """Deals: the heart of selling."""

    model = Deal
    icon = "handshake"
    history = ~Q(status=Stage.Kind.OPEN)
    menu = _("Sales")
    layout = (
        Section(
            _("Deal"),
            (
                "name",
                "account",
                "contact",
                "product",
                "amount",
                "amount_currency",
                "pipeline",
                "stage",
                "close_date",
                "engaged_on",
                "owner",
            ),
        ),
        Section(_("Progress"), ("next_step", "source", "reason", "status", "finder")),
        Section(_("Description"), ("description",)),
    )
    list_columns = ("name", "account", "amount", "stage", "close_date", "owner")
    filters = ("stage", "status", "owner", "account", "product", "close_date", "amount")
    search_fields = ("name", "external_id", "next_step")
    related_lists = ("activities",)
    board_field = "stage"
    default_sort = "-created_at"

    def prepare(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Find the stage, derive pipeline and status, and credit the finder once."""
        progress.prepare_deals(drafts, actor=actor, origin=origin)

    def written(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Keep the history of stages."""
        progress.note_stages(drafts, actor=actor, history=StageChange)
