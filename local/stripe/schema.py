"""What a request may hold: names, kinds, nesting. Whatever else it holds is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.stripe.errors import invalid, missing_parameter, unknown_parameter

Kind = Callable[[Any, str], Any]
Shape = Mapping[str, Any]
LONGEST = 5000


def text(value: Any, param: str) -> str:
    """Characters; an empty text unsets."""
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {value}", param)
    if len(value) > LONGEST:
        raise invalid(f"Invalid string: must be at most {LONGEST} characters", param)
    return value


def whole(value: Any, param: str) -> int:
    """A whole number; money is always one, in the smallest unit."""
    try:
        return int(text(value, param))
    except ValueError:
        raise invalid(
            f"Invalid integer: {value}", param, code="parameter_invalid_integer"
        ) from None


def natural(value: Any, param: str) -> int:
    """A whole number that is not negative."""
    number = whole(value, param)
    if number < 0:
        raise invalid("This value must be greater than or equal to 0.", param)
    return number


def stamp(value: Any, param: str) -> int:
    """Seconds since 1970."""
    return natural(value, param)


def decimal_text(value: Any, param: str) -> str:
    """A number with a fraction, kept as it was written."""
    try:
        float(text(value, param))
    except ValueError:
        raise invalid(f"Invalid decimal: {value}", param) from None
    return str(value)


def yes(value: Any, param: str) -> bool:
    """A switch."""
    if value not in {"true", "false"}:
        raise invalid(f"Invalid boolean: {value}", param)
    return bool(value == "true")


def one_of(*words: str) -> Kind:
    """A word of a closed set."""

    def check(value: Any, param: str) -> str:
        if value not in words:
            raise invalid(f"Invalid {param}: must be one of {', '.join(words)}", param)
        return str(value)

    return check


def or_blank(kind: Any) -> Kind:
    """The same, or an empty text that unsets it."""
    return lambda value, param: None if value == "" else check_value(kind, value, param)


def either(first: Kind, second: Kind) -> Kind:
    """Of two kinds the first that fits."""

    def check(value: Any, param: str) -> Any:
        try:
            return first(value, param)
        except Exception:
            return second(value, param)

    return check


def metadata(value: Any, param: str) -> dict[str, str]:
    """Up to fifty texts of the caller; an empty text drops all of them."""
    if value == "":
        return {"": ""}
    if not isinstance(value, dict) or len(value) > 50:
        raise invalid("Invalid metadata: at most 50 keys with texts", param)
    return {key: text(found, f"{param}[{key}]") for key, found in value.items()}


def anything(value: Any, param: str) -> Any:
    """Taken as it is: settings of ways to pay that have no effect here."""
    return value


ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), text)
TAX_ID = {"type": text, "value": text}
AUTOMATIC_TAX = {"enabled": yes, "liability": {"type": text}}
CREATED = either(stamp, lambda v, p: check(v, dict.fromkeys(("gt", "gte", "lt", "lte"), stamp), p))
PAGE = {"limit": natural, "starting_after": text, "ending_before": text}


def check(params: Any, shape: Shape, at: str = "") -> dict[str, Any]:
    """The parameters in their kinds, or the first that does not belong."""
    if not isinstance(params, dict):
        raise invalid("Invalid hash", at)
    checked = {}
    for name, value in params.items():
        param = f"{at}[{name}]" if at else name
        if name not in shape:
            raise unknown_parameter(param)
        checked[name] = check_value(shape[name], value, param)
    return checked


def check_value(kind: Any, value: Any, param: str) -> Any:
    """One value against a kind, a nested shape or a list of either."""
    if isinstance(kind, Mapping):
        return check(value, kind, param)
    if isinstance(kind, list):
        if value == "":
            return []
        if not isinstance(value, list):
            raise invalid("Invalid array", param)
        return [check_value(kind[0], v, f"{param}[{i}]") for i, v in enumerate(value)]
    return kind(value, param)


def need(params: Mapping[str, Any], *names: str, at: str = "") -> None:
    """These must be there."""
    for name in names:
        if params.get(name) in (None, ""):
            raise missing_parameter(f"{at}[{name}]" if at else name)
