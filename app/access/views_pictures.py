"""Pictures as browsers fetch them: by an address that changes with the picture."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from app.access.looks import Picture
from app.access.pictures import WORKSPACE, content_of

FOR_GOOD = "max-age=31536000, immutable"


@require_safe
def person(_request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """The picture of a colleague, for colleagues."""
    return _answer(content_of(Picture.Of.PERSON, pk, digest), cache=f"private, {FOR_GOOD}")


@login_not_required
@require_safe
def logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """The workspace's logo; the log-in page shows it to everybody."""
    return _answer(content_of(Picture.Of.WORKSPACE, WORKSPACE, digest), cache=f"public, {FOR_GOOD}")


def _answer(content: bytes | None, *, cache: str) -> HttpResponse:
    if content is None:
        raise Http404
    headers = {"Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/webp", headers=headers)
