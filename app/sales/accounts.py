"""Customer companies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from app.records.entity import Entity, Section
from app.records.modelfields import CurrencyField, MoneyField, PhoneField, YearField
from app.records.models import Record
from app.records.registry import register


class Account(Record):
    """A company that we sell to, might sell to, or work with."""

    class Category(models.TextChoices):
        """What the company is to us."""

        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        PARTNER = "partner", _("Partner")
        RESELLER = "reseller", _("Reseller")
        COMPETITOR = "competitor", _("Competitor")
        OTHER = "other", _("Other")

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subsidiaries",
        verbose_name=_("Parent account"),
    )
    category = models.CharField(
        _("Category"), max_length=20, choices=Category.choices, default=Category.PROSPECT
    )
    industry = models.CharField(_("Industry"), max_length=100, blank=True)
    revenue = MoneyField(_("Annual revenue"))
    revenue_currency = CurrencyField(_("Currency of revenue"))
    employees = models.PositiveIntegerField(_("Employees"), null=True, blank=True)
    founded = YearField(_("Founded"), null=True, blank=True)
    website = models.URLField(_("Website"), blank=True)
    phone = PhoneField(_("Phone"))
    email = models.EmailField(_("E-mail"), blank=True)
    street = models.CharField(_("Street"), max_length=200, blank=True)
    city = models.CharField(_("City"), max_length=100, blank=True)
    state = models.CharField(_("State or province"), max_length=100, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=100, blank=True)
    shipping_street = models.CharField(_("Shipping street"), max_length=200, blank=True)
    shipping_city = models.CharField(_("Shipping city"), max_length=100, blank=True)
    shipping_state = models.CharField(_("Shipping state"), max_length=100, blank=True)
    shipping_postal_code = models.CharField(_("Shipping postal code"), max_length=20, blank=True)
    shipping_country = models.CharField(_("Shipping country"), max_length=100, blank=True)
    invoice_title = models.CharField(_("Invoice title"), max_length=200, blank=True)
    tax_number = models.CharField(_("Tax number"), max_length=50, blank=True)
    bank_name = models.CharField(_("Bank"), max_length=200, blank=True)
    bank_account = models.CharField(_("Bank account"), max_length=60, blank=True)
    registered_address = models.CharField(_("Registered address"), max_length=300, blank=True)
    description = models.TextField(_("Description"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("Account")
        verbose_name_plural = _("Accounts")


@register
class AccountEntity(Entity):
    """Accounts: the companies that everything else hangs on."""

    model = Account
    icon = "building-2"
    menu = _("Sales")
    layout = (
        Section(
            _("Account"),
            (
                "name",
                "category",
                "industry",
                "parent",
                "owner",
                "employees",
                "founded",
                "revenue",
                "revenue_currency",
            ),
        ),
        Section(_("Reach"), ("website", "phone", "email")),
        Section(_("Address"), ("street", "city", "state", "postal_code", "country")),
        Section(
            _("Shipping address"),
            (
                "shipping_street",
                "shipping_city",
                "shipping_state",
                "shipping_postal_code",
                "shipping_country",
            ),
            collapsed=True,
        ),
        Section(
            _("Invoice and bank"),
            ("invoice_title", "tax_number", "bank_name", "bank_account", "registered_address"),
            collapsed=True,
        ),
        Section(_("Description"), ("description",)),
    )
    list_columns = ("name", "category", "industry", "country", "employees", "revenue", "owner")
    filters = ("category", "industry", "country", "owner", "parent")
    search_fields = ("name", "email", "phone", "tax_number", "external_id", "city")
    related_lists = ("contacts", "deals", "activities", "accounts")
