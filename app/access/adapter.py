"""How allauth behaves in a workspace: no sign-up, our mails, our redirects."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from app.access import browsers, entry, mails, verification
from app.access.jobs import tell_of_sign_in
from app.access.models import User
from app.access.programs import name_of_program
from app.access.ways import RECORDS

SIGNED_IN = "account/messages/logged_in.txt"
#: What allauth calls its mails, and what ours tell.
_MAILS = {
    "account/email/password_changed": "password",
    "account/email/password_reset": "password",
    "mfa/email/totp_activated": "app_added",
    "mfa/email/totp_deactivated": "app_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
    "mfa/email/recovery_codes_generated": "codes_made",
    "socialaccount/email/account_connected": "linked",
}


_SAID_BY_PAGES = {"mfa/messages/recovery_codes_generated.txt"}


class WorkspaceAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes himself a person of somebody else's workspace."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: no prefix with the host name."""
        return str(subject)

    def get_login_stages(self) -> list[str]:
        """Between the first proof and being signed in stands the second factor only."""
        return ["app.access.stages.SecondFactorStage"]

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """The last gate of every way in: nobody without a place, nobody by a closed way."""
        reason = entry.refusal(user, request.session)
        if reason is None:
            return None
        clear_login(request)
        return render(request, "account/refused.html", {"reason": reason}, status=403)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Who signs in now needs no second proof for a while."""
        request.signed_in_before = user.last_login is not None  # type: ignore[attr-defined]
        super().login(request, user)
        records = request.session.get(RECORDS)
        if records:
            records[-1]["reauthenticated"] = True
            request.session.modified = True

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Go on, and tell the person of a browser that he has not used before."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        is_known = browsers.remember(request, response, user_id=user.pk)
        if not is_known and request.signed_in_before:  # type: ignore[attr-defined]
            self.tell(user, "browser")
        return response

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: Any = None, email: str | None = None
    ) -> None:
        """Tell the person by a mail of ours, sent by the worker."""
        self.tell(user, _MAILS[template_prefix])

    def tell(self, user: User, what: str) -> None:
        """Mail the person what happened to his sign-in, and from where."""
        program = name_of_program(self.request.headers.get("User-Agent", ""))
        ip = self.get_client_ip(self.request)
        tell_of_sign_in.defer(user_id=user.pk, what=what, program=program, ip=ip)

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
        if message_template != SIGNED_IN and message_template not in _SAID_BY_PAGES:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        confirmation: Any,
        signup: bool,
    ) -> None:
        """The same mail whoever asks for it: sign-up, or a person who wants it again."""
        mails.send_confirmation(confirmation)
