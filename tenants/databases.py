"""Django's DATABASES from the environment: one entry a plane and a set of credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PLAIN = "django.db.backends.postgresql"
STRICT = "tenants.backend"

#: alias -> (variable, engine); the owners' are set for the provisioner and the migrations only.
ALIASES = {
    "default": ("DATABASE_URL", STRICT),
    "control": ("CONTROL_DATABASE_URL", PLAIN),
    "default_owner": ("CELL_OWNER_URL", STRICT),
    "control_owner": ("CONTROL_OWNER_URL", PLAIN),
}


def databases(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The databases that the environment names; the two planes are always there."""
    entries: dict[str, dict[str, Any]] = {}
    for alias, (variable, engine) in ALIASES.items():
        url = environ.get(variable, "")
        if url or not alias.endswith("_owner"):
            entries[alias] = _entry(url or "postgresql://127.0.0.1/unset", engine)
    return entries


def _entry(url: str, engine: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("a database address must start with postgresql://")
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "clientele", **dict(parse_qsl(parts.query))},
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
