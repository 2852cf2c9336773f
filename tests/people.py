"""alice owns the record, bob shares her team, charlie is in another, mallory elsewhere.

The people are part of the template databases: a test pays nothing for them.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from tenants.context import Ref, use_tenant


def person(name: str, *, ref: Ref) -> Any:
    """The person of this first name in the workspace ``ref``."""
    from app.access.models import User

    with use_tenant(ref):
        return User.objects.select_related("team").get(email__startswith=f"{name}@")


def session_of(user: Any) -> str:
    """The key of a session of this person, who has not come by the log-in page."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@pytest.fixture
def alice(two: tuple[Ref, Ref]) -> Any:
    """The owner of the first workspace, in team North."""
    return person("alice", ref=two[0])


@pytest.fixture
def bob(two: tuple[Ref, Ref]) -> Any:
    """Sales, in alice's team."""
    return person("bob", ref=two[0])


@pytest.fixture
def charlie(two: tuple[Ref, Ref]) -> Any:
    """Sales, in the other team."""
    return person("charlie", ref=two[0])


@pytest.fixture
def dora(two: tuple[Ref, Ref]) -> Any:
    """Manager of alice's team."""
    return person("dora", ref=two[0])


@pytest.fixture
def rita(two: tuple[Ref, Ref]) -> Any:
    """Read-only, in alice's team."""
    return person("rita", ref=two[0])


@pytest.fixture
def mallory(two: tuple[Ref, Ref]) -> Any:
    """The owner of the other workspace; her key is alice's."""
    return person("mallory", ref=two[1])
