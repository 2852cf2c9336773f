"""The home page of a workspace."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.analytics import home
from app.records import registry
from app.records.board import in_base
from app.records.pages import actor_of

MENU = ("accounts", "contacts", "deals", "activities")


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """Tasks, pipeline, won this quarter, latest; or the first steps when there is nothing yet."""
    actor = actor_of(request)
    can = {slug: may(actor, Verb.CREATE, registry.get(slug)) for slug in MENU}
    if home.is_empty(actor):
        return render(request, "home/start.html", {"can": can, "runs": runs_workspace(actor)})
    tasks, count = home.tasks(actor)
    mine, stages = _pipeline(request, actor)
    won = home.won_this_quarter(actor)
    context = {
        "can": can,
        "first_name": actor.name.split(" ")[0] if actor.name.isascii() else actor.name,
        "tasks": tasks,
        "task_count": count,
        "mine": mine,
        "stages": stages,
        "most": max((stage.amount for stage in stages), default=0),
        "most_deals": max((stage.count for stage in stages), default=1),
        "late": sum(task.late for task in tasks),
        "open_count": sum(stage.count for stage in stages),
        "open_sum": in_base(sum((s.amount for s in stages), Decimal(0)), actor=actor),
        "won": won,
        "won_count": sum(agent.count for agent in won),
        "won_sum": in_base(sum((a.amount for a in won), Decimal(0)), actor=actor),
        "recent": home.recent(actor),
    }
    return render(request, "home/home.html", context)


def runs_workspace(actor: Actor) -> bool:
    """Whether the reader may bring in data and people."""
    return may(actor, Verb.IMPORT, registry.get("accounts"))


def _pipeline(request: HttpRequest, actor: Actor) -> tuple[bool, list[home.StageSum]]:
    asked = request.GET.get("pipeline")
    stages = home.pipeline(actor, mine=True) if asked != "all" else []
    if stages or asked == "mine":
        return True, stages
    return False, home.pipeline(actor, mine=False)
