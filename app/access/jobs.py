"""What access does in the background."""

from __future__ import annotations

from app.access.models import User
from app.access.verification import ask_once
from tenants.jobs import task


@task(name="access.ask_for_proof", attempts=8)
def ask_for_proof(*, user_id: int) -> None:
    """Mail somebody the link that proves his address."""
    ask_once(User.objects.get(pk=user_id))
