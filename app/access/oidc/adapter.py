"""Whom a provider's word lets in: people whom the workspace knows or invited, nobody else."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from django.core.exceptions import ValidationError
from django.db import IntegrityError, router, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from app.access.inviting import accept_proven
from app.access.models import IdentityProvider, Role, User
from app.access.oidc.discovery import Unsuitable
from app.access.oidc.provider import WorkspaceProvider
from app.lib.outgoing import OutgoingSession
from app.lib.sealing import Unreadable, unseal
from app.lib.text import normal_email
from tenants.audit import name_event

PURPOSE = "client secret"
log = logging.getLogger(__name__)


class NotInUse(SocialApp.DoesNotExist, ValueError):
    """The provider was switched off; a sign-in that waits for its second step ends then."""


class ProviderAdapter(DefaultSocialAccountAdapter):
    """How allauth behaves with the provider of a workspace."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody makes himself a person of somebody else's workspace."""
        return False

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> WorkspaceProvider:
        """The workspace's provider, if it is in use under this address."""
        kept = IdentityProvider.in_use()
        if kept is None or provider not in (kept.issuer, WorkspaceProvider.id):
            raise NotInUse
        if client_id not in (None, kept.client_id):
            raise NotInUse
        return WorkspaceProvider(request, app=app_of(kept))

    def get_requests_session(self) -> OutgoingSession:
        """Requests that never reach our own networks."""
        return OutgoingSession()

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Nobody is made from what the provider tells."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person, or say to whom to turn."""
        sociallogin.token = None  # not needed any more, and not to be kept
        if sociallogin.is_existing:
            return
        person = somebody_known(sociallogin.claims)
        account = link(person, sociallogin) if person else None
        if person is None or account is None:
            raise ImmediateHttpResponse(_unknown(request))
        sociallogin.account, sociallogin.user = account, person
        account_adapter(request).tell(person, "linked")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> NoReturn:
        """Our page instead of allauth's."""
        log.warning("sign-in by provider failed: %s %s", error, type(exception).__name__)
        if isinstance(exception, Unsuitable):
            reason = str(exception)
        elif error == AuthError.CANCELLED:
            reason = _("The sign-in was cancelled at the provider.")
        else:
            reason = _("The sign-in did not come about. Please try again.")
        raise ImmediateHttpResponse(refused(request, reason))


def app_of(kept: IdentityProvider) -> SocialApp:
    """The provider as allauth knows it; never stored there, so its secret stays sealed."""
    return SocialApp(
        provider=WorkspaceProvider.id,
        provider_id=kept.issuer,
        name=kept.name,
        client_id=kept.client_id,
        secret=_secret(kept),
    )


def _secret(kept: IdentityProvider) -> str:
    """The client secret; none if its key is gone, so that the provider refuses us."""
    try:
        return unseal(kept.secret, purpose=PURPOSE) if kept.secret else ""
    except Unreadable:
        log.warning("the client secret of the provider cannot be read: enter it anew")
        return ""


def somebody_known(claims: dict[str, Any]) -> User | None:
    """The person, or the guest, whom the provider's claims mean."""
    email = proven_address(claims)
    if email is None:
        return None
    return person_meant(email) or guest_meant(email, claims.get("name"))


def proven_address(claims: dict[str, Any]) -> str | None:
    """The address that the provider vouches for."""
    email = claims.get("email")
    proven = claims.get("email_verified") in (True, "true")
    return email if proven and isinstance(email, str) else None


def trusted_with_owners() -> bool:
    """Whether the provider's word on an address may let in an owner."""
    return IdentityProvider.objects.filter(for_owners=True).exists()


def person_meant(email: str) -> User | None:
    """Whose proven address this is; an owner only where an owner trusts the provider with it."""
    people = User.objects.filter(email=normal_email(email), is_active=True, has_seat=True)
    if not trusted_with_owners():
        people = people.exclude(role=Role.OWNER)
    return people.first()


def guest_meant(email: str, name: Any) -> User | None:
    """Whose invitation this proven address answers; he is a person from here on."""
    said = name.replace("\x00", "").strip() if isinstance(name, str) else ""
    try:
        return accept_proven(email, name=said, owners=trusted_with_owners())
    except ValidationError as refusal:
        log.info("an invitation could not be accepted: %s", ", ".join(sorted(refusal.message_dict)))
        return None


def link(person: User, sociallogin: Any) -> SocialAccount | None:
    """Tie the subject to the person for good; None when he is tied to another one already."""
    account: SocialAccount = sociallogin.account
    ties = SocialAccount.objects.filter(user_id=person.pk, provider=account.provider)
    try:
        with transaction.atomic(using=router.db_for_write(User)):
            User.objects.select_for_update().get(pk=person.pk)
            if ties.exists():
                return None
            name_event("person.sign_in_linked")
            account.user = person
            account.save()
    except IntegrityError:
        return None
    return account


def _unknown(request: HttpRequest) -> HttpResponse:
    text = _(
        "Your company's sign-in knows you, but this workspace does not. "
        "Ask one of its administrators to add you with the address that you sign in with."
    )
    return refused(request, text)


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """The page of somebody who cannot come in."""
    return render(request, "account/refused.html", {"reason": reason}, status=403)
