"""Cancelling, with everything taken along, and coming back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from app.access.requests import SignedInRequest
from app.setup.plan.frame import by, here, owners_page, plan_page
from app.setup.plan.overview import is_live
from billing import buying
from tenants.context import current

REASONS = (
    ("price", gettext_lazy("It costs too much")),
    ("missing", gettext_lazy("Something is missing")),
    ("hard", gettext_lazy("It is hard to use")),
    ("other", gettext_lazy("We use something else now")),
    ("unused", gettext_lazy("We do not need it any more")),
    ("rather-not", gettext_lazy("I would rather not say")),
)
LONGEST = 500


@owners_page
@require_http_methods(["GET", "POST"])
def cancel(request: SignedInRequest) -> HttpResponse:
    """End with what is paid; to be meant, the workspace's name is typed."""
    found = buying.overview(here())
    if not is_live(found) or found.subscription is None or found.subscription.cancel_at:
        return redirect("setup:plan")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        errors = _wrong(request)
        if not errors and _done(request):
            return redirect("setup:plan")
    return plan_page(
        request,
        "cancel",
        status=422 if errors else 200,
        live=found.subscription,
        reasons=REASONS,
        errors=errors,
        typed=request.POST,
    )


def _wrong(request: SignedInRequest) -> dict[str, list[str]]:
    errors = {}
    if request.POST.get("reason") not in dict(REASONS):
        errors["reason"] = [_("Choose a reason.")]
    if request.POST.get("confirm", "").strip().lower() != current().subdomain:
        text = _("Type %(word)s to confirm.")
        errors["confirm"] = [text % {"word": current().subdomain}]
    return errors


def _done(request: SignedInRequest) -> bool:
    said = request.POST.get("text", "").strip()[:LONGEST]
    reason = ": ".join(word for word in (request.POST["reason"], said) if word)
    try:
        buying.cancel(here(), reason=reason, by=by(request))
    except buying.Refused as no:
        messages.error(request, no.sentence)
    return True


@owners_page
@require_POST
def resume(request: SignedInRequest) -> HttpResponse:
    """Take the cancellation back before it ends."""
    try:
        buying.resume(here(), by=by(request))
    except buying.Refused as no:
        messages.error(request, no.sentence)
    return redirect("setup:plan")
