"""An invitation: a seat kept free for somebody who has a week to prove his address."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.access.models import Role, Team, User

GOOD_FOR = timedelta(days=7)
UNANSWERED = Q(accepted_at=None, revoked_at=None)


class State(models.TextChoices):
    """What became of an invitation."""

    OPEN = "open", pgettext_lazy("invitation", "Open")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class Invitation(models.Model):
    """Somebody asked to join, as what and where; of the link's secret only a hash is kept."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=150, blank=True, default="")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    manager = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    #: Who only owned records so far and gets a seat by it.
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    #: Empty until the mail is on its way: the secret is made when it is written.
    hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["email"], condition=UNANSWERED, name="access_invitation_email"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=UNANSWERED, name="access_invitation_user"
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> State:
        """What became of it so far."""
        if self.accepted_at is not None:
            return State.ACCEPTED
        if self.revoked_at is not None:
            return State.REVOKED
        return State.OPEN if timezone.now() < self.expires_at else State.EXPIRED


def open_invitations() -> models.QuerySet[Invitation]:
    """Those that can still be accepted; each of them keeps a seat."""
    return Invitation.objects.filter(UNANSWERED, expires_at__gt=timezone.now())
