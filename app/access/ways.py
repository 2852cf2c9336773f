"""By which ways somebody signed in, and whether they suffice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

#: Where allauth keeps what somebody has shown, and of whom.
RECORDS = "account_authentication_methods"
_OF_USER = "account_authentication_methods_user"
PASSWORD, FACTOR, PROVIDER = "password", "mfa", "socialaccount"


def ways_of(session: Mapping[str, Any] | SessionBase, user_id: int) -> frozenset[str]:
    """What this person has shown in this session: password, second factor, provider."""
    if session.get(_OF_USER) != str(user_id):
        return frozenset()
    records: list[dict[str, Any]] = session.get(RECORDS) or []
    return frozenset(record["method"] for record in records)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the workspace asks of a sign-in, and whether the person has a second factor."""

    required: bool
    #: None without a provider in use.
    only_way: bool | None
    asks_factor: bool | None
    has_factor: bool

    def suffices(self, ways: frozenset[str], *, is_owner: bool) -> bool:
        """Whether a session of these ways counts as signed in."""
        if self.only_way and not is_owner and PROVIDER not in ways:
            return False
        return not self.has_factor or FACTOR in ways or self._provider_answers(ways)

    def wants_factor(self, ways: frozenset[str]) -> bool:
        """Whether a second factor must be set up before anything else."""
        return self.required and not self.has_factor and not self._provider_answers(ways)

    def _provider_answers(self, ways: frozenset[str]) -> bool:
        """Signed in by the provider: second factors are its business, unless we ask too."""
        return PROVIDER in ways and self.asks_factor is False
