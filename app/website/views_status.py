"""The status page, for people and for machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from app.lib.dates import show_moment
from app.website.status import STATUS, Component, Report
from tenants.models import Notice
from tenants.notices import Said, coming_notices, current_notices, past_notices


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """What works and what does not, as it was measured a moment ago."""
    report = STATUS.get()
    told = notices(report)
    language = get_language() or "en"
    context = {
        "report": report,
        "measured_at": _moment(report.measured_at, language),
        "told": {kind: [_shown(said, language) for said in some] for kind, some in told.items()},
        "is_disturbed": any(said.kind == Notice.Kind.INCIDENT for said in told["now"]),
    }
    return render(request, "website/status.html", context)


@never_cache
@require_safe
def status_json(_request: HttpRequest) -> JsonResponse:
    """The same for machines; the answer is 200 whatever is down, else a probe would lie."""
    report = STATUS.get()
    told = notices(report)
    return JsonResponse(
        {
            "status": report.health.value,
            "measured_at": report.measured_at.isoformat(),
            "components": [_component(one) for one in report.components],
            "notices": [_notice(said) for said in told["now"]],
            "coming": [_notice(said) for said in told["soon"]],
            "past": [_notice(said) for said in told["past"]],
        }
    )


def notices(report: Report) -> dict[str, list[Said]]:
    """What operators posted for everybody: now, soon, and in the last two weeks."""
    if not report.control_answers:
        return {"now": [], "soon": [], "past": []}
    found = {"now": current_notices(), "soon": coming_notices(), "past": past_notices()}
    return {when: [said for said in some if said.is_public] for when, some in found.items()}


def _shown(said: Said, language: str) -> dict[str, Any]:
    return {
        "kind": Notice.Kind(said.kind),
        "level": said.level,
        "text": said.text_in(language),
        "from": _moment(said.starts_at, language),
        "to": _moment(said.ends_at, language) if said.ends_at else "",
    }


def _component(one: Component) -> dict[str, str]:
    return {"name": one.name, "status": one.health.value}


def _notice(said: Said) -> dict[str, Any]:
    return {
        "kind": said.kind,
        "level": said.level,
        "text": said.text,
        "starts_at": said.starts_at.isoformat(),
        "ends_at": said.ends_at.isoformat() if said.ends_at else None,
    }


def _moment(moment: datetime, language: str) -> str:
    return f"{show_moment(moment, language=language, time_zone='UTC')} UTC"
