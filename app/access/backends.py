"""Who may sign in with a password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from app.access.models import Limits


class SeatBackend(AuthenticationBackend):
    """E-mail address and password of active people with a seat."""

    def user_can_authenticate(self, user: Any) -> bool:
        """People without a seat, former colleagues and a company that is shut stay outside."""
        if not user or not user.can_sign_in:
            return False
        return not Limits.objects.filter(state__in=Limits.SHUT).exists()
