"""What we sell."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from app.access.rights import Audience
from app.records.entity import Entity, Section
from app.records.modelfields import CurrencyField, MoneyField
from app.records.models import Record
from app.records.registry import register


class Product(Record):
    """A thing or a service in the catalogue."""

    code = models.CharField(_("Product code"), max_length=80, blank=True)
    category = models.CharField(_("Category"), max_length=100, blank=True)
    price = MoneyField(_("Price"))
    price_currency = CurrencyField(_("Currency of price"))
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    manufacturer = models.CharField(_("Manufacturer"), max_length=120, blank=True)
    vendor_part_number = models.CharField(_("Vendor part number"), max_length=80, blank=True)
    sold = models.BooleanField(_("For sale"), default=True)
    description = models.TextField(_("Description"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("Product")
        verbose_name_plural = _("Products")


@register
class ProductEntity(Entity):
    """Products: one catalogue for everybody, kept by managers."""

    model = Product
    icon = "package"
    menu = _("Catalogue")
    audience = Audience.SHARED
    layout = (
        Section(
            _("Product"),
            ("name", "code", "category", "price", "price_currency", "unit", "sold", "owner"),
        ),
        Section(_("Origin"), ("manufacturer", "vendor_part_number"), collapsed=True),
        Section(_("Description"), ("description",)),
    )
    list_columns = ("name", "code", "category", "price", "unit", "sold")
    filters = ("category", "sold", "owner")
    search_fields = ("name", "code", "vendor_part_number", "external_id")
    related_lists = ("deals",)
