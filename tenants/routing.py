"""From a host name to a plane or a workspace: the first middleware."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext

from tenants.context import Ref, bind_actor, use_control, use_tenant
from tenants.lagging import lacks_migrations
from tenants.models import Domain, FleetState, Tenant
from tenants.router import alias_of, own_cell
from tenants.schemas import migration_hash

LIFE = 30.0
#: An unknown name may be signed up any moment, in another process; who is behind catches up.
LIFE_OF_UNSETTLED = 3.0
MAX_ENTRIES = 20_000
#: Seconds after which a workspace that is behind is worth another try.
RETRY_AFTER = 20
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

Responder = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Route:
    """What a host name leads to."""

    ref: Ref
    status: str
    company: str
    #: Its schema lacks a migration of this release: nobody is let in until it has it.
    is_behind: bool = False


class HostCache:
    """Host to route, for half a minute in this process; unknown hosts for a moment."""

    def __init__(self) -> None:
        self._routes: dict[str, tuple[float, Route | None]] = {}
        self._lock = Lock()

    def get(self, host: str) -> Route | None:
        """The route of the host, from memory while it is fresh."""
        known = self._routes.get(host)
        if known and known[0] > time.monotonic():
            return known[1]
        route = find_route(host)
        is_settled = route is not None and not route.is_behind
        end = time.monotonic() + (LIFE if is_settled else LIFE_OF_UNSETTLED)
        with self._lock:
            if len(self._routes) >= MAX_ENTRIES:
                self._routes.clear()
            self._routes[host] = (end, route)
        return route

    def clear(self) -> None:
        """Forget everything, in this process."""
        with self._lock:
            self._routes.clear()


HOSTS = HostCache()


def ref_of(tenant: Tenant) -> Ref:
    """Where the workspace lives; raises WrongCell when another cell holds it."""
    name = tenant.schema_name
    return Ref(
        id=tenant.pk,
        schema=name,
        cell=alias_of(tenant.cell_id),
        role=f"r_{name}",
        subdomain=tenant.subdomain,
        is_operator=tenant.is_operator,
    )


def find_route(host: str) -> Route | None:
    """Ask the control plane which workspace answers at ``host``; one of our cell, or none."""
    rows = Domain.objects.select_related("tenant").filter(tenant__cell=own_cell())
    rows = rows.annotate(is_current=Exists(_of_this_release()))
    row = rows.filter(domain=host).first()
    if row is None or row.tenant.status not in (Tenant.Status.ACTIVE, Tenant.Status.SUSPENDED):
        return None
    ref = ref_of(row.tenant)
    is_behind = not row.is_current and lacks_migrations(ref)
    return Route(ref, row.tenant.status, row.tenant.company, is_behind=is_behind)


def _of_this_release() -> QuerySet[FleetState]:
    """The note that the schema of a domain's workspace is just what this release makes."""
    schema = OuterRef("tenant__schema_name")
    return FleetState.objects.filter(pk=schema, migration_hash=migration_hash())


def public_host() -> str:
    """The host name of the public site, without its port."""
    return str(settings.PUBLIC_HOST).rsplit(":", 1)[0]


def workspace_host(subdomain: str) -> str:
    """The host name of a workspace, without port."""
    return f"{subdomain}.{public_host()}"


def workspace_url(subdomain: str, path: str = "/") -> str:
    """The full address of a page of a workspace."""
    return f"{settings.SCHEME}://{subdomain}.{settings.PUBLIC_HOST}{path}"


class TenantMiddleware:
    """Set the plane or the workspace for the whole request, or answer 404."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        """Answer the request inside the scope that its host names."""
        host = _host(request)
        request.request_id = _request_id(request)
        with bind_actor(None, request.request_id):
            if host == public_host():
                return self._in_control(request)
            route = HOSTS.get(host) if host else None
            if route is None:
                return _not_found()
            return _behind(request) if route.is_behind else self._in_workspace(request, route)

    def _in_control(self, request: Any) -> HttpResponseBase:
        request.urlconf = settings.PUBLIC_URLCONF
        request.tenant = None
        with use_control():
            return hold_context(self.get_response(request))

    def _in_workspace(self, request: Any, route: Route) -> HttpResponseBase:
        request.tenant = route.ref
        request.route = route
        if route.ref.is_operator:
            request.urlconf = settings.OPERATORS_URLCONF
        with use_tenant(route.ref):
            return hold_context(self.get_response(request))


def hold_context(response: HttpResponseBase) -> HttpResponseBase:
    """A streaming body is read after we have left: let each step of it run in this scope."""
    is_file = getattr(response, "file_to_stream", None) is not None
    if response.streaming and not is_file:
        chunks: Any = response
        chunks.streaming_content = _in_context(iter(chunks.streaming_content))
    return response


def _in_context(chunks: Iterator[Any]) -> Iterator[Any]:
    context, end = copy_context(), object()

    def steps() -> Iterator[Any]:
        while (chunk := context.run(next, chunks, end)) is not end:
            yield chunk

    return steps()


def _host(request: HttpRequest) -> str:
    try:
        return request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
    except DisallowedHost:
        return ""


def _request_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _behind(request: HttpRequest) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        text = gettext("This workspace is being brought to a new release. Try again in a minute.")
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    kind = "text/plain; charset=utf-8"
    return HttpResponse(f"{text}\n", status=503, headers=headers, content_type=kind)


def _not_found() -> HttpResponse:
    return HttpResponseNotFound("Not found\n", content_type="text/plain; charset=utf-8")
