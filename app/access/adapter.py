"""How allauth behaves in a workspace: no sign-up, our mails, our redirects."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from app.access import mails, verification

SIGNED_IN = "account/messages/logged_in.txt"


class WorkspaceAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes himself a person of somebody else's workspace."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: no prefix with the host name."""
        return str(subject)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the profile, where the password is changed."""
        return reverse("setup:profile")

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """An owner's proven address proves the workspace."""
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            verification.mark_workspace_verified(email_address.user_id)
        return confirmed

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """A sign-in that worked needs no words."""
        if message_template != SIGNED_IN:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        confirmation: Any,
        signup: bool,
    ) -> None:
        """The same mail whoever asks for it: sign-up, or a person who wants it again."""
        mails.send_confirmation(confirmation)
