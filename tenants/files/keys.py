"""Names of objects: made of the workspace and our own id, never of anything a visitor wrote."""

from __future__ import annotations

import re
from uuid import UUID

from tenants.context import current

#: What every file begins with that nobody has looked at yet.
INCOMING = "incoming/"
SCHEMA = re.compile(r"t_[0-9]+", re.ASCII)


def incoming_key(file: UUID) -> str:
    """Where the current workspace's browser puts a file that nobody has looked at yet."""
    return prefixes(current().schema)[0] + str(file)


def final_key(file: UUID) -> str:
    """Where a file of the current workspace stays."""
    return prefixes(current().schema)[1] + str(file)


def prefixes(schema: str) -> tuple[str, str]:
    """What all objects of a workspace begin with: those just coming in, those kept."""
    if not SCHEMA.fullmatch(schema):
        raise ValueError(f"{schema!r} is not a workspace's schema")
    return f"{INCOMING}t/{schema}/", f"t/{schema}/"
