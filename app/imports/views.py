"""The pages of the importer: upload, match, check, import, undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from app.access.actors import Actor
from app.access.rights import Verb, may
from app.imports import jobs, mapping_form, proposing, reports
from app.imports.encodings import CHOICES
from app.imports.layout import SEPARATORS, Layout
from app.imports.mapping import default_key
from app.imports.models import Import
from app.imports.reading import Unreadable
from app.imports.staging import find_import, read_again, sample, store, visible_imports
from app.lib.dates import show_moment
from app.lib.money import show_number
from app.records import registry
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, Refused

View = Callable[..., HttpResponseBase]
SHOWN_ERRORS = 50
LATEST = 100


def importer(view: View) -> View:
    """A page for those who may import anything; what is hidden is 404, what is refused 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        try:
            if "pk" in kwargs:
                kwargs["made"] = find_import(kwargs.pop("pk"), actor=actor)
                allowed = may(actor, Verb.IMPORT, registry.get(kwargs["made"].entity))
            else:
                allowed = bool(importable(actor))
            if not allowed:
                raise PermissionDenied
            return view(request, *args, actor=actor, **kwargs)
        except NotVisible:
            raise Http404 from None
        except Forbidden:
            raise PermissionDenied from None

    return guarded


def importable(actor: Actor) -> list[Entity]:
    """The kinds of record that the actor may import."""
    return [entity for entity in registry.all_entities() if may(actor, Verb.IMPORT, entity)]


def draw(
    request: HttpRequest, template: str, *, actor: Actor, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the importer."""
    context["moment"] = lambda at: (
        show_moment(at, language=actor.language, time_zone=actor.time_zone) if at else ""
    )
    context["number"] = lambda count: show_number(count, language=actor.language)
    context["label_of"] = lambda slug: registry.get(slug).label_plural
    return render(request, f"imports/{template}.html", context, status=status)


@require_GET
@importer
def index(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """The latest imports."""
    found = visible_imports(actor).select_related("actor")[:LATEST]
    return draw(request, "list", actor=actor, imports=found)


@require_http_methods(["GET", "POST"])
@importer
def new(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Choose the kind of record and the file."""
    entities = importable(actor)
    chosen = request.POST.get("entity") or request.GET.get("entity", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        entity = next((one for one in entities if one.slug == chosen), None)
        upload = request.FILES.get("file")
        if entity is None:
            errors["entity"] = [_("Choose what the file holds.")]
        elif upload is None:
            errors["file"] = [_("Choose a file.")]
        else:
            try:
                name = str(upload.name or "")
                made = store(upload.chunks(), entity=entity, file_name=name, actor=actor)
                return redirect("imports:map", pk=made.pk)
            except Unreadable as problem:
                errors["file"] = [str(problem)]
    status = 422 if errors else 200
    return draw(
        request,
        "new",
        actor=actor,
        status=status,
        choices=[(one.slug, one.label_plural) for one in entities],
        chosen=chosen,
        errors=errors,
    )


@require_http_methods(["GET", "POST"])
@importer
def map_columns(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponse:
    """Match the columns; then check or import."""
    if made.is_busy or made.is_over:
        return redirect("imports:show", pk=made.pk)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        act = request.POST.get("do", "refresh")
        errors = read_file_again(request, made) if act == "reread" else remember(request, made)
        if act in Import.Mode.values:
            try:
                jobs.start(made, mapping=made.mapping, mode=act)
                return redirect("imports:show", pk=made.pk)
            except Invalid as problem:
                errors = problem.errors
            except Refused as refusal:
                errors = {"": [str(refusal.message)]}
    mapping = made.mapping or proposing.propose(made)
    return draw_mapping(request, made, mapping, actor=actor, errors=errors)


def remember(request: HttpRequest, made: Import) -> dict[str, list[str]]:
    """Keep what the form says, so that nothing is lost when something is wrong."""
    made.mapping = mapping_form.mapping_from(request.POST, made=made)
    made.save(update_fields=["mapping"])
    return {}


def read_file_again(request: HttpRequest, made: Import) -> dict[str, list[str]]:
    """Another encoding, separator or header row."""
    header_row = request.POST.get("header_row", "")
    wanted: dict[str, Any] = {
        "encoding": request.POST.get("encoding", ""),
        "separator": {"tab": "\t"}.get(
            request.POST.get("separator", ""), request.POST.get("separator", "")
        ),
    }
    if header_row.isdigit():
        wanted["header_row"] = int(header_row)
    try:
        read_again(made, wanted)
    except Unreadable as problem:
        return {"": [str(problem)]}
    return {}


def draw_mapping(
    request: HttpRequest,
    made: Import,
    mapping: dict[str, Any],
    *,
    actor: Actor,
    errors: dict[str, list[str]],
) -> HttpResponse:
    """The page on which columns are matched."""
    entity, layout = registry.get(made.entity), Layout.from_json(made.layout)
    rows = mapping_form.rows_of(made, mapping, actor=actor, errors=errors)
    filled = {row.key for row in rows}
    key = mapping.get("key", default_key(entity, filled | set(mapping.get("compose", {}))))
    return draw(
        request,
        "map",
        actor=actor,
        status=422 if errors else 200,
        made=made,
        entity=entity,
        layout=layout,
        mapping=mapping,
        rows=rows,
        errors=errors,
        fields=mapping_form.field_choices(entity),
        defaults=[
            one for one in mapping_form.default_choices(entity, actor=actor) if one[0] not in filled
        ],
        keys=mapping_form.key_choices(entity),
        key=key or "",
        composes="name" not in filled,
        previews=mapping_form.previews(mapping, sample(made), layout.headers),
        encodings=[(name, name) for name in CHOICES],
        separators=separator_choices(),
        labels={f"columns.{row.header}": row.header for row in rows},
    )


def separator_choices() -> list[tuple[str, str]]:
    """What may stand between two cells."""
    names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
    return [("tab" if one == "\t" else one, names[one]) for one in SEPARATORS]


@require_GET
@importer
def show(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponse:
    """How an import goes or went."""
    if made.status == Import.Status.DRAFT:
        return redirect("imports:map", pk=made.pk)
    return draw(request, "show", actor=actor, **facts(made))


@require_GET
@importer
def progress(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponse:
    """The part of the page that changes while the job runs."""
    response = draw(request, "progress", actor=actor, **facts(made))
    if not made.is_busy:
        response.headers["HX-Refresh"] = "true"
    return response


def facts(made: Import) -> dict[str, Any]:
    """What the page says of an import."""
    lines = made.lines.filter(reports.REFUSED).order_by("number")[:SHOWN_ERRORS]
    shown = [] if made.is_busy else [(line, reports.reasons(line)) for line in lines]
    share = 100 * made.dealt_with // made.rows if made.rows else 100
    undone = made.undone + made.kept
    wrote = made.created + made.updated
    return {
        "made": made,
        "entity": registry.get(made.entity),
        "headers": Layout.from_json(made.layout).headers,
        "lines": shown,
        "refused": made.kept + made.failed,
        "is_dry": made.mode == Import.Mode.DRY_RUN,
        "share": 100 * undone // wrote if made.undo and wrote else share,
        "extras": list(made.extras.exclude(kept="")),
    }


@require_GET
@importer
def errors(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponseBase:  # noqa: ARG001
    """The refused rows as a file."""
    return reports.error_file(made)


@require_POST
@importer
def apply(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponse:  # noqa: ARG001
    """After the check: import it."""
    try:
        jobs.start(made, mapping=made.mapping, mode=Import.Mode.APPLY)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    except Invalid:
        return redirect("imports:map", pk=made.pk)
    return redirect("imports:show", pk=made.pk)


@require_POST
@importer
def undo(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponse:
    """Take it back."""
    try:
        jobs.start_undo(made, actor=actor)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("imports:show", pk=made.pk)


@require_POST
@importer
def resume(request: HttpRequest, *, actor: Actor, made: Import) -> HttpResponse:  # noqa: ARG001
    """Go on with one that stopped."""
    try:
        jobs.resume(made)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("imports:show", pk=made.pk)
