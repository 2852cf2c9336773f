"""allauth's OpenID Connect, with what it leaves out: nonce, signature, issuer, one subject."""

from __future__ import annotations

from typing import Any

import requests
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string

from app.access.oidc.discovery import Unsuitable, discover, is_address
from app.access.oidc.tokens import verified_claims
from app.lib.outgoing import OutgoingSession
from tenants.context import current
from tenants.routing import workspace_url

NONCE_LENGTH = 32
#: What the userinfo endpoint may add; everything else is the signed token's word.
_ADDED = ("email", "email_verified", "name")


def callback_url() -> str:
    """The address that the provider must know as our redirect URI."""
    return workspace_url(current().subdomain, reverse("openid_connect_callback"))


class WorkspaceOAuth(OpenIDConnectOAuth2Adapter):
    """One sign-in at the provider of the current workspace."""

    nonce: str | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document, once a sign-in."""
        if not hasattr(self, "_openid_config"):
            self._openid_config = discover(self.get_provider().app.provider_id)
        return self._openid_config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Our address as the settings show it, whatever the request says."""
        return callback_url()

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """The person whom the provider names; raises Unsuitable."""
        claims = verified_claims(
            kwargs["response"].get("id_token"),
            document=self.openid_config,
            client_id=app.client_id,
            nonce=self.nonce,
        )
        if "email" not in claims:
            claims |= self._userinfo(token.token, claims["sub"])
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claims = claims
        return login

    def _userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        url = self.openid_config.get("userinfo_endpoint")
        if not is_address(url):
            return {}
        with OutgoingSession() as session:
            response = session.get(url, headers={"Authorization": f"Bearer {access_token}"})
        response.raise_for_status()
        told = response.json()
        if not isinstance(told, dict) or told.get("sub") != subject:
            raise Unsuitable("userinfo is of somebody else")
        return {name: told[name] for name in _ADDED if name in told}


class WorkspaceProvider(OpenIDConnectProvider):
    """The identity provider of the current workspace."""

    oauth2_adapter_class = WorkspaceOAuth

    def redirect(self, request: HttpRequest, process: Any, **kwargs: Any) -> HttpResponse:
        """To the provider, with a nonce that only this session knows."""
        nonce = get_random_string(NONCE_LENGTH)
        response: HttpResponse = super().redirect(
            request, process, auth_params={"nonce": nonce}, nonce=nonce, **kwargs
        )
        return response

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The subject of the signed token."""
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the provider tells is kept."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nobody is made from it."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """Addresses are matched by us, once."""
        return []


class Callback(OAuth2CallbackView):
    """The way back from the provider."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, refusal = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce")
        return state, refusal


FAILURES = (requests.RequestException, Unsuitable)
