"""Which tables are audited, and by which SQL.

The functions live once a cell in the schema ``ext``; each table has one thin trigger.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from django.conf import settings
from django.db import connections

from tenants.context import current

#: Read-only for the workspace's role: what it did, and how far its tables are.
SEALED = ("records_auditentry", "django_migrations")

#: Not in the trail: it itself, sessions, secrets, and what is derived or passing.
EXCLUDED = (
    *SEALED,
    "*session*",
    "access_picture",
    "account_emailconfirmation",
    "mfa_authenticator",
    "notifications_notice",
    "notifications_told",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
    "procrastinate_*",
    "*staging*",
    "*staged*",
    "records_event",
    "records_search*",
    "*idempoten*",
    "*cache*",
    "documents_storageuse",
    "documents_leftobject",
)

#: Columns whose values never enter the trail, and those that every write changes; a change
#: of these alone leaves no entry.
NOISE = (
    *("password", "last_login", "key", "token", "hash", "prefix", "secret", "last_used_at"),
    *("version", "updated_at", "sort_key"),
)

SQL = Path(__file__).parent / "sql"


def is_audited(table: str) -> bool:
    """Whether writes to ``table`` leave an entry in the trail."""
    extra = getattr(settings, "AUDIT_EXCLUDED_TABLES", ())
    return not any(fnmatchcase(table, pattern) for pattern in (*EXCLUDED, *extra))


def is_sealed(table: str) -> bool:
    """Whether a workspace may only read ``table``."""
    return table in SEALED and current().schema != "jobs"


def functions_sql() -> str:
    """The audit functions of a cell, safe to run again."""
    text = (SQL / "audit.sql").read_text()
    return text.replace("{noise}", "{" + ",".join(NOISE) + "}")


def name_event(event: str, *, alias: str | None = None) -> None:
    """Name the business event of the open transaction; its audit entries carry the name."""
    with connections[alias or current().cell].cursor() as cursor:
        cursor.execute("SELECT set_config('app.event', %s, true)", [event])
