"""Django's PostgreSQL backend with a gate in front of every statement.

See docs/adr/0001-two-planes-and-a-strict-backend.md for what this replaces and why.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.backends.postgresql import base as postgresql
from django.db.backends.postgresql.psycopg_any import register_tzloader
from psycopg import sql
from psycopg.pq import Format

from tenants.backend.cursors import (
    GatedBindingCursor,
    GatedCursor,
    GatedServerCursor,
)
from tenants.backend.introspection import DatabaseIntrospection
from tenants.backend.schema import DatabaseSchemaEditor
from tenants.context import (
    Origin,
    Ref,
    TenantSwitch,
    WrongCell,
    current,
    current_or_none,
    origin,
)

#: A connection keeps about 0.7 MB of memory for each schema it ever touched.
MAX_SCHEMAS = 150

Session = tuple[Ref, Origin]


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """A connection that speaks for exactly one workspace at a time, and for none at first."""

    SchemaEditorClass = DatabaseSchemaEditor
    introspection_class = DatabaseIntrospection

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._session: Session | None = None
        self._transaction_owner: str | None = None
        self._schemas: set[str] = set()
        self._is_opening = False

    def connect(self) -> None:
        """Open the connection; what Django asks the catalogue then needs no workspace."""
        self._is_opening = True
        try:
            super().connect()
        finally:
            self._is_opening = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection; it speaks for nobody yet."""
        self._session = None
        self._transaction_owner = None
        self._schemas = set()
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor whose statements pass the gate, one by one."""
        if self._is_opening:
            return super().create_cursor(name)
        cursor = self._named_cursor(name) if name else self._plain_class()(self.connection)
        cursor.gate = self._gate
        self._set_time_zone_loader(cursor)
        return cursor

    def is_usable(self) -> bool:
        """Whether a kept connection lives: what the gate has to say anyway is ping enough."""
        if self.connection is None or current_or_none() is None:
            return super().is_usable()
        if self._session == (current(), origin()):
            return super().is_usable()
        try:
            self._gate()
        except (DatabaseError, InterfaceError):
            return False
        return True

    def close_if_unusable_or_obsolete(self) -> None:
        """Between requests: drop a connection that has touched too many schemas."""
        limit = getattr(settings, "MAX_SCHEMAS_PER_CONNECTION", MAX_SCHEMAS)
        if len(self._schemas) > limit and not self.in_atomic_block:
            self.close()
        super().close_if_unusable_or_obsolete()

    def on_commit(self, func: Callable[[], object], robust: bool = False) -> None:
        """Run ``func`` after the commit, in the scope of whoever registered it."""
        super().on_commit(partial(copy_context().run, func), robust)

    def check_constraints(self, table_names: Any = None) -> None:
        """Check deferred constraints of the open transaction, whoever wrote in it."""
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """Begin or end a transaction: it belongs to nobody until somebody speaks in it."""
        self._transaction_owner = None
        super().set_autocommit(autocommit, *args, **kwargs)

    def savepoint(self) -> Any:
        """Mark a point to return to; inside a test this is where a transaction begins."""
        if not self._has_own_transaction():
            self._transaction_owner = None
        return super().savepoint()

    def _rollback(self) -> None:
        self._session = None
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._session = None
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(self.ops.savepoint_rollback_sql(sid))

    def _savepoint(self, sid: str) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(self.ops.savepoint_commit_sql(sid))

    def _gate(self) -> Ref:
        """Make the session speak for the current workspace, or raise before any SQL."""
        wanted = (current(), origin())
        ref = wanted[0]
        if self.atomic_blocks:
            self._claim_transaction(ref)
        if wanted == self._session:
            return ref
        if ref.cell != self.alias:
            raise WrongCell(f"workspace {ref.id} does not live in {self.alias}")
        self._session = None
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(_session_sql(wanted, self.connection))
        self._session = wanted
        self._schemas.add(ref.schema)
        return ref

    def _claim_transaction(self, ref: Ref) -> None:
        if not self._has_own_transaction():
            return
        if self._transaction_owner is None:
            self._transaction_owner = ref.schema
        if self._transaction_owner != ref.schema:
            raise TenantSwitch("this transaction belongs to another workspace")

    def _has_own_transaction(self) -> bool:
        blocks: list[Any] = self.atomic_blocks
        return any(not block._from_testcase for block in blocks)

    def _plain_class(self) -> Any:
        binding = self.settings_dict["OPTIONS"].get("server_side_binding") is True
        return GatedBindingCursor if binding else GatedCursor

    def _named_cursor(self, name: str) -> Any:
        autocommit = self.connection.autocommit
        made: Any = GatedServerCursor
        return made(self.connection, name=name, scrollable=False, withhold=autocommit)

    def _set_time_zone_loader(self, cursor: Any) -> None:
        loader = self.connection.adapters.get_loader(postgresql.TIMESTAMPTZ_OID, Format.TEXT)
        if self.timezone != loader.timezone:
            register_tzloader(self.timezone, cursor)


def _session_sql(session: Session, connection: Any) -> str:
    ref, who = session
    path = ", ".join(_quoted(name) for name in ref.search_path)
    actor = "" if who.actor_id is None else str(int(who.actor_id))
    role = f"; SET ROLE {_quoted(ref.role)}" if ref.role else ""
    return (
        f"RESET ROLE; SET search_path = {path}"
        f"; SET app.actor = {_literal(actor, connection)}"
        f"; SET app.request_id = {_literal(who.request_id, connection)}{role}"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str, connection: Any) -> str:
    return sql.Literal(value).as_string(connection)
