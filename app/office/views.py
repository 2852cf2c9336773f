"""The way from a person to his page in the directory."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from app.office.employees import Employee
from app.records.models import LIVE


@require_safe
def person(_request: HttpRequest, pk: int) -> HttpResponse:
    """To the employee who has this account; every name on a page leads here."""
    rows = Employee._default_manager.filter(LIVE, person_id=pk)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return redirect(f"/employees/{found}/")
