"""Currencies in use and their rates to the base currency."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.utils.translation import gettext as _

from app.access.models import Currency, Workspace
from app.lib.money import is_currency


def add_currency(code: str, *, rate: Decimal) -> Currency:
    """Use one more currency; `rate` is what one unit of it is worth in the base currency."""
    if not is_currency(code):
        raise ValidationError({"code": _("ISO 4217 knows no such currency.")})
    currency = Currency(code=code, rate=rate)
    currency.full_clean()
    currency.save()
    return currency


def change_currency(currency: Currency, *, rate: Decimal, active: bool) -> None:
    """Another rate, or no longer in use; the base currency stays at one and in use."""
    if currency.code == base_currency() and (rate != 1 or not active):
        raise ValidationError({"rate": _("The base currency is worth one, and always in use.")})
    currency.rate, currency.active = rate, active
    currency.full_clean()
    currency.save()


def change_base_currency(code: str) -> None:
    """Count in another currency: its rate becomes one, all others are restated in it."""
    with transaction.atomic(using=router.db_for_write(Currency)):
        workspace = Workspace.objects.select_for_update().get()
        base = Currency.objects.filter(code=code, active=True).first()
        if base is None:
            raise ValidationError({"base_currency": _("Add this currency first.")})
        if code == workspace.base_currency:
            return
        for currency in Currency.objects.exclude(pk=base.pk):
            currency.rate = _restated(currency.rate, base.rate)
            currency.save()
        base.rate = Decimal(1)
        base.save()
        workspace.base_currency = code
        workspace.save(update_fields=["base_currency"])


def base_currency() -> str:
    """The currency that sums of different currencies are counted in."""
    return Workspace.objects.values_list("base_currency", flat=True).get()


def _restated(rate: Decimal, base_rate: Decimal) -> Decimal:
    step = Decimal(1).scaleb(-10)
    return max((rate / base_rate).quantize(step), step)
