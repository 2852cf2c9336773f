"""The edge of the product: one line for each request that was answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenants.metrics import IN_FLIGHT, REQUESTS

logger = logging.getLogger("app.requests")
Answer = Callable[[HttpRequest], HttpResponseBase]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "(none)"
STATIC = "(static)"


class EdgeMiddleware:
    """Stands outside of everything but the probes, and knows in the end who was asked for what."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        with IN_FLIGHT.track_inprogress():
            response = self.get_response(request)
        if request_id := getattr(request, "request_id", ""):
            response.headers["X-Request-Id"] = request_id
        seconds, status = time.perf_counter() - started, response.status_code
        count(request, status=status, seconds=seconds)
        tell(request, status=status, seconds=seconds)
        return response


def count(request: HttpRequest, *, status: int, seconds: float) -> None:
    """Add the request to the metrics of its group of addresses."""
    kind = f"{status // 100}xx"
    REQUESTS.labels(group_of(route_of(request)), method_of(request), kind).observe(seconds)


def tell(request: HttpRequest, *, status: int, seconds: float) -> None:
    """Write the line of a request; of a file of ours only when it was refused."""
    route = route_of(request)
    if route == STATIC and status < 400:
        return
    ms = round(seconds * 1000, 1)
    facts = {"method": method_of(request), "route": route, "status": status, "ms": ms}
    logger.info("%s %s %s in %s ms", *facts.values(), extra={"facts": facts, **_origin(request)})


def route_of(request: HttpRequest) -> str:
    """The address as it is written in the code: never a secret, a key or a query of a visitor."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return f"/{match.route}"
    return STATIC if request.path.startswith(settings.STATIC_URL) else UNKNOWN


def group_of(route: str) -> str:
    """The first part of the address as it stands in the code: a few dozen, whatever is asked."""
    if route in (UNKNOWN, STATIC, "/"):
        return {UNKNOWN: "none", STATIC: "static", "/": "home"}[route]
    first = route.lstrip("/^").partition("/")[0]
    return "records" if first.startswith("<") else first


def method_of(request: HttpRequest) -> str:
    """The method, if it is one of HTTP's."""
    return str(request.method) if request.method in METHODS else "OTHER"


def _origin(request: Any) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    known = hasattr(request, "tenant")
    actor = getattr(request, "actor", None)
    return {
        "workspace": tenant.schema if tenant else "control" if known else "-",
        "request_id": getattr(request, "request_id", "-"),
        "actor": actor.user_id if actor else None,
    }
