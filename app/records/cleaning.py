"""From what came in to values of the right type: each distinct value is judged once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import CharField
from django.utils import timezone
from django.utils.translation import gettext as _

from app.lib.text import sort_key
from app.records.batch import Draft
from app.records.entity import Entity
from app.records.fields import Field, Kind

BIGGEST_ID = 2**63 - 1
CUSTOM_LIMIT = 200  #: custom values a record may hold
TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
WHOLE = frozenset({Kind.INTEGER, Kind.YEAR})
DECIMALS = frozenset({Kind.DECIMAL, Kind.MONEY})


def clean(entity: Entity, drafts: Iterable[Draft]) -> None:
    """Put the given values on the rows; what is wrong is noted by field."""
    drafts = list(drafts)
    for key in dict.fromkeys(key for draft in drafts for key in draft.given):
        field = entity.writable.get(key)
        if field is None:
            refuse_column(entity, key, drafts)
        else:
            clean_column(field, drafts)
    required = [field for field in entity.writable.values() if field.required]
    money = [field.key for field in entity.fields.values() if field.kind is Kind.MONEY]
    keys = {name: sort_key(name) for name in {draft.row.name or "" for draft in drafts}}
    for draft in drafts:
        if draft.is_new:
            refuse_missing(required, draft)
        draft.row.sort_key = keys[draft.row.name or ""]
        fill_currencies(money, draft)


def refuse_column(entity: Entity, key: str, drafts: list[Draft]) -> None:
    """A field that does not exist, or that nobody sets."""
    known = key in entity.by_key or key in entity.fields
    message = _("This field cannot be set.") if known else _("There is no such field.")
    for draft in drafts:
        if key in draft.given:
            draft.refuse(key, message)


def clean_column(field: Field, drafts: list[Draft]) -> None:
    """Judge each distinct value of one column once, by the model field's own rules.

    Where those ask for the length alone, what is short enough need not be asked about.
    """
    seen: dict[Any, tuple[Any, list[str]]] = {}
    longest = plain_length(field)
    for draft in drafts:
        if field.key not in draft.given:
            continue
        raw = draft.given[field.key]
        if longest and type(raw) is str and is_plain(text := raw.strip(), longest):
            setattr(draft.row, field.key, text)
            continue
        mark = (type(raw), raw) if raw.__hash__ else id(raw)
        if mark not in seen:
            seen[mark] = judge(field, raw)
        value, messages = seen[mark]
        if messages:
            draft.errors.setdefault(field.key, []).extend(messages)
        else:
            setattr(draft.row, field.key, value)


def plain_length(field: Field) -> int:
    """The length up to which any text passes the field's own rules; 0 where it has others."""
    source = field.source
    own = type(source)
    usual = own.to_python is CharField.to_python and own.validate is CharField.validate
    if not usual or source.choices or source.max_length is None:
        return 0
    limits = [type(one) is MaxLengthValidator for one in source.validators]
    return int(source.max_length) if all(limits) else 0


def is_plain(text: str, longest: int) -> bool:
    """Whether a text passes rules that ask for its length alone."""
    return 0 < len(text) <= longest and "\x00" not in text


def judge(field: Field, raw: Any) -> tuple[Any, list[str]]:
    """The clean value, or what is wrong with the raw one."""
    try:
        return to_value(field, raw), []
    except ValidationError as error:
        return None, [str(message) for message in error.messages]
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return None, [_("Enter a valid value.")]


def to_value(field: Field, raw: Any) -> Any:
    """Parse and validate one value. Raises ValidationError."""
    if field.kind is Kind.JSON:
        return to_custom(raw)
    if isinstance(raw, (list, dict)):
        raise ValidationError(_("Enter a single value."))
    if isinstance(raw, str):
        raw = raw.strip() if field.kind is not Kind.LONG_TEXT else raw.replace("\r\n", "\n")
        if "\x00" in raw:
            raise ValidationError(_("Null characters are not allowed."))
    if field.is_relation:
        return to_id(field, raw)
    if raw is None or raw == "":
        return to_empty(field)
    value = field.source.clean(from_json(field, raw), None)
    return to_utc(value) if isinstance(value, datetime) else value


def to_utc(moment: datetime) -> datetime:
    """The moment as it is stored: PostgreSQL does not take every offset that ISO 8601 can write.

    Raises OverflowError at the ends of time.
    """
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    return aware.astimezone(UTC)


def from_json(field: Field, raw: Any) -> Any:
    """A truth or a number of JSON, as far as the field can mean it."""
    if field.kind is Kind.BOOLEAN and isinstance(raw, str):
        raw = TRUTHS.get(raw.lower(), raw)
    if isinstance(raw, bool) and field.kind is not Kind.BOOLEAN:
        raise ValidationError(_("Enter a valid value."))
    if not isinstance(raw, float):
        return raw
    if field.kind in WHOLE and not raw.is_integer():
        raise ValidationError(_("Enter a whole number."))
    # 0.1 is meant, not its binary neighbour.
    return repr(raw) if field.kind in DECIMALS else raw


def to_empty(field: Field) -> Any:
    """What an empty cell means for this field."""
    source = field.source
    if source.has_default() and (field.kind is Kind.CHOICE or not source.empty_strings_allowed):
        return source.get_default()
    if not source.blank:
        raise ValidationError(source.error_messages["blank"])
    return None if source.null else ""


def to_id(field: Field, raw: Any) -> int | None:
    """The key of a related row; whether it may be used is judged for the whole batch."""
    if raw is None or raw == "":
        if not field.source.blank:
            raise ValidationError(field.source.error_messages["blank"])
        return None
    if isinstance(raw, (bool, float)):
        raise ValidationError(_("Enter the ID of a record."))
    try:
        value = int(raw)
    except (TypeError, ValueError):
        raise ValidationError(_("Enter the ID of a record.")) from None
    if not 0 < value <= BIGGEST_ID:
        raise ValidationError(_("There is no such record."))
    return value


def to_custom(raw: Any) -> dict[str, Any]:
    """Custom values: a flat object of single values."""
    if raw is None or raw == "":
        return {}
    if not isinstance(raw, dict) or len(raw) > CUSTOM_LIMIT:
        raise ValidationError(_("Enter an object of custom fields."))
    for key, value in raw.items():
        if not isinstance(key, str) or isinstance(value, (list, dict)) or len(key) > 64:
            raise ValidationError(_("Custom fields hold single values."))
        if "\x00" in key or "\\u0000" in key or (isinstance(value, str) and "\x00" in value):
            raise ValidationError(_("Null characters are not allowed."))
        if isinstance(value, float) and not math.isfinite(value):
            raise ValidationError(_("Enter a valid number."))
    return raw


def refuse_missing(required: list[Field], draft: Draft) -> None:
    """A new row without a field that it cannot do without."""
    for field in required:
        if field.key not in draft.given:
            draft.refuse(field.key, field.source.error_messages["blank"])


def fill_currencies(money: list[str], draft: Draft) -> None:
    """An amount without a currency is in the workspace's; a currency without one is dropped."""
    for key in money:
        currency = f"{key}_currency"
        if getattr(draft.row, key) is None:
            setattr(draft.row, currency, "")
        elif not getattr(draft.row, currency):
            setattr(draft.row, currency, draft.base_currency)
