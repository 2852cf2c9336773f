"""The second workspace becomes the operators': mallory owns it, alice is a customer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tenants.context import Ref, use_control
from tenants.models import Tenant
from tenants.routing import HOSTS, ref_of


@pytest.fixture
def operators(two: tuple[Ref, Ref]) -> Iterator[Ref]:
    """The operators' workspace."""
    with use_control():
        Tenant.objects.filter(pk=two[1].id).update(is_operator=True)
        ref = ref_of(Tenant.objects.get(pk=two[1].id))
    HOSTS.clear()
    yield ref
    HOSTS.clear()
