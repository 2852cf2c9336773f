"""What an identity provider says of itself, asked afresh at each sign-in."""

from __future__ import annotations

from typing import Any, TypeGuard
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.providers.base.provider import ProviderException
from django.conf import settings
from django.utils.translation import gettext as _

from app.lib.outgoing import OutgoingRefused, OutgoingSession

PATH = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Unsuitable(ProviderException):
    """The provider cannot be used, or answers what it must not; the text is for people."""


def discover(issuer: str) -> dict[str, Any]:
    """The discovery document of this issuer, checked; raises Unsuitable."""
    url = issuer.rstrip("/") + PATH
    document = _read(url)
    if document.get("issuer") != issuer:
        text = _("The provider calls itself %(told)s: enter exactly that as its address.")
        raise Unsuitable(text % {"told": document.get("issuer") or "?"})
    for name in NEEDED:
        if not is_address(document.get(name)):
            raise Unsuitable(_("The provider names no usable %(what)s.") % {"what": name})
    if "code" not in document.get("response_types_supported", ["code"]):
        raise Unsuitable(_("The provider does not offer the authorization code flow."))
    return document


def is_address(value: Any) -> TypeGuard[str]:
    """Whether this is an address that we would send a browser or a request to."""
    parts = urlsplit(value) if isinstance(value, str) else None
    schemes = ("https", "http") if settings.OUTGOING_PRIVATE else ("https",)
    return bool(parts and parts.scheme in schemes and parts.hostname and "@" not in parts.netloc)


def _read(url: str) -> dict[str, Any]:
    try:
        with OutgoingSession() as session:
            response = session.get(url)
        if not response.ok:
            values = {"url": url, "status": response.status_code}
            raise Unsuitable(_("%(url)s answers with status %(status)s.") % values)
        document = response.json()
    except requests.JSONDecodeError as error:
        raise Unsuitable(_("%(url)s is not a discovery document.") % {"url": url}) from error
    except requests.RequestException as error:
        raise Unsuitable(told(error, url)) from error
    if not isinstance(document, dict):
        raise Unsuitable(_("%(url)s is not a discovery document.") % {"url": url})
    return document


def told(error: requests.RequestException, url: str) -> str:
    """What went wrong with a request, in words that give away nothing of our network."""
    if isinstance(error, OutgoingRefused):
        return str(error)
    if isinstance(error, requests.exceptions.SSLError):
        return _("The certificate of %(url)s is not valid.") % {"url": url}
    return _("%(url)s does not answer.") % {"url": url}
