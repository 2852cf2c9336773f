"""The schema editor that puts every new table under audit."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import schema as postgresql

from tenants.audit import is_audited, is_sealed


class DatabaseSchemaEditor(postgresql.DatabaseSchemaEditor):
    """Audited unless excluded: a new table cannot be forgotten."""

    def create_model(self, model: Any) -> None:
        """Create the table, then attach the audit trigger or take the write rights away."""
        super().create_model(model)
        table = model._meta.db_table
        if is_audited(table):
            self.deferred_sql.append(f"SELECT ext.audit_attach({self.quote_value(table)})")
        if is_sealed(table):
            self.deferred_sql.append(f"SELECT ext.seal({self.quote_value(table)})")
