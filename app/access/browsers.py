"""Which browsers a person has used before: kept in the browser itself, signed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tenants.context import current

NAME = "known"
_YEAR = 365 * 24 * 3600
#: A shared machine remembers so many people.
_MOST = 20


def remember(request: HttpRequest, response: HttpResponse, *, user_id: int) -> bool:
    """Whether this browser knew the person already; from now on it does."""
    salt = f"{NAME}.{current().schema}"
    text = request.get_signed_cookie(NAME, default="", salt=salt)
    known = [part for part in (text or "").split("-") if part]
    mine = str(user_id)
    kept = [mine, *(one for one in known if one != mine)][:_MOST]
    response.set_signed_cookie(
        NAME,
        "-".join(kept),
        salt=salt,
        max_age=_YEAR,
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )
    return mine in known
