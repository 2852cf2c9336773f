"""Cursors that ask the gate before each statement, not when they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.backends.postgresql.base import Cursor, ServerBindingCursor, ServerSideCursor

from tenants.context import Ref, TenantSwitch, current

Gate = Callable[[], Ref]


class Gated:
    """Mixed into psycopg's cursors: every way to send SQL passes the gate first."""

    gate: Gate
    ref: Ref

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Send one statement as the current workspace."""
        self.ref = self.gate()
        return super().execute(*args, **kwargs)  # type: ignore[misc]

    def executemany(self, *args: Any, **kwargs: Any) -> Any:
        """Send a statement for many parameter sets as the current workspace."""
        self.ref = self.gate()
        return super().executemany(*args, **kwargs)  # type: ignore[misc]

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        """Start a COPY as the current workspace."""
        self.ref = self.gate()
        return super().copy(*args, **kwargs)  # type: ignore[misc]

    def stream(self, *args: Any, **kwargs: Any) -> Any:
        """Stream the rows of a statement as the current workspace."""
        self.ref = self.gate()
        return super().stream(*args, **kwargs)  # type: ignore[misc]


class GatedCursor(Gated, Cursor):
    """The usual cursor: parameters are bound on the client."""


class GatedBindingCursor(Gated, ServerBindingCursor):
    """The cursor of cells that bind (and prepare) on the server."""


class GatedServerCursor(Gated, ServerSideCursor):
    """A server-side cursor: its rows belong to the workspace that opened it."""

    def fetchone(self) -> Any:
        """The next row, for the workspace that opened the cursor only."""
        self._same_tenant()
        return super().fetchone()  # type: ignore[misc]

    def fetchmany(self, size: int = 0) -> Any:
        """Some rows, for the workspace that opened the cursor only."""
        self._same_tenant()
        return super().fetchmany(size)  # type: ignore[misc]

    def fetchall(self) -> Any:
        """All rows, for the workspace that opened the cursor only."""
        self._same_tenant()
        return super().fetchall()  # type: ignore[misc]

    def __iter__(self) -> Iterator[Any]:
        """Rows one by one, for the workspace that opened the cursor only."""
        self._same_tenant()
        return super().__iter__()  # type: ignore[misc, no-any-return]

    def _same_tenant(self) -> None:
        if current().schema != self.ref.schema:
            raise TenantSwitch("this cursor was opened by another workspace")
