from __future__ import annotations

from uuid import uuid4

import pytest

from tenants.context import Ref, use_tenant
from tests.files.browsers import post
from tests.storage import Weed

ACME = Ref(1, "t_1", "default", "r_t_1", "acme")
GLOBEX = Ref(2, "t_2", "default", "r_t_2", "globex")


@pytest.fixture
def acme(storage: Weed):
    """The test runs in the workspace acme, with an object store."""
    with use_tenant(ACME) as ref:
        yield ref


@pytest.fixture
def uploaded(acme):
    """A function that lets a browser upload; returns the file and its ETag."""
    from tenants.files import store

    def upload(content: bytes, content_type: str = "application/pdf"):
        file = uuid4()
        form = store.start_upload(file, content_type=content_type, most=1_000_000)
        assert post(form, content).status == 204
        stored = store.arrived(file)
        assert stored is not None
        return file, stored.etag

    return upload
