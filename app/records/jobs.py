"""What the engine tidies up by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from app.records.models import IdempotencyKey
from tenants.schedules import every

#: How long a repeated POST gets its first answer again.
KEYS_LIVE = timedelta(hours=24)


@every("17 3 * * *", name="records.forget_keys")
def forget_keys() -> None:
    """Drop the answers that no repeat can ask for any more."""
    old = IdempotencyKey._default_manager.filter(created_at__lt=timezone.now() - KEYS_LIVE)
    old.delete()
