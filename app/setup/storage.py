"""How much room the files of the workspace take."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from app.access.requests import SignedInRequest
from app.documents import quota
from app.documents.models import FileVersion
from app.lib.formats import file_size
from app.records import registry
from app.setup.gate import administrators_only
from app.setup.pages import page


@administrators_only
@require_GET
def storage(request: SignedInRequest) -> HttpResponse:
    """The room that is taken and free, and by what."""
    return page(
        request,
        "storage",
        usage=quota.usage(),
        kinds=by_entity(),
        deleted=bytes_deleted(),
        size=file_size,
    )


def by_entity() -> list[tuple[str, int, int]]:
    """Kinds of records with how many files and bytes hang on them, the fullest first."""
    rows = FileVersion._default_manager.filter(state=FileVersion.State.READY)
    counted = rows.values_list("file__entity").annotate(
        files=Count("file", distinct=True), bytes=Sum("size")
    )
    names = {one.slug: str(one.label_plural) for one in registry.all_entities()}
    found = [(names.get(slug, slug), files, size) for slug, files, size in counted]
    return sorted(found, key=lambda one: -one[2])


def bytes_deleted() -> int:
    """What would be free if all deleted files went for good."""
    rows = FileVersion._default_manager.filter(
        state=FileVersion.State.READY, file__deleted_at__isnull=False
    )
    return rows.aggregate(total=Sum("size"))["total"] or 0
