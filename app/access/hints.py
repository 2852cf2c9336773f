"""What the control plane is told of people: only that an address can sign in here."""

from __future__ import annotations

from functools import partial

from django.db import router, transaction

from app.access.models import User
from tenants.context import current
from tenants.handoffs import add_login_hint, remove_login_hint


def remember(user: User) -> None:
    """Let "find my workspace" know of this person once the change is kept."""
    if user.email and user.can_sign_in:
        _afterwards(partial(add_login_hint, user.email, ref=current()))


def forget(user: User) -> None:
    """Let "find my workspace" forget this person once the change is kept."""
    if user.email:
        _afterwards(partial(remove_login_hint, user.email, ref=current()))


def _afterwards(push: partial[None]) -> None:
    transaction.on_commit(push, using=router.db_for_write(User), robust=True)
