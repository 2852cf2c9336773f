"""Who may sign in with a password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models.functions import Now

from app.access.models import Limits, User


class SeatBackend(AuthenticationBackend):
    """E-mail address and password of active people with a seat."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session; also somebody who was let in to help, while that holds."""
        found: User | None = super().get_user(user_id)
        if found is None:
            live = User.everyone.filter(support_until__gt=Now(), is_active=True)
            found = live.exclude(support_number=None).filter(pk=user_id).first()
        return found

    def user_can_authenticate(self, user: Any) -> bool:
        """People without a seat, former colleagues and a company that is shut stay outside."""
        if not user or not user.can_sign_in:
            return False
        return not Limits.objects.filter(state__in=Limits.SHUT).exists()
