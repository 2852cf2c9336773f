"""From a workspace's page into the control plane and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from billing.errors import Busy, StoredFailure, Unreachable
from tenants.context import Ref, use_control
from tenants.models import Tenant
from tenants.routing import ref_of

P = ParamSpec("P")
R = TypeVar("R")


def in_control(function: Callable[P, R]) -> Callable[P, R]:
    """Run in the control plane; a provider that is busy counts as one that is down."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with use_control():
            try:
                return function(*args, **kwargs)
            except (Busy, StoredFailure) as failure:
                raise Unreachable(str(failure)) from failure

    return call


def place_of(tenant_id: int) -> Ref:
    """Where the workspace lives."""
    return ref_of(Tenant.objects.get(pk=tenant_id))
