"""Events, and the endpoints that are told of them."""

from __future__ import annotations

import fnmatch

from local.stripe.errors import invalid
from local.stripe.here import is_here
from local.stripe.routes import Call, clean_metadata, merge_metadata, page_of, route
from local.stripe.schema import CREATED, PAGE, metadata, text, yes
from local.stripe.store import Body
from local.stripe.world import VERSION, new_secret

ENDPOINT = {
    "url": text, "enabled_events": [text], "description": text, "metadata": metadata,
}  # fmt: skip


@route(
    "GET /v1/events",
    PAGE | {"type": text, "types": [text], "created": CREATED, "delivery_success": yes},
)
def list_events(call: Call) -> Body:
    """What happened, newest first; `type` may end in a star."""
    wanted = call["types"] or ([call["type"]] if call["type"] else ["*"])

    def keep(event: Body) -> bool:
        return any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in wanted)

    return page_of(call, "event", keep=keep)


@route("GET /v1/events/{id}")
def retrieve_event(call: Call, key: str) -> Body:
    """One event."""
    return call.world.load("event", key)


@route(
    "POST /v1/webhook_endpoints",
    ENDPOINT | {"api_version": text},
    needs=("url", "enabled_events"),
)
def create_endpoint(call: Call) -> Body:
    """One more; the secret is told this once."""
    if call["api_version"] not in {None, VERSION}:
        raise invalid(f"Invalid API version; this is {VERSION}.", "api_version")
    _check_url(call["url"])
    secret = new_secret("whsec")
    endpoint = call.world.fresh(
        "we", "webhook_endpoint", api_version=call["api_version"], application=None,
        description=call["description"], enabled_events=call["enabled_events"],
        metadata=clean_metadata(call["metadata"]), status="enabled", url=call["url"],
        _secret=secret,
    )  # fmt: skip
    call.world.store.put(endpoint)
    return endpoint | {"secret": secret}


def _check_url(url: str) -> None:
    if not is_here(url):
        raise invalid("The simulator posts to addresses of this machine only.", "url")


@route("GET /v1/webhook_endpoints", PAGE)
def list_endpoints(call: Call) -> Body:
    """All of them."""
    return page_of(call, "webhook_endpoint")


@route("GET /v1/webhook_endpoints/{id}")
def retrieve_endpoint(call: Call, key: str) -> Body:
    """One of them."""
    return call.world.load("webhook_endpoint", key)


@route("POST /v1/webhook_endpoints/{id}", ENDPOINT | {"disabled": yes})
def update_endpoint(call: Call, key: str) -> Body:
    """Another address, other events, off or on."""
    endpoint = call.world.load("webhook_endpoint", key)
    endpoint |= call.given("url", "enabled_events", "description")
    _check_url(endpoint["url"])
    if call["disabled"] is not None:
        endpoint["status"] = "disabled" if call["disabled"] else "enabled"
    merge_metadata(endpoint, call)
    return call.world.save(endpoint)


@route("DELETE /v1/webhook_endpoints/{id}")
def delete_endpoint(call: Call, key: str) -> Body:
    """It is told nothing more."""
    call.world.load("webhook_endpoint", key)
    call.world.store.drop(key)
    return {"id": key, "object": "webhook_endpoint", "deleted": True}
