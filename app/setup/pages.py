"""Drawing a page of the settings."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from app.access.models import Workspace
from app.access.requests import SignedInRequest
from app.lib.dates import show_moment
from app.setup.menu import groups_for


def page(
    request: SignedInRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The page inside the frame of the settings."""
    return render(request, f"setup/{template}.html", frame(request) | context, status=status)


def frame(request: SignedInRequest) -> dict[str, Any]:
    """What every page of the settings shows and uses."""
    actor = request.actor
    shown = partial(show_moment, language=actor.language, time_zone=actor.time_zone)
    return {"settings_menu": groups_for(actor), "plain": plain, "show_moment": shown}


def plain(number: Decimal) -> str:
    """A decimal without the zeros that only its column adds."""
    return f"{number.normalize():f}"


@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    """What can be set, for whoever asks."""
    return page(request, "index", workspace=Workspace.objects.get())
