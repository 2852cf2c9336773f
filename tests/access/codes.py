"""What an authenticator app on a phone would show, and signing in with it."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from tenants.context import Ref, use_tenant
from tests.seeding import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, *, periods: int = 0) -> str:
    """The code of now, or of some half minutes before or after."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def wrong_code() -> str:
    """A code that fits neither now nor a minute around it."""
    right = {code(periods=shift) for shift in range(-3, 4)}
    return next(text for text in ("000000", "111111", "222222", "333333") if text not in right)


def give_app(user: Any, *, ref: Ref, secret: str = SECRET) -> list[str]:
    """An authenticator app and recovery codes for this person; the recovery codes."""
    with use_tenant(ref):
        TOTP.activate(user, secret)
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
        return codes


def factors(user: Any, *, ref: Ref) -> int:
    """How many second factors and sets of recovery codes this person has."""
    with use_tenant(ref):
        return Authenticator.objects.filter(user_id=user.pk).count()


def first_step(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    """The form with the password."""
    return client.post("/login/", {"email": email, "password": password, **more})


def second_step(client: Client, text: str) -> Any:
    """The form with the code."""
    return client.post("/login/second/", {"code": text})


def signed_in(client: Client) -> bool:
    """Whether the pages of the workspace open."""
    return client.get("/settings/tokens/").status_code == 200
