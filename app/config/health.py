"""`/healthz` and `/readyz`, answered at any host before anything looks for a workspace."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse

from app.config.draining import is_draining

Answer = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Lets a supervisor or a load balancer ask without knowing a host name."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            return ready()
        return self.get_response(request)


def ready() -> HttpResponse:
    """200 with the run's id while the process may get traffic, 503 while it drains."""
    if is_draining():
        return JsonResponse({"status": "draining"}, status=503)
    if not _control_answers():
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ready", "run": settings.RUN_ID})


def _control_answers() -> bool:
    try:
        with connections["control"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
