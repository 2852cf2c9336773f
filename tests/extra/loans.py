from django.db import models

from app.records.entity import Entity, Section
from app.records.modelfields import CurrencyField, MoneyField
from app.records.models import Record
from app.records.registry import register


class Loan(Record):
    """A machine that a customer tries before he buys it."""

    Status = models.TextChoices("Status", "PLANNED OUT BACK")

    account = models.ForeignKey("sales.Account", models.PROTECT, related_name="loans")
    product = models.ForeignKey("catalog.Product", models.PROTECT, null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PLANNED)
    deposit = MoneyField()
    deposit_currency = CurrencyField()
    quantity = models.PositiveIntegerField(default=1)
    lent_on = models.DateField(null=True, blank=True)
    insured = models.BooleanField(default=False)
    terms = models.TextField(blank=True)


@register
class LoanEntity(Entity):
    """Loans: nothing more is written for them anywhere."""

    model = Loan
    icon = "package"
    menu = "Lending"
    layout = (
        Section("Loan", ("name", "account", "product", "status", "owner", "lent_on", "quantity")),
        Section("Terms", ("deposit", "deposit_currency", "insured", "terms")),
    )
    list_columns = ("name", "account", "product", "status", "deposit", "lent_on", "owner")
    filters = ("status", "account", "product", "owner", "deposit", "lent_on")
    search_fields = ("name", "terms")
    board_field = "status"
