"""The seats of the plan: who sits on them, for whom one is kept, whether one is free."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from app.access.invitations import open_invitations
from app.access.models import Limits, User
from app.access.tree import hold


@dataclass(frozen=True, slots=True)
class Seats:
    """How the seats of the plan are used; `total` is None where the plan has no end."""

    people: int
    invited: int
    total: int | None

    @property
    def free(self) -> int | None:
        """How many more people could come."""
        return None if self.total is None else max(0, self.total - self.people - self.invited)


def seats() -> Seats:
    """How the seats are used now."""
    return _count(Limits.objects.get())


def take_seats(number: int = 1) -> None:
    """Refuse when the plan has not so many seats left, inside the transaction that takes them.

    The lock makes two takers wait for each other. Raises ValidationError for the address.
    """
    used = _count(hold())
    if used.free is None or used.free >= number:
        return
    text = _("All %(seats)s seats of the plan are taken.")
    if used.invited:
        text = _("All %(seats)s seats of the plan are taken, %(invited)s of them by invitations.")
    raise ValidationError({"email": text % {"seats": used.total, "invited": used.invited}})


def _count(limits: Limits) -> Seats:
    people = User.objects.filter(has_seat=True, is_active=True).count()
    return Seats(people, open_invitations().count(), limits.seats)
