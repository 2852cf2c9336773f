"""How the company is divided."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from app.access.rights import Audience
from app.records.entity import Entity, Section
from app.records.models import Record
from app.records.registry import register


class Department(Record):
    """A part of the company, within another one or at the top."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("Part of"),
    )
    head = models.ForeignKey(
        "access.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("Head"),
    )
    description = models.TextField(_("Description"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("Department")
        verbose_name_plural = _("Departments")


@register
class DepartmentEntity(Entity):
    """Departments: a tree that everybody sees and managers keep."""

    model = Department
    icon = "network"
    menu = _("Company")
    audience = Audience.SHARED
    layout = (
        Section(_("Department"), ("name", "parent", "head")),
        Section(_("Description"), ("description",)),
    )
    list_columns = ("name", "parent", "head")
    filters = ("parent", "head")
    search_fields = ("name", "external_id")
    related_lists = ("employees", "departments")
