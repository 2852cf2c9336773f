"""Secrets that must be read again are kept sealed: worthless to who has only the database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """A sealed value that no key of ours opens: it was changed, or its key is gone."""


def seal(text: str, *, purpose: str) -> str:
    """The text encrypted and signed for one purpose, by the newest key."""
    return _keys(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """The text that was sealed for this purpose; raises Unreadable."""
    try:
        return _keys(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable(purpose) from None


def _keys(purpose: str) -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_key(secret, purpose) for secret in secrets])


@lru_cache(maxsize=32)
def _key(secret: str, purpose: str) -> Fernet:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sealed {purpose}".encode())
    return Fernet(urlsafe_b64encode(derivation.derive(secret.encode())))
