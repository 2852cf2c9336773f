"""A word to everybody: announcements, disturbances, planned work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from app.access.requests import SignedInRequest
from app.console.acting import note_act
from app.console.gate import operators_look
from app.console.pages import page
from tenants.models import Notice
from tenants.notices import NOTICES

AT_ONCE = 20
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
KINDS = [
    (Notice.Kind.NOTICE.value, gettext_lazy("Announcement")),
    (Notice.Kind.INCIDENT.value, gettext_lazy("Disturbance")),
    (Notice.Kind.MAINTENANCE.value, gettext_lazy("Planned work")),
]
LEVELS = [
    (Notice.Level.INFO.value, gettext_lazy("calm")),
    (Notice.Level.WARNING.value, gettext_lazy("as a warning")),
    (Notice.Level.ERROR.value, gettext_lazy("as trouble")),
]


class NoticeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is said, to whom, from when and until when."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    level = forms.ChoiceField(label=gettext_lazy("How it looks"), choices=LEVELS)
    is_public = forms.BooleanField(
        label=gettext_lazy("The public status page says it too"), required=False
    )
    starts_at = forms.DateTimeField(
        label=gettext_lazy("From (empty: now)"), widget=MOMENT, required=False
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Until (empty: until somebody ends it)"), widget=MOMENT, required=False
    )

    class Meta:
        model = Notice
        fields = ("kind", "level", "is_public", "text", "text_zh", "starts_at", "ends_at")
        labels = {
            "text": gettext_lazy("Words in English"),
            "text_zh": gettext_lazy("Words in Chinese"),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2}),
            "text_zh": forms.Textarea(attrs={"rows": 2}),
        }

    def clean(self) -> dict[str, Any]:
        """It ends after it began, and not in the past."""
        data = super().clean() or self.cleaned_data
        data["starts_at"] = data.get("starts_at") or timezone.now()
        ends = data.get("ends_at")
        if ends and ends <= max(data["starts_at"], timezone.now()):
            self.add_error("ends_at", _("It must end after it begins, and in the future."))
        return data


@operators_look
@require_http_methods(["GET", "POST"])
def notices(request: SignedInRequest) -> HttpResponse:
    """What is said and was said; a new one is shown before it is said."""
    form = NoticeForm(request.POST or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "publish":
            return _published(request, form)
        preview = form.save(commit=False)
    rows = Notice.objects.order_by("-starts_at", "-pk")
    return page(
        request,
        "notices",
        status=422 if form.errors else 200,
        form=form,
        preview=preview,
        shown=Paginator(rows, AT_ONCE).get_page(request.GET.get("page")),
        now=timezone.now(),
        kinds=dict(KINDS),
    )


def _published(request: SignedInRequest, form: NoticeForm) -> HttpResponse:
    notice = form.save(commit=False)
    notice.created_by = request.actor.name
    notice.save()
    NOTICES.clear()
    note_act(request, "notice.published", reason=notice.text, notice=notice.pk)
    messages.success(request, _("It is said: everybody reads it within half a minute."))
    return redirect("console:notices")


@operators_look
@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say it no longer."""
    now = timezone.now()
    notice = get_object_or_404(Notice, pk=pk)
    rows = Notice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), pk=pk)
    if notice.starts_at >= now:
        rows.delete()
    else:
        rows.update(ends_at=now)
    NOTICES.clear()
    note_act(request, "notice.ended", reason=notice.text, notice=pk)
    messages.success(request, _("It is not said any more."))
    return redirect("console:notices")
