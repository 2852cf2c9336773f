"""Column types of our own, so that the engine knows what a number or a text means."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

CURRENCIES = frozenset(list_currencies())


def validate_currency(code: str) -> None:
    """Refuse what is not an ISO 4217 code."""
    if code not in CURRENCIES:
        raise ValidationError(_("“%(code)s” is not a currency code."), params={"code": code})


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount of money; the field NAME_currency beside it holds its ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 19)
        kwargs.setdefault("decimal_places", 4)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class CurrencyField(models.CharField):  # type: ignore[type-arg]
    """An ISO 4217 code; empty where the amount beside it is empty."""

    default_validators = [validate_currency]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().upper() if isinstance(text, str) else text


class PhoneField(models.CharField):  # type: ignore[type-arg]
    """A telephone number as people write it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 50)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class YearField(models.PositiveSmallIntegerField):  # type: ignore[type-arg]
    """A calendar year."""
