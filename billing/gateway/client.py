"""One way to speak to the provider: never inside a transaction, never for long."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings
from django.db import connections
from stripe import StripeClient

from billing.errors import Busy, InTransaction, Refused, StoredFailure, Unreachable

logger = logging.getLogger(__name__)
TIMEOUT = 15
RETRIES = 2
PAGE = 100
#: What a bank or a bad request is called, and our code for it.
_CODES = {
    "card_declined": "card_declined",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "authentication_required": "authentication_required",
    "tax_id_invalid": "bad_tax_id",
    "email_invalid": "bad_details",
    "country_code_invalid": "bad_details",
    "customer_tax_location_invalid": "bad_details",
}

Body = dict[str, Any]


def is_set_up() -> bool:
    """Whether anything can be sold here."""
    return bool(settings.STRIPE_API_KEY)


def is_live() -> bool:
    """Whether the key moves real money."""
    return "_live_" in settings.STRIPE_API_KEY


def call(ask: Callable[[Any], Any]) -> Body:
    """What the provider answers, as a plain dict.

    Raises Refused, Unreachable, Busy, StoredFailure; InTransaction when the caller forgot.
    """
    body: Body = _guarded(ask).to_dict()
    return body


def pages(ask: Callable[[Any], Any]) -> Iterator[Body]:
    """Every row of a listing, page by page; one that breaks off raises."""
    first = _guarded(ask)
    rows = first.auto_paging_iter()
    while (row := _asked(lambda: next(rows, None))) is not None:
        yield row.to_dict()


def keyed(key: str) -> Any:
    """The options of a request that changes something: done once, however often it is sent."""
    return {"idempotency_key": key}


def _guarded(ask: Callable[[Any], Any]) -> Any:
    if not is_set_up():
        raise Refused("not_set_up")
    return _asked(lambda: ask(_client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE).v1))


def refuse_in_transaction() -> None:
    """Rows must not stay locked while a network answers; a test's own transaction is no matter."""
    for connection in connections.all(initialized_only=True):
        blocks: list[Any] = connection.atomic_blocks
        if any(not block._from_testcase for block in blocks):
            raise InTransaction(f"the provider was called in a transaction of {connection.alias}")


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> StripeClient:
    return StripeClient(
        key,
        base_addresses={"api": base} if base else {},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        max_network_retries=RETRIES,
    )


def _asked(ask: Callable[[], Any]) -> Any:
    refuse_in_transaction()
    try:
        return ask()
    except stripe.APIConnectionError as error:
        raise Unreachable(str(error.user_message)) from error
    except stripe.StripeError as error:
        raise _told(error) from error


def _told(error: stripe.StripeError) -> Exception:
    """The provider's error in our words."""
    status, said = error.http_status or 0, f"{error.request_id or '-'}: {error.user_message}"
    if status in (409, 429) or error.code == "lock_timeout":
        return Busy(said)
    if status == 500:
        return StoredFailure(said)
    if status > 500 or status == 0:
        return Unreachable(said)
    if status in (401, 403):
        logger.error("the payment provider does not accept our key: %s", said)
        return Unreachable(said)
    return Refused(_code_of(error), provider=said)


def _code_of(error: stripe.StripeError) -> str:
    if "no attached payment source" in str(error.user_message):
        return "no_card"
    declined = getattr(error.error, "decline_code", None)
    known = _CODES.get(str(declined)) or _CODES.get(str(error.code))
    return known or ("card_declined" if isinstance(error, stripe.CardError) else "refused")
