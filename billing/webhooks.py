"""What the provider tells us: checked, kept, and answered at once. Nothing is decided here."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.channel import wake
from billing.gateway.client import is_live
from billing.gateway.signatures import is_genuine
from billing.models import Event
from billing.reading import id_of, moment
from tenants import metrics

logger = logging.getLogger(__name__)
LARGEST = 1024 * 1024


class NotAccepted(Exception):
    """Not from the provider, or not for us."""


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep what happened, once; 200 also for what we have already or do not care for."""
    try:
        event = event_of(_body(request), header=request.headers.get("Stripe-Signature", ""))
    except NotAccepted as no:
        logger.warning("a webhook was refused: %s", no)
        metrics.WEBHOOKS.labels("refused").inc()
        return HttpResponse(status=400)
    if keep([event]):
        metrics.WEBHOOKS.labels("received").inc()
        wake()
    return HttpResponse(status=200)


def event_of(body: bytes, *, header: str) -> Event:
    """The row of an event; raises NotAccepted."""
    if not is_genuine(body, header=header, secrets=settings.STRIPE_WEBHOOK_SECRETS):
        raise NotAccepted("bad signature")
    try:
        told = json.loads(body)
        return row_of(told)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotAccepted("not an event") from error


def row_of(told: dict[str, Any]) -> Event:
    """An event as it is kept; raises NotAccepted when it is for somebody else."""
    if told["object"] != "event":
        raise NotAccepted("not an event")
    if bool(told["livemode"]) != is_live():
        raise NotAccepted("of the other mode")
    if told.get("account"):
        raise NotAccepted("of a foreign account")
    about = told["data"]["object"]
    return Event(
        id=_short(told["id"], 64),
        type=_short(told["type"], 80),
        customer=_short(_customer_of(about), 64),
        object=_short(about.get("id") or "", 80),
        happened_at=moment(int(told["created"])),
        next_at=timezone.now(),
    )


def keep(events: list[Event]) -> int:
    """Write the new ones; one that is known stays as it is. Returns how many were written."""
    before = Event.objects.filter(pk__in=[event.pk for event in events]).count()
    Event.objects.bulk_create(events, ignore_conflicts=True)
    return len(events) - before


def _customer_of(about: dict[str, Any]) -> str:
    return id_of(about["id"] if about.get("object") == "customer" else about.get("customer"))


def _short(text: Any, longest: int) -> str:
    if not isinstance(text, str) or len(text) > longest or "\0" in text:
        raise NotAccepted("not an event")
    return text


def _body(request: HttpRequest) -> bytes:
    said = request.headers.get("Content-Length", "")
    if said.isdigit() and int(said) > LARGEST:
        raise NotAccepted("too large")
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise NotAccepted("too large")
    return body
