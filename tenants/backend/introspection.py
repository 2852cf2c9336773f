"""Look at one schema, not at the whole catalogue."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import introspection as postgresql

TABLES = """
    SELECT c.relname,
           CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END,
           obj_description(c.oid, 'pg_class')
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v')
      AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
"""


class DatabaseIntrospection(postgresql.DatabaseIntrospection):
    """Django scans every table that is visible: half a second at 1,000 schemas."""

    def get_table_list(self, cursor: Any) -> list[Any]:
        """The tables of the first schema on the path, and of no other."""
        cursor.execute(TABLES)
        return [
            postgresql.TableInfo(*row)
            for row in cursor.fetchall()
            if row[0] not in self.ignored_tables
        ]
