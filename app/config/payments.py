"""What the environment says of Stripe: a real account, or on a development machine its stand-in."""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured

from app.config import env

LOOPBACK = r"http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
HOSTED = ["https://checkout.stripe.com", "https://billing.stripe.com"]


def api_key(*, local: bool) -> str:
    """The secret or restricted key; a development machine never holds a live one."""
    shape = r"(sk|rk)_(test|live)_[A-Za-z0-9_-]{8,}"
    key = env.text("STRIPE_API_KEY", "")
    if key and not re.fullmatch(shape, key):  # the value itself is never repeated
        raise ImproperlyConfigured("STRIPE_API_KEY must be a key as sk_test_... or sk_live_...")
    if local and "_live_" in key:
        raise ImproperlyConfigured("STRIPE_API_KEY is a live key: with LOCAL=1 it is refused.")
    return key


def api_base(*, local: bool) -> str:
    """Where another Stripe than the real one answers: only locally, only on this machine."""
    base = env.origin("STRIPE_API_BASE")
    if base and not local:
        raise ImproperlyConfigured("STRIPE_API_BASE is for development only (LOCAL=1).")
    if base and not re.fullmatch(LOOPBACK, base):
        raise ImproperlyConfigured("STRIPE_API_BASE must be an address of this machine.")
    return base


def webhook_secrets() -> list[str]:
    """What signs webhooks; two while one is being replaced by the other."""
    found = env.text("STRIPE_WEBHOOK_SECRETS", "").split(",")
    secrets = [secret.strip() for secret in found if secret.strip()]
    if any(not re.fullmatch(r"whsec_[A-Za-z0-9_+/=-]{16,}", secret) for secret in secrets):
        raise ImproperlyConfigured("STRIPE_WEBHOOK_SECRETS: each must be as whsec_...")
    return secrets


def clock_file(*, local: bool) -> str:
    """The file by which the stand-in moves the time of billing; a real installation has none."""
    file = env.text("BILLING_CLOCK_FILE", "")
    if file and not local:
        raise ImproperlyConfigured("BILLING_CLOCK_FILE is for development only (LOCAL=1).")
    return file
