"""Checking what an identity provider asserts: OpenID Connect Core 1.0, 3.1.3.7."""

from __future__ import annotations

import json
from typing import Any

import jwt
import requests
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from app.access.oidc.discovery import Unsuitable
from app.lib.outgoing import OutgoingSession

#: Only signatures that nobody but the provider can make.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
LEEWAY = 60
LONGEST_SUBJECT = 190


def verified_claims(
    id_token: Any, *, document: dict[str, Any], client_id: str, nonce: str | None
) -> dict[str, Any]:
    """The claims of an ID token that is signed, for us, of now and of this very sign-in."""
    try:
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key=_signing_key(id_token, document["jwks_uri"]),
            algorithms=list(ALGORITHMS),
            audience=client_id,
            issuer=document["issuer"],
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, requests.RequestException, ValueError, TypeError, KeyError) as error:
        raise Unsuitable(_("The provider's answer is not valid.")) from error
    _check_person(claims)
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise Unsuitable(_("The provider's answer belongs to another sign-in."))
    if claims.get("azp", client_id) != client_id:
        raise Unsuitable(_("The provider's answer is meant for another program."))
    return claims


def _check_person(claims: dict[str, Any]) -> None:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Unsuitable(_("The provider's answer names nobody."))


def _signing_key(id_token: Any, url: str) -> Any:
    header = jwt.get_unverified_header(id_token)
    with OutgoingSession() as session:
        response = session.get(url)
    response.raise_for_status()
    keys = [key for key in response.json()["keys"] if _may_have_signed(key, header)]
    if len(keys) != 1:
        raise ValueError("no key, or more than one")
    return jwt.PyJWK.from_json(json.dumps(keys[0]), algorithm=header["alg"]).key


def _may_have_signed(key: dict[str, Any], header: dict[str, Any]) -> bool:
    if header["alg"] not in ALGORITHMS or key.get("use", "sig") != "sig":
        return False
    if "kid" in header and key.get("kid") != header["kid"]:
        return False
    families = {"R": "RSA", "P": "RSA", "E": "EC"}
    family = "OKP" if header["alg"] == "EdDSA" else families[header["alg"][0]]
    return bool(key.get("kty") == family)
