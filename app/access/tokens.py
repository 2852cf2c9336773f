"""API tokens: made once, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
import string
from datetime import timedelta

from django.utils import timezone

from app.access.actors import Actor, actor_of_token_hash
from app.access.models import ApiToken, User

_ALPHABET = string.ascii_letters + string.digits
_MARK = "clt_"
_SECRET_LENGTH = 40
_SHOWN_LENGTH = 8
#: A token in use is stamped at most once in this time.
_STAMP_EVERY = timedelta(minutes=5)


def make_token(user: User, *, name: str) -> tuple[ApiToken, str]:
    """A new token of this person and its secret, which nobody can read again."""
    secret = _MARK + "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
    token = ApiToken.objects.create(
        user=user, name=name, hash=hash_of(secret), prefix=secret[:_SHOWN_LENGTH]
    )
    return token, secret


def hash_of(secret: str) -> str:
    """What is kept of a secret: with 238 random bits a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of_token(secret: str) -> Actor | None:
    """The person whom this secret stands for, or None when it is unknown or revoked."""
    if not secret.startswith(_MARK):
        return None
    found = actor_of_token_hash(hash_of(secret))
    if found is None:
        return None
    actor, token_id, last_used_at = found
    now = timezone.now()
    if last_used_at is None or now - last_used_at > _STAMP_EVERY:
        ApiToken.objects.filter(pk=token_id).update(last_used_at=now)
    return actor


def revoke(token: ApiToken) -> None:
    """End the token at once; the row stays to show that it was."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
