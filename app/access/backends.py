"""Who may sign in with a password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend


class SeatBackend(AuthenticationBackend):
    """E-mail address and password of active people with a seat."""

    def user_can_authenticate(self, user: Any) -> bool:
        """People without a seat and former colleagues stay outside."""
        return bool(user and user.can_sign_in)
