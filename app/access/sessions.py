"""Sessions in the workspace's schema, read with as little ado as every page allows."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connections, router
from django.utils import timezone

_LOAD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's store; every page loads a session, so that statement is written out."""

    def load(self) -> dict[str, Any]:
        """What the session holds; a session that is not there loses its key."""
        with connections[router.db_for_read(self.model)].cursor() as cursor:
            cursor.execute(_LOAD, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row[0])
        return data
