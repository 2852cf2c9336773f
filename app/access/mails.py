"""The mails of sign-in, and the address of a page as a mail must give it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from app.access.models import User, Workspace
from tenants.context import current
from tenants.routing import workspace_url


def public_url(path: str) -> str:
    """The full address of a page of the public site."""
    return f"{settings.SCHEME}://{settings.PUBLIC_HOST}{path}"


def send(template: str, *, to: str, language: str, **context: Any) -> None:
    """Send `mail/TEMPLATE.txt` in this language; its first line is the subject."""
    with translation.override(language):
        text = render_to_string(f"mail/{template}.txt", context)
    subject, _, body = text.strip().partition("\n")
    EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[to]).send()


def language_of(user: User) -> str:
    """The language that a mail to this person is written in."""
    if user.language:
        return user.language
    return Workspace.objects.values_list("language", flat=True).first() or settings.LANGUAGE_CODE


def send_confirmation(confirmation: Any) -> None:
    """Ask a person to prove that the address is his; `confirmation` carries the key."""
    user = confirmation.email_address.user
    path = reverse("account_confirm_email", args=[confirmation.key], urlconf=settings.ROOT_URLCONF)
    send(
        "confirm_email",
        to=confirmation.email_address.email,
        language=language_of(user),
        name=user.name,
        workspace=Workspace.objects.get().name,
        url=workspace_url(current().subdomain, path),
    )
