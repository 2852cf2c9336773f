"""The seats of the plan: who sits on them, for whom one is kept, whether one is free."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.invitations import open_invitations
from app.access.models import Limits, Role, User
from app.access.restriction import owners
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
        return None if self.total is None else max(0, self.total - self.used)

    @property
    def used(self) -> int:
        """Seats that are not free."""
        return self.people + self.invited

    @property
    def over(self) -> int:
        """How many more are used than there are, after a plan became smaller."""
        return 0 if self.total is None else max(0, self.used - self.total)


def seats() -> Seats:
    """How the seats are used now."""
    return _count(Limits.objects.get())


def take_seats(number: int = 1, *, by: Actor | None = None) -> None:
    """Refuse when the plan has not so many seats left, inside the transaction that takes them.

    The lock makes two takers wait for each other; `by` reads what to do about it. Raises
    ValidationError for the address.
    """
    used = _count(hold())
    if used.free is None or used.free >= number:
        return
    text = _("All %(seats)s seats of the plan are taken.")
    if used.invited:
        text = _("All %(seats)s seats of the plan are taken, %(invited)s of them by invitations.")
    told = text % {"seats": used.total, "invited": used.invited}
    raise ValidationError({"email": f"{told} {what_now(by)}".strip()})


def what_now(by: Actor | None) -> str:
    """How more seats come about, for somebody who has none left."""
    if by is None:
        return ""
    if by.role == Role.OWNER:
        return _("Buy more of them under Settings, Plan and seats.")
    return _("Ask %(owner)s for more of them.") % {"owner": owners()}


def _count(limits: Limits) -> Seats:
    people = User.objects.filter(has_seat=True, is_active=True).count()
    return Seats(people, open_invitations().count(), limits.seats)
