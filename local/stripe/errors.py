"""What the simulator refuses, in the words and shapes that the client turns into exceptions."""

from __future__ import annotations

from typing import Any

DECLINES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
CODES = {"expired_card", "incorrect_cvc", "authentication_required"}


class Refusal(Exception):
    """An answer that is an error. With ``keep`` what was done until then stays done."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        keep: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.keep = status, keep
        self.body = {"error": {"type": kind, "message": message} | more}


def invalid(message: str, param: str | None = None, *, code: str | None = None) -> Refusal:
    """A request that makes no sense as it is."""
    more = {"param": param, "code": code}
    refused = Refusal(400, "invalid_request_error", message)
    refused.body["error"] |= {key: value for key, value in more.items() if value is not None}
    return refused


def missing(kind: str, key: str, *, param: str = "id") -> Refusal:
    """Something of that id is not here."""
    message = f"No such {kind.replace('.', ' ')}: '{key}'"
    return Refusal(404, "invalid_request_error", message, code="resource_missing", param=param)


def unknown_parameter(param: str) -> Refusal:
    """Nobody reads this parameter; silence would hide a typing mistake."""
    return invalid(f"Received unknown parameter: {param}", param, code="parameter_unknown")


def missing_parameter(param: str) -> Refusal:
    """Without it nothing can be done."""
    return invalid(f"Missing required param: {param}.", param, code="parameter_missing")


def declined(reason: str, *, keep: bool = False, **more: Any) -> Refusal:
    """The bank said no."""
    code = reason if reason in CODES else "card_declined"
    told = {"code": code, "decline_code": reason, "param": ""} | more
    return Refusal(402, "card_error", DECLINES[reason], keep=keep, **told)


def rate_limited() -> Refusal:
    """Too many requests."""
    message = "Too many requests hit the API too quickly."
    return Refusal(429, "invalid_request_error", message, code="rate_limit")


def broken() -> Refusal:
    """A fault of the service itself."""
    return Refusal(500, "api_error", "An unknown error occurred.")
