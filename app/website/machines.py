"""What machines read of the public site: which pages there are, and which are not for them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

#: The pages that say something to everybody.
PAGES = ("/", "/pricing/", "/signup/", "/find/", "/status/", "/terms/", "/privacy/")
DAY = 24 * 3600


def _origin() -> str:
    return f"{settings.SCHEME}://{settings.PUBLIC_HOST}"


@cache_control(max_age=DAY, public=True)
@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """The public site may be read; what a form asks for itself may not."""
    lines = ("User-agent: *", "Disallow: /signup/address/", f"Sitemap: {_origin()}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@cache_control(max_age=DAY, public=True)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Each page with its languages (sitemaps.org, and the alternates of its XHTML extension)."""
    context = {"origin": _origin(), "pages": PAGES}
    return render(request, "website/sitemap.xml", context, content_type="application/xml")


@cache_control(max_age=DAY, public=True)
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """For who asks without looking at the page."""
    return HttpResponseRedirect(static("logo.svg"))
