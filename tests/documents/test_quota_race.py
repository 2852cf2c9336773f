"""Eight uploads at the edge of the room, each in a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import Any

from django.db import connections

from app.access.models import Limits, User
from app.documents import quota, uploads
from app.documents.models import FileVersion
from app.records import registry
from tenants.context import Ref, use_tenant
from tests.records.helpers import actor, make, pipeline

AT_ONCE = 8


def test_eight_uploads_at_the_edge_take_no_more_than_there_is(fresh: Ref, storage: Any) -> None:
    with use_tenant(fresh):
        owner = User.objects.get(role="owner")
        deal = make("deals", owner, name="Tower", stage_id=pipeline(owner)["Won"].pk)
        Limits.objects.update(storage_bytes=3_500)
        begin = Barrier(AT_ONCE)

        def send(number: int) -> bool:
            begin.wait()
            try:
                said = uploads.announce(f"{number}.txt", 1000, "")
                uploads.start(registry.get("deals"), deal.pk, said, actor=actor(owner))
            except quota.NoRoom:
                return False
            finally:
                connections.close_all()
            return True

        with ThreadPoolExecutor(AT_ONCE) as pool:
            contexts = [copy_context() for _each in range(AT_ONCE)]
            asked = [pool.submit(c.run, send, n) for n, c in enumerate(contexts)]
            taken = [one.result() for one in asked]
        assert sum(taken) == 3
        assert quota.usage().reserved == 3000
        assert FileVersion.objects.count() == 3
