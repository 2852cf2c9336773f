"""What a company may do: a pure function of what we know of its money, and of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.catalogue import BY_SLUG, FREE, TRIAL

TRIAL_DAYS = 14
#: From the first refusal of the card.
GRACE = timedelta(days=14)
#: From the end of what was paid until nobody is let in any more.
AFTER_END = timedelta(days=30)


class State(models.TextChoices):
    """How a workspace stands."""

    TRIAL = "trial", _("Trial")
    ACTIVE = "active", _("Active")
    GRACE = "grace", _("Payment failed")
    RESTRICTED = "restricted", _("Read only")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class Cause(StrEnum):
    """Why it stands so."""

    OPERATORS = "operators"  #: the operators' own workspace
    TRIAL = "trial"
    TRIAL_OVER = "trial_over"
    FREE = "free"
    PAID = "paid"
    COMP = "comp"  #: given by an operator, or paid by a contract outside
    PAYMENT_FAILED = "payment_failed"
    UNPAID = "unpaid"
    ENDED = "ended"
    DEBT = "debt"  #: an operator's act
    ABUSE = "abuse"  #: an operator's act
    REMOVED = "removed"


class Suspension(models.TextChoices):
    """Why an operator stopped a workspace."""

    NONE = "", _("None")
    ABUSE = "abuse", _("Abuse")
    DEBT = "debt", _("Debt")


@dataclass(frozen=True, slots=True)
class Paid:
    """The subscription that counts, as the payment provider told it last."""

    status: str
    plan: str
    seats: int
    period_end: datetime
    #: What a planned change leaves from its renewal on; nobody may be invited beyond it.
    seats_then: int | None = None
    past_due_since: datetime | None = None
    cancel_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A plan without a subscription, until a day."""

    plan: str
    seats: int | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Mirror:
    """All that decides how a company stands."""

    trial_ends_at: datetime
    is_free: bool = False
    is_operator: bool = False
    is_removed: bool = False
    suspension: str = Suspension.NONE
    given: Given | None = None
    #: The live one, else the last one that ended.
    paid: Paid | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the workspace is told."""

    state: State
    plan: str
    #: None is no limit.
    seats: int | None
    storage_bytes: int | None
    #: When this ends by itself, as far as it does.
    until: datetime | None
    cause: Cause


#: The provider's words for a subscription that holds.
_HOLDS = frozenset({"active", "trialing"})
#: One that was never paid counts as none at all.
_NEVER = frozenset({"incomplete", "incomplete_expired"})


def standing(mirror: Mirror, now: datetime) -> Standing:
    """How the company stands at this moment."""
    return next(_told(mirror, now))


def changes_at(mirror: Mirror, now: datetime) -> datetime | None:
    """When it will stand differently if nothing happens; None when only an event can change it."""
    return standing(mirror, now).until


def _told(mirror: Mirror, now: datetime) -> Iterator[Standing]:
    """The first that holds wins."""
    if mirror.is_removed:
        yield _stand(State.CLOSED, FREE, cause=Cause.REMOVED)
    if mirror.is_operator:
        yield _stand(State.ACTIVE, "enterprise", cause=Cause.OPERATORS)
    if mirror.suspension == Suspension.ABUSE:
        yield _stand(State.SUSPENDED, _plan_of(mirror), cause=Cause.ABUSE)
    if mirror.suspension == Suspension.DEBT:
        yield _stand(State.RESTRICTED, _plan_of(mirror), cause=Cause.DEBT)
    given, paid = mirror.given, mirror.paid
    if given and (given.until is None or now < given.until):
        yield _stand(State.ACTIVE, given.plan, given.seats, until=given.until, cause=Cause.COMP)
    if paid and paid.status not in _NEVER and _end_of(paid, now) is None:
        yield _of_subscription(paid, now)
    if now < mirror.trial_ends_at:
        yield _stand(State.TRIAL, TRIAL, until=mirror.trial_ends_at, cause=Cause.TRIAL)
    if mirror.is_free:
        yield _stand(State.ACTIVE, FREE, BY_SLUG[FREE].max_seats, cause=Cause.FREE)
    yield _over(mirror, now)


def _of_subscription(paid: Paid, now: datetime) -> Standing:
    seats = paid.seats if paid.seats_then is None else min(paid.seats, paid.seats_then)
    if paid.status in _HOLDS:
        return _stand(State.ACTIVE, paid.plan, seats, until=paid.cancel_at, cause=Cause.PAID)
    end = paid.past_due_since + GRACE if paid.past_due_since else None
    if paid.status == "past_due" and (end is None or now < end):
        return _stand(State.GRACE, paid.plan, seats, until=end, cause=Cause.PAYMENT_FAILED)
    return _stand(State.RESTRICTED, paid.plan, seats, cause=Cause.UNPAID)


def _end_of(paid: Paid, now: datetime) -> datetime | None:
    """When it ended; a cancellation that was planned needs no word from the provider."""
    if paid.ended_at is None and paid.cancel_at and paid.cancel_at <= now:
        return paid.cancel_at
    return paid.ended_at


def _over(mirror: Mirror, now: datetime) -> Standing:
    """Nothing holds any more: to be read and taken along for a while, then closed."""
    ends = [mirror.trial_ends_at]
    if mirror.paid and (ended := _end_of(mirror.paid, now)):
        ends.append(ended)
    if mirror.given and mirror.given.until:
        ends.append(mirror.given.until)
    cause = Cause.TRIAL_OVER if len(ends) == 1 else Cause.ENDED
    end = max(ends) + AFTER_END
    if now < end:
        return _stand(State.RESTRICTED, _plan_of(mirror), until=end, cause=cause)
    return _stand(State.CLOSED, _plan_of(mirror), cause=cause)


def _plan_of(mirror: Mirror) -> str:
    """What it had last, so that nothing of it looks lost while it is looked at."""
    if mirror.paid and mirror.paid.status not in _NEVER:
        return mirror.paid.plan
    return mirror.given.plan if mirror.given else FREE if mirror.is_free else TRIAL


def _stand(
    state: State,
    plan: str,
    seats: int | None = None,
    *,
    until: datetime | None = None,
    cause: Cause,
) -> Standing:
    room = BY_SLUG[plan].storage_bytes if plan in BY_SLUG else None
    return Standing(state, plan, seats, room, until, cause)
