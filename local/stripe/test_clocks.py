"""Test clocks: customers who live by a time of their own."""

from __future__ import annotations

from local.stripe.clock import step
from local.stripe.ending import cancel_now
from local.stripe.errors import invalid
from local.stripe.routes import Call, page_of, route
from local.stripe.schema import PAGE, stamp, text
from local.stripe.store import Body
from local.stripe.world import ENDED

KIND = "test_helpers.test_clock"
MONTHS_TO_LIVE = 30 * 86400


@route(
    "POST /v1/test_helpers/test_clocks",
    {"frozen_time": stamp, "name": text},
    needs=("frozen_time",),
)
def create_clock(call: Call) -> Body:
    """A time that stands still until it is advanced."""
    frozen = call["frozen_time"]
    clock = call.world.fresh(
        "clock", KIND, frozen_time=frozen, name=call["name"], status="ready",
        deletes_after=call.world.now() + MONTHS_TO_LIVE, status_details={},
    )  # fmt: skip
    return call.world.save(clock, "test_helpers.test_clock.created")


@route("POST /v1/test_helpers/test_clocks/{id}/advance", {"frozen_time": stamp},
       needs=("frozen_time",))  # fmt: skip
def advance_clock(call: Call, key: str) -> Body:
    """Everything on the way happens before the answer."""
    world, to = call.world, call["frozen_time"]
    clock = world.load(KIND, key)
    if to <= clock["frozen_time"]:
        raise invalid("The time must be after the clock's current one.", "frozen_time")
    while (at := step(world, clock=key, until=to, follow=False)) is not None:
        world.store.put(clock | {"frozen_time": at})
    world.save(clock | {"frozen_time": to})
    world.emit("test_helpers.test_clock.ready", clock | {"frozen_time": to})
    return world.load(KIND, key)


@route("GET /v1/test_helpers/test_clocks/{id}")
def retrieve_clock(call: Call, key: str) -> Body:
    """Where it stands."""
    return call.world.load(KIND, key)


@route("GET /v1/test_helpers/test_clocks", PAGE)
def list_clocks(call: Call) -> Body:
    """All of them."""
    return page_of(call, KIND)


@route("DELETE /v1/test_helpers/test_clocks/{id}")
def delete_clock(call: Call, key: str) -> Body:
    """With all customers that live by it."""
    world = call.world
    world.load(KIND, key)
    for customer in world.store.all("customer"):
        if customer["test_clock"] == key and not customer.get("deleted"):
            for found in world.store.all("subscription", customer=customer["id"]):
                if found["status"] not in ENDED:
                    cancel_now(world, found, reason=None)
            world.save(customer | {"deleted": True}, "customer.deleted")
    world.store.drop(key)
    return {"id": key, "object": KIND, "deleted": True}
