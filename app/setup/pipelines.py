"""Pipelines and stages; they are records, and written like all records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from app.access.requests import SignedInRequest
from app.records import changes
from app.records.errors import Forbidden, Invalid, NotVisible, Refused, Stale
from app.records.pages import version_of
from app.records.registry import get
from app.sales.pipelines import Pipeline, Stage
from app.setup.gate import administrators_only
from app.setup.pages import page

PIPELINES, STAGES = "pipelines", "stages"


@administrators_only
@require_http_methods(["GET", "POST"])
def pipelines(request: SignedInRequest) -> HttpResponse:
    """All pipelines with their stages, and one more."""
    if request.method == "POST":
        values = {"name": request.POST.get("name", ""), "position": _pipelines(request).count()}
        made = _told(request, lambda: changes.create(get(PIPELINES), values, actor=request.actor))
        if made is not None:
            return redirect("setup:pipeline", made.pk)
    found = list(_pipelines(request))
    stages = list(_stages(request))
    rows = [(row, [stage for stage in stages if stage.pipeline_id == row.pk]) for row in found]
    return page(request, "pipelines", pipelines=rows)


@administrators_only
@require_http_methods(["GET", "POST"])
def pipeline(request: SignedInRequest, pk: int) -> HttpResponse:
    """One pipeline: its name, whether it is the default, its stages."""
    row = _one(_pipelines(request), pk)
    if request.method == "POST":
        return _change_pipeline(request, row)
    stages = list(_stages(request).filter(pipeline_id=pk))
    return page(request, "pipeline", pipeline=row, stages=stages, kinds=Stage.Kind.choices)


@administrators_only
@require_POST
def add_stage(request: SignedInRequest, pk: int) -> HttpResponse:
    """One more stage at the end of the pipeline."""
    row = _one(_pipelines(request), pk)
    last = _stages(request).filter(pipeline_id=pk).last()
    values = _stage_values(request) | {
        "pipeline_id": row.pk,
        "position": last.position + 1 if last else 0,
    }
    _told(request, lambda: changes.create(get(STAGES), values, actor=request.actor))
    return redirect("setup:pipeline", pk)


@administrators_only
@require_POST
def change_stage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save, move or delete a stage."""
    row = _one(_stages(request), pk)
    if "move" in request.POST:
        _move(request, row, up=request.POST["move"] == "up")
    elif "delete" in request.POST:
        _deleted(request, STAGES, pk)
    else:
        _save(request, STAGES, row, _stage_values(request))
    return redirect("setup:pipeline", row.pipeline_id)


def _change_pipeline(request: SignedInRequest, row: Pipeline) -> HttpResponse:
    if "delete" in request.POST:
        deleted = _deleted(request, PIPELINES, row.pk)
        return redirect("setup:pipelines") if deleted else redirect("setup:pipeline", row.pk)
    values: dict[str, Any] = {"name": request.POST.get("name", "")}
    if "is_default" in request.POST:
        values["is_default"] = True
    _save(request, PIPELINES, row, values)
    return redirect("setup:pipeline", row.pk)


def _deleted(request: SignedInRequest, slug: str, pk: int) -> bool:
    def delete() -> bool:
        changes.delete(get(slug), pk, actor=request.actor, version=version_of(request))
        return True

    return bool(_told(request, delete))


def _move(request: SignedInRequest, row: Stage, *, up: bool) -> None:
    """Change places with the neighbour; positions become 0, 1, 2 on the way."""
    stages = list(_stages(request).filter(pipeline_id=row.pipeline_id))
    here = next(i for i, stage in enumerate(stages) if stage.pk == row.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(stages):
        return
    stages[here], stages[there] = stages[there], stages[here]
    rows = [{"id": stage.pk, "position": i} for i, stage in enumerate(stages)]
    changes.update_many(get(STAGES), rows, actor=request.actor, origin="page")


def _save(request: SignedInRequest, slug: str, row: Any, values: dict[str, Any]) -> None:
    saved = _told(
        request,
        lambda: changes.update(
            get(slug), row.pk, values, actor=request.actor, version=version_of(request)
        ),
    )
    if saved is not None:
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})


def _told(request: SignedInRequest, change: Callable[[], Any]) -> Any:
    """Make the change, or tell why it is refused; None then."""
    try:
        return change()
    except Forbidden:
        raise PermissionDenied from None
    except NotVisible:
        raise Http404 from None
    except Stale:
        messages.error(request, _("Somebody else changed it meanwhile. Here is how it stands now."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    except Invalid as error:
        messages.error(request, " ".join(error.sentences))
    return None


def _stage_values(request: SignedInRequest) -> dict[str, Any]:
    return {name: request.POST.get(name, "") for name in ("name", "kind", "probability")}


def _pipelines(request: SignedInRequest) -> Any:
    return get(PIPELINES).queryset(request.actor).order_by("position", "id")


def _stages(request: SignedInRequest) -> Any:
    return get(STAGES).queryset(request.actor).order_by("position", "id")


def _one(rows: Any, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
