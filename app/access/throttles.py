"""How often a stranger may try: counted in the cache of his plane, under his workspace."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def allow(request: HttpRequest, action: str, *, rates: str, key: str = "") -> bool:
    """Count one attempt; False when one of the rates is used up.

    Rates are written as `30/10m/ip,5/10m/key`: attempts, time, and by what they are counted.
    """
    usage = ratelimit.consume(
        request,
        app="clientele",
        action=action,
        config={action: rates},
        key=key,
        limit_get=True,
    )
    return usage is not None
