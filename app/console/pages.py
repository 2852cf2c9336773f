"""Drawing a page of the console."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from app.access.requests import SignedInRequest
from app.lib.dates import show_moment
from app.lib.formats import ago, file_size


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the console."""

    href: str
    label: Promise


TABS = (
    Tab("/console/", _("Workspaces")),
    Tab("/console/support/", _("Support access")),
)


def page(
    request: SignedInRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The page inside the frame of the console."""
    return render(request, f"console/{template}.html", frame(request) | context, status=status)


def frame(request: SignedInRequest) -> dict[str, Any]:
    """What every page of the console shows and uses."""
    actor = request.actor
    return {
        "tabs": TABS,
        "may_act": actor.administers,
        "size": file_size,
        "moment": partial(show_moment, language=actor.language, time_zone=actor.time_zone),
        "ago": partial(ago, now=timezone.now(), language=actor.language),
    }
