"""The workspace itself and its currencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from app.access.currencies import (
    add_currency,
    base_currency,
    change_base_currency,
    change_currency,
)
from app.access.looks import Accent
from app.access.models import Currency, Workspace
from app.access.pictures import show_logo
from app.access.requests import SignedInRequest
from app.lib.forms import take_errors, words_of
from app.lib.money import currency_name
from app.setup.forms import ColourForm, CurrencyForm, RateForm, WorkspaceForm
from app.setup.gate import administrators_only
from app.setup.pages import page
from app.setup.uploads import uploaded_picture


@administrators_only
@require_http_methods(["GET", "POST"])
def workspace(request: SignedInRequest) -> HttpResponse:
    """Name, language, time zone and base currency for everybody."""
    form = _form(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(form):
        messages.success(request, _("The workspace is saved."))
        return redirect("setup:workspace")
    return _workspace_page(request, form=form)


def _form(data: QueryDict | None = None) -> WorkspaceForm:
    row = Workspace.objects.get()
    return WorkspaceForm(data, instance=row, initial={"base_currency": row.base_currency})


def _workspace_page(
    request: SignedInRequest,
    *,
    form: WorkspaceForm | None = None,
    logo_errors: Sequence[str] = (),
    colour_errors: Sequence[str] = (),
) -> HttpResponse:
    wrong = bool(logo_errors or colour_errors or (form and form.errors))
    return page(
        request,
        "workspace",
        status=422 if wrong else 200,
        form=form or _form(),
        logo_errors=logo_errors,
        colour_errors=colour_errors,
        colours=Accent.choices,
    )


def _saved(form: WorkspaceForm) -> bool:
    try:
        with transaction.atomic(using=router.db_for_write(Workspace)):
            form.instance.save(update_fields=["name", "language", "time_zone"])
            change_base_currency(form.cleaned_data["base_currency"])
    except ValidationError as error:
        take_errors(form, error)
    return not form.errors


@administrators_only
@require_POST
def logo(request: SignedInRequest) -> HttpResponse:
    """Another logo, or none."""
    try:
        show_logo(uploaded_picture(request))
    except ValidationError as error:
        return _workspace_page(request, logo_errors=error.messages)
    messages.success(request, _("The logo is saved."))
    return redirect("setup:workspace")


@administrators_only
@require_POST
def colour(request: SignedInRequest) -> HttpResponse:
    """The colour that the workspace's pages show."""
    form = ColourForm(request.POST)
    if not form.is_valid():
        return _workspace_page(request, colour_errors=[str(e) for e in form.errors["accent"]])
    Workspace.objects.update(accent=form.cleaned_data["accent"])
    messages.success(request, _("The colour is saved."))
    return redirect("setup:workspace")


@administrators_only
@require_http_methods(["GET", "POST"])
def currencies(request: SignedInRequest) -> HttpResponse:
    """All currencies with their rates, and one more."""
    form = CurrencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_currency(form.cleaned_data["code"], rate=form.cleaned_data["rate"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("The currency is added."))
            return redirect("setup:currencies")
    return _currency_page(request, form)


@administrators_only
@require_POST
def change_rate(request: SignedInRequest, code: str) -> HttpResponse:
    """Another rate, or out of use."""
    currency = get_object_or_404(Currency, code=code)
    form = RateForm(request.POST)
    if form.is_valid():
        try:
            change_currency(currency, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
    if form.errors:
        messages.error(request, words_of(form))
    else:
        messages.success(request, _("%(code)s is saved.") % {"code": code})
    return redirect("setup:currencies")


def _currency_page(request: SignedInRequest, form: CurrencyForm) -> HttpResponse:
    context: dict[str, Any] = {
        "base": base_currency(),
        "currencies": [
            (row, currency_name(row.code, language=request.actor.language))
            for row in Currency.objects.order_by("-active", "code")
        ],
    }
    return page(request, "currencies", form=form, status=422 if form.errors else 200, **context)
