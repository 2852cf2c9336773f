"""No request may fill the disk: a body that is too long is refused before anybody reads it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class BodyLimitMiddleware:
    """413 for what says that it is longer than any upload of ours; a body always says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:20]) > settings.LONGEST_BODY:
            return HttpResponse("Too large\n", status=413, content_type="text/plain")
        return self.get_response(request)
