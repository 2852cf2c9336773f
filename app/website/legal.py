"""Terms and privacy: words that the operator must replace, and facts that we can state."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The operator's own, else a placeholder that says that it is one."""
    if settings.TERMS_URL:
        return HttpResponseRedirect(settings.TERMS_URL)
    return render(request, "website/terms.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The operator's own, else a placeholder with what is stored, where, and who gets some."""
    if settings.PRIVACY_URL:
        return HttpResponseRedirect(settings.PRIVACY_URL)
    context = {"cookies": cookies(), "processors": processors()}
    return render(request, "website/privacy.html", context)


def cookies() -> list[tuple[str, str, str]]:
    """Name, what for, how long: all that the product ever sets."""
    return [
        ("sessionid", _("keeps you signed in to your workspace"), _("14 days")),
        ("csrftoken", _("proves that a form was sent from our own page"), _("one year")),
        ("django_language", _("the language you chose here"), _("until the browser is closed")),
        ("theme", _("light or dark, if you chose one"), _("one year")),
        ("columns_…", _("the columns you chose for a list"), _("one year")),
        ("notices", _("the notices that you have closed"), _("one year")),
        ("messages", _("a note from one page to the next"), _("until it is shown")),
    ]


def processors() -> list[tuple[str, str]]:
    """Who beside the operator gets data on this installation, and what, from its settings."""
    mails = _("the mails that the product sends, with the address of who gets them")
    files = _("the files that people put on records")
    money = _(
        "name and address of the company, the owner's e-mail address, what is paid; card numbers"
        " go there directly and never to us"
    )
    faults = _("where our code broke and the number of a workspace; nothing that people entered")
    found = (
        (True, _("A mail server"), mails),
        (settings.S3_BUCKET, _store(), files),
        (settings.STRIPE_API_KEY, "Stripe", money),
        (settings.SENTRY_DSN, _("A service for fault reports"), faults),
    )
    return [(who, what) for in_use, who, what in found if in_use]


def _store() -> str:
    if settings.S3_ENDPOINT_URL:
        return _("An object store that speaks S3")
    return f"Amazon S3 ({settings.S3_REGION})"
