"""How the web tells the biller that something waits."""

from __future__ import annotations

from django.db import connections

CHANNEL = "billing"


def wake() -> None:
    """Let the biller look now; in a transaction it hears of it when that commits."""
    with connections["control"].cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
