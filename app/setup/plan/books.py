"""Invoices, and what stands on them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from app.access.requests import SignedInRequest
from app.setup.plan.frame import by, here, leads_to_payment, owners_page, plan_page
from billing import buying
from billing.buying import Details

#: The provider's words for invoices, and ours.
STATES = {
    "open": (gettext_lazy("Open"), 3),
    "paid": (gettext_lazy("Paid"), 1),
    "void": (gettext_lazy("Void"), 0),
    "uncollectible": (gettext_lazy("Written off"), 0),
}
TAX_KINDS = (
    ("", gettext_lazy("None")),
    ("eu_vat", gettext_lazy("EU VAT")),
    ("gb_vat", gettext_lazy("UK VAT")),
    ("ch_vat", gettext_lazy("Swiss VAT")),
    ("us_ein", gettext_lazy("US EIN")),
    ("cn_tin", gettext_lazy("Chinese tax number")),
)
FIELDS = ("name", "email", "line1", "line2", "postal_code", "city", "state", "country")
#: Which field a refusal is about.
WRONG = {
    "bad_name": "name",
    "bad_email": "email",
    "bad_country": "country",
    "bad_tax_id": "tax_number",
}
LONGEST = 200


@owners_page
@leads_to_payment
@require_GET
def invoices(request: SignedInRequest) -> HttpResponse:
    """All of them, with the papers."""
    found = buying.invoices(here())
    return plan_page(request, "invoices", invoices=found, states=STATES)


@owners_page
@require_http_methods(["GET", "POST"])
def details(request: SignedInRequest) -> HttpResponse:
    """Name, address, mail and tax number on invoices to come."""
    found = buying.overview(here())
    kept = _kept(found.details)
    if request.method == "GET":
        return _page(request, kept)
    typed = {name: request.POST.get(name, "").strip()[:LONGEST] for name in kept}
    typed["country"] = typed["country"].upper()
    try:
        buying.change_details(here(), details=Details(**typed), by=by(request))
    except buying.Refused as no:
        return _page(request, typed, code=no.code, problem=no.sentence)
    messages.info(request, _("Asked. It stands on the next invoice."))
    return redirect("setup:plan")


def _kept(details: Any) -> dict[str, str]:
    address, tax = details.get("address") or {}, details.get("tax_id") or {}
    values = {name: str(details.get(name) or address.get(name) or "") for name in FIELDS}
    return values | {"tax_kind": tax.get("type", ""), "tax_number": tax.get("value", "")}


def _page(
    request: SignedInRequest, values: dict[str, str], *, code: str = "", problem: str = ""
) -> HttpResponse:
    field = WRONG.get(code, "")
    return plan_page(
        request,
        "details",
        status=422 if problem else 200,
        values=values,
        kinds=_kinds(values["tax_kind"]),
        errors={field: [problem]} if field else {},
        problem="" if field else problem,
    )


def _kinds(kept: str) -> list[tuple[str, Any]]:
    """A kind that somebody chose at the provider stays to be chosen."""
    known = list(TAX_KINDS)
    return known if kept in dict(known) else [*known, (kept, kept)]
