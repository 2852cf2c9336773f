"""A passkey in software, which says whatever a test wants it to say."""

from __future__ import annotations

import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class SoftKey:
    """A key pair bound to a host, as an authenticator keeps it."""

    host: str = "acme.localhost"
    origin: str = "http://acme.localhost:8000"
    verifies: bool = True
    user_handle: str = ""
    identifier: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: Any) -> str:
        """The answer to a request to make a passkey."""
        self.user_handle = options["publicKey"]["user"]["id"]
        public = ES256.from_cryptography_key(self.private.public_key())
        kept = AttestedCredentialData.create(Aaguid(bytes(16)), self.identifier, public)
        made = AttestationObject.create("none", self._data(ATTESTED, kept), {})
        said = self._said("webauthn.create", options)
        return self._answer(clientDataJSON=bytes(said), attestationObject=bytes(made))

    def show(self, options: Any, **changed: Any) -> str:
        """The answer to a request to show the passkey."""
        said = self._said("webauthn.get", options)
        data = self._data(0)
        signature = self.private.sign(bytes(data) + said.hash, ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": bytes(said), "authenticatorData": bytes(data)}
        return self._answer(**parts | {"signature": signature} | changed)

    def _data(self, flags: int, kept: Any = b"") -> AuthenticatorData:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return AuthenticatorData.create(hashlib.sha256(self.host.encode()).digest(), flags, 0, kept)

    def _said(self, kind: str, options: Any) -> CollectedClientData:
        challenge = options["publicKey"]["challenge"]
        return CollectedClientData.create(type=kind, challenge=challenge, origin=self.origin)

    def _answer(self, **parts: bytes) -> str:
        response: dict[str, str] = {name: websafe_encode(value) for name, value in parts.items()}
        name = websafe_encode(self.identifier)
        told = {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**told, "response": {**response, "userHandle": self.user_handle}})


def options_on(client: Client, path: str) -> Any:
    """The options that a page hands to the browser."""
    text = client.get(path).content.decode()
    found = re.search(r'data-options="([^"]+)"', text)
    assert found, text
    return json.loads(html.unescape(found[1]))


def options_of_login(client: Client) -> Any:
    """The options of signing in by a passkey alone."""
    head = {"x-requested-with": "XMLHttpRequest"}
    return client.get("/login/passkey/", headers=head).json()["request_options"]


def add_key(client: Client, key: SoftKey, name: str = "Key") -> Any:
    """Add the passkey through the page."""
    path = "/settings/security/passkeys/add/"
    return client.post(path, {"name": name, "credential": key.make(options_on(client, path))})


def enter_with(client: Client, key: SoftKey, **changed: Any) -> Any:
    """Sign in by the passkey alone."""
    shown = key.show(options_of_login(client), **changed)
    return client.post("/login/passkey/", {"credential": shown})
