"""Cache keys that carry their workspace."""

from __future__ import annotations

from tenants.context import scope_name


def key(name: str, prefix: str, version: int) -> str:
    """The key under its scope; raises NoTenant outside of a workspace and the control plane."""
    return f"{scope_name()}:{prefix}:{version}:{name}"
