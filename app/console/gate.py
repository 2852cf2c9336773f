"""Who may look at the fleet and who may act on it: the one guard of the console."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from tenants.context import current

View = Callable[..., HttpResponse]


def operators_look(view: View) -> View:
    """Everybody of the operators' workspace may read; elsewhere there is no such page.

    What is sent to the page (POST) is for its owner and its administrators.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not current().is_operator:
            raise Http404
        if request.method not in ("GET", "HEAD") and not request.actor.administers:  # type: ignore[attr-defined]
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
