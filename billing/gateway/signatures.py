"""Whether a message is the provider's."""

from __future__ import annotations

from collections.abc import Sequence

import stripe

#: Seconds that a message may be old.
TOLERANCE = 300


def is_genuine(body: bytes, *, header: str, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets signed this body a moment ago."""
    return any(_signed(body, header=header, secret=secret) for secret in secrets)


def _signed(body: bytes, *, header: str, secret: str) -> bool:
    try:
        text = body.decode()
        signature = stripe.WebhookSignature
        return bool(signature.verify_header(text, header, secret, tolerance=TOLERANCE))
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        return False
